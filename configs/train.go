package configs

import (
	"fmt"
	"regexp"
)

// Train is the training loop.
type Train struct {
	Steps         int           `yaml:"steps"`         // training steps; 0 means epochs decides
	Epochs        int           `yaml:"epochs"`        // passes over the train split; used when steps is 0
	Batch         int           `yaml:"batch"`         // samples at a time
	Accumulate    int           `yaml:"accumulate"`    // batches whose gradients a step averages; 0 and 1 mean one
	Checkpointing bool          `yaml:"checkpointing"` // keep inputs and outputs of blocks alone, and compute the rest again for gradients: less memory, more time, the same bits
	LR            float64       `yaml:"lr"`            // learning rate
	Optimizer     string        `yaml:"optimizer" words:"adam adamw sgd"`
	Momentum      float64       `yaml:"momentum"`                                          // of sgd
	Beta2         float64       `yaml:"beta2"`                                             // of adam and adamw: decay of the averaged squares of gradients; 0 means 0.999
	WeightDecay   *float64      `yaml:"weight_decay"`                                      // null means 0.01 for adamw and 0 for the others
	Groups        []ParamGroup  `yaml:"groups"`                                            // parameters with settings of their own; the first that matches decides
	EMA           float64       `yaml:"ema"`                                               // decay of the averaged weights; 0 turns it off
	Clip          float64       `yaml:"clip"`                                              // global gradient norm limit; 0 turns it off
	Schedule      string        `yaml:"schedule" words:"constant cosine step exponential"` // learning rate over the steps
	Warmup        int           `yaml:"warmup"`                                            // steps of linear warm-up
	Decay         float64       `yaml:"decay"`                                             // factor of each drop of step, default 0.1, or of exponential over the whole run, default 0.01; 0 means the default
	Drops         int           `yaml:"drops"`                                             // drops of step, spread evenly; 0 means 2
	ValEvery      int           `yaml:"val_every"`                                         // steps between validations; 0 means once an epoch
	LogEvery      int           `yaml:"log_every"`                                         // steps between metrics lines
	EarlyStopping EarlyStopping `yaml:"early_stopping"`                                    // of runs of a number of epochs
	OnNonFinite   string        `yaml:"on_nonfinite" words:"stop skip rollback"`           // a loss, gradient or running statistic that is not finite: skip the batch, rollback to the last checkpoint
	MaxNonFinite  int           `yaml:"max_nonfinite"`                                     // steps skipped in a row, or rollbacks of a run, before it stops after all
}

// ParamGroup gives the parameters whose names match some settings of their own.
type ParamGroup struct {
	Match       string   `yaml:"match"`        // regular expression that finds something in the name, such as bias$
	LR          *float64 `yaml:"lr"`           // factor of the learning rate; 0 freezes, null means 1
	WeightDecay *float64 `yaml:"weight_decay"` // null means that of train.weight_decay
}

// EarlyStopping ends a run whose validation loss has not improved for some
// epochs. The default is the paper's.
type EarlyStopping struct {
	After    int `yaml:"after"`    // epochs that are always trained
	Patience int `yaml:"patience"` // epochs without a better loss; 0 turns it off
}

// Checkpoint is when to save.
type Checkpoint struct {
	EverySteps   int     `yaml:"every_steps"`     // 0 turns this trigger off
	EveryMinutes float64 `yaml:"every_minutes"`   // 0 turns this trigger off
	Keep         int     `yaml:"keep"`            // newest checkpoints that stay, beside the best and milestones; 0 keeps all
	Milestones   []int   `yaml:"milestones,flow"` // steps whose checkpoints are written and always stay
}

func (t Train) validate(r *rules) {
	steps := r.count("train.steps", t.Steps, 0, maxTrainSteps)
	if r.count("train.epochs", t.Epochs, 0, 1<<20) && steps && t.Steps == 0 && t.Epochs == 0 {
		r.broken("train.steps", 0, "set train.steps or train.epochs")
	}
	r.count("train.batch", t.Batch, 1, maxBatch)
	r.count("train.accumulate", t.Accumulate, 0, maxBatch)
	r.number("train.lr", t.LR, "(0,10]")
	r.word("train.optimizer", t.Optimizer)
	r.number("train.momentum", t.Momentum, "[0,1)")
	r.number("train.beta2", t.Beta2, "[0,1)")
	r.optional("train.weight_decay", t.WeightDecay, "[0,10]")
	for i, g := range t.Groups {
		g.validate(r, fmt.Sprintf("train.groups[%d]", i))
	}
	r.number("train.ema", t.EMA, "[0,1)")
	r.number("train.clip", t.Clip, "[0,1e9]")
	r.word("train.schedule", t.Schedule)
	r.count("train.warmup", t.Warmup, 0, maxTrainSteps)
	r.number("train.decay", t.Decay, "[0,1]")
	r.count("train.drops", t.Drops, 0, maxTrainSteps)
	r.count("train.val_every", t.ValEvery, 0, maxTrainSteps)
	r.count("train.log_every", t.LogEvery, 1, maxTrainSteps)
	r.count("train.early_stopping.after", t.EarlyStopping.After, 0, 1<<20)
	r.count("train.early_stopping.patience", t.EarlyStopping.Patience, 0, 1<<20)
	r.word("train.on_nonfinite", t.OnNonFinite)
	r.count("train.max_nonfinite", t.MaxNonFinite, 0, maxTrainSteps)
}

func (g ParamGroup) validate(r *rules, key string) {
	if _, err := regexp.Compile(g.Match); g.Match == "" || err != nil {
		r.broken(key+".match", g.Match, "want a regular expression for names of parameters, such as bias$")
	}
	r.optional(key+".lr", g.LR, "[0,1000]")
	r.optional(key+".weight_decay", g.WeightDecay, "[0,10]")
}

func (c Checkpoint) validate(r *rules) {
	r.count("checkpoint.every_steps", c.EverySteps, 0, maxTrainSteps)
	r.number("checkpoint.every_minutes", c.EveryMinutes, "[0,1e6]")
	r.count("checkpoint.keep", c.Keep, 0, 1<<20)
	for i, step := range c.Milestones {
		r.count(fmt.Sprintf("checkpoint.milestones[%d]", i), step, 1, maxTrainSteps)
	}
}
