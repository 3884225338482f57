package configs

import (
	"fmt"
	"regexp"
)

func (t Train) validate(r *rules) {
	steps := r.count("train.steps", t.Steps, 0, maxTrainSteps)
	if r.count("train.epochs", t.Epochs, 0, 1<<20) && steps && t.Steps == 0 && t.Epochs == 0 {
		r.broken("train.steps", 0, "set train.steps or train.epochs")
	}
	r.count("train.batch", t.Batch, 1, maxBatch)
	r.count("train.accumulate", t.Accumulate, 0, maxBatch)
	r.number("train.lr", t.LR, "(0,10]")
	r.oneOf("train.optimizer", t.Optimizer, "adam", "adamw", "sgd")
	r.number("train.momentum", t.Momentum, "[0,1)")
	r.number("train.beta2", t.Beta2, "[0,1)")
	r.optional("train.weight_decay", t.WeightDecay, "[0,10]")
	for i, g := range t.Groups {
		g.validate(r, fmt.Sprintf("train.groups[%d]", i))
	}
	r.number("train.ema", t.EMA, "[0,1)")
	r.number("train.clip", t.Clip, "[0,1e9]")
	r.oneOf("train.schedule", t.Schedule, "constant", "cosine", "step", "exponential")
	r.count("train.warmup", t.Warmup, 0, maxTrainSteps)
	r.number("train.decay", t.Decay, "[0,1]")
	r.count("train.drops", t.Drops, 0, maxTrainSteps)
	r.count("train.val_every", t.ValEvery, 0, maxTrainSteps)
	r.count("train.log_every", t.LogEvery, 1, maxTrainSteps)
	r.count("train.early_stopping.after", t.EarlyStopping.After, 0, 1<<20)
	r.count("train.early_stopping.patience", t.EarlyStopping.Patience, 0, 1<<20)
	r.oneOf("train.on_nonfinite", t.OnNonFinite, "stop", "skip", "rollback")
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
