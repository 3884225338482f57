package configs

import (
	"fmt"
	"regexp"
	"slices"
)

// Init says which weights a run begins with.
type Init struct {
	From    string   `yaml:"from"`                           // checkpoint, run folder or weight file; "" draws new weights
	Preset  []string `yaml:"preset,flow"`                    // what the file does not tell, see pretrained.ParseOptions
	Weights string   `yaml:"weights" words:"ema raw"`        // of a checkpoint that holds both
	Partial bool     `yaml:"partial"`                        // take what fits; otherwise every tensor must find its place
	KeyMap  string   `yaml:"key_map"`                        // file with rules that rename tensors, applied before the built-in ones
	Shapes  []string `yaml:"shapes,flow" words:"first last"` // convolutions that may be adapted to another number of channels
	EMA     string   `yaml:"ema" words:"restart continue"`   // restart from the weights, or continue the average of the checkpoint
	Fit     int      `yaml:"fit"`                            // without from: iterations of EM that fit a network of experts to the samples first; 0: none
}

// Adapt says what of the network a run trains.
type Adapt struct {
	Freeze []string `yaml:"freeze"` // regular expressions: tensors of these names, running statistics too, stay bitwise
	LoRA   LoRA     `yaml:"lora"`
	// Levels is the schedule that the weights were trained on, if the network is
	// to be fed its indices, fractional ones, at levels of equal SNR. Kind "" means
	// that the run's own schedule is theirs.
	Levels Schedule `yaml:"levels"`
}

// LoRA trains products of two thin matrices beside weights (Hu et al., ICLR
// 2022), W + Scale/Rank·B·A, and leaves other parameters as they are.
type LoRA struct {
	Rank    int     `yaml:"rank"`    // 0 turns it off
	Scale   float64 `yaml:"scale"`   // α
	Targets string  `yaml:"targets"` // regular expression: which weights of convolutions and linear layers
	Train   string  `yaml:"train"`   // regular expression: other parameters that are trained as they are, such as bias$; "" for none
}

// Remapped reports whether the network is fed the indices of another schedule.
func (a Adapt) Remapped() bool { return a.Levels.Kind != "" }

func (i Init) validate(r *rules) {
	r.word("init.weights", i.Weights)
	r.word("init.ema", i.EMA)
	for _, s := range i.Shapes {
		r.word("init.shapes", s)
	}
	r.unique("init.shapes", i.Shapes)
	r.count("init.fit", i.Fit, 0, 1000)
	if i.From == "" && (len(i.Preset) > 0 || i.Partial || i.KeyMap != "" || len(i.Shapes) > 0 || i.EMA == "continue") {
		r.broken("init.from", i.From, "the other settings of init say how weights are taken; name some")
	}
}

func (a Adapt) validate(r *rules) {
	for i, f := range a.Freeze {
		if _, err := regexp.Compile(f); f == "" || err != nil {
			r.broken(fmt.Sprintf("adapt.freeze[%d]", i), f, "want a regular expression for names of tensors, such as ^downs")
		}
	}
	l := a.LoRA
	if r.count("adapt.lora.rank", l.Rank, 0, maxChannels) && l.Rank > 0 {
		if _, err := regexp.Compile(l.Targets); l.Targets == "" || err != nil {
			r.broken("adapt.lora.targets", l.Targets, "want a regular expression for names of weights, such as weight$")
		}
		if _, err := regexp.Compile(l.Train); err != nil {
			r.broken("adapt.lora.train", l.Train, "want a regular expression for names of parameters, such as bias$")
		}
		r.number("adapt.lora.scale", l.Scale, "(0,1e4]")
	}
	if a.Remapped() {
		a.Levels.validate(r, "adapt.levels")
	}
}

// validateAdapt checks the rules between adapting and what the network learns.
func (c Config) validateAdapt(r *rules) {
	if c.Adapt.Remapped() && c.Objective.Target == "mean" {
		r.broken("adapt.levels.kind", c.Adapt.Levels.Kind, "the posterior mean of objective.target depends on the schedule's steps, not on the SNR alone; want another target")
	}
}

func (a Adapt) clone() Adapt {
	a.Freeze = slices.Clone(a.Freeze)
	a.Levels = a.Levels.clone()
	return a
}
