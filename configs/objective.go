package configs

// Objective is what the network learns.
type Objective struct {
	Target    string `yaml:"target" words:"epsilon x0 mean v"`
	Loss      string `yaml:"loss" words:"mse l1"`
	Weighting string `yaml:"weighting" words:"none paper min-snr"` // of a sample's loss, by its level
}

func (o Objective) validate(r *rules) {
	r.word("objective.target", o.Target)
	r.word("objective.loss", o.Loss)
	r.word("objective.weighting", o.Weighting)
	if o.Weighting == "paper" && o.Target == "v" {
		r.broken("objective.weighting", o.Weighting, "the paper's weights exist for the targets epsilon, x0 and mean")
	}
}
