package configs

// Experts is the network of a mixture's filters, for data whose parts obey linear laws
// of their own.
type Experts struct {
	Count  int `yaml:"count"`  // experts
	Rank   int `yaml:"rank"`   // directions of each
	Levels int `yaml:"levels"` // of the schedule, whose SNRs the network holds
}

func (e Experts) validate(r *rules) {
	r.count("model.experts.count", e.Count, 1, maxChannels)
	r.count("model.experts.rank", e.Rank, 1, maxChannels)
	r.count("model.experts.levels", e.Levels, 1, maxSteps)
}

// validateExperts checks what ties the network of experts to other sections.
func (c Config) validateExperts(r *rules) {
	if c.Model.Kind != "experts" {
		return
	}
	if c.Objective.Target != "epsilon" {
		r.broken("objective.target", c.Objective.Target, "experts predict the noise; want epsilon")
	}
	if c.Data.Noise == NoiseComplex {
		r.broken("data.noise", c.Data.Noise, "experts take noise to have the schedule's power in each value; want real, or another model.kind")
	}
	if c.Init.From == "" && c.Model.Experts.Levels != c.Schedule.Steps {
		r.broken("model.experts.levels", c.Model.Experts.Levels, "want schedule.steps = %d", c.Schedule.Steps)
	}
}
