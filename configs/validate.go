package configs

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/condmean/condmean/internal/par"
)

// Bounds that keep sizes computed from a configuration far from overflow and
// refuse typos before memory is taken.
const (
	maxDim        = 1 << 16 // values of one sample
	maxComponents = 1 << 14
	maxSamples    = 1 << 27
	maxValues     = 1 << 30 // values of one split, and of all covariances of a mixture
	maxSteps      = 100_000 // of the schedule
	maxTrainSteps = 1<<31 - 1
	maxChannels   = 8192 // of any level
	maxLevels     = 10
	maxLayers     = 128 // of the lightweight network
	maxBatch      = 1 << 16
	normGroups    = 8 // groups of group normalisation
)

// MaxAverage bounds M of the method average:M, which takes M times as long as
// one chain.
const MaxAverage = 1000

var namePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Validate checks every rule and returns a [UsageError] with one line per
// broken one, or nil.
func (c Config) Validate() error {
	var r rules
	if !namePattern.MatchString(c.Name) {
		r.broken("name", c.Name, "want 1 to 64 letters, digits, dots, dashes and underscores, the first a letter or digit")
	}
	r.count("threads", c.Threads, 0, par.MaxThreads)
	c.Data.validate(&r)
	c.Schedule.validate(&r, "schedule")
	c.Model.validate(&r)
	c.Objective.validate(&r)
	c.Init.validate(&r)
	c.Adapt.validate(&r)
	c.Train.validate(&r)
	c.Checkpoint.validate(&r)
	c.Eval.validate(&r)
	c.validateAcross(&r)
	c.validateAdapt(&r)
	if c.Init.EMA == "continue" && c.Train.EMA == 0 {
		r.broken("init.ema", c.Init.EMA, "train.ema = 0 keeps no average; want restart")
	}
	return usage(r)
}

func (s Schedule) validate(r *rules, section string) {
	r.oneOf(section+".kind", s.Kind, "linear", "quadratic", "sqrt", "constant", "reciprocal", "log", "exp", "cosine", "sigmoid")
	r.count(section+".steps", s.Steps, 2, maxSteps)
	start := r.number(section+".beta_start", s.BetaStart, "[0,1)")
	end := r.number(section+".beta_end", s.BetaEnd, "[0,1)")
	if start && end && s.BetaStart > 0 && s.BetaEnd > 0 && s.BetaEnd < s.BetaStart {
		r.broken(section+".beta_end", s.BetaEnd, "want at least %s.beta_start = %v", section, s.BetaStart)
	}
	if s.Kind == "cosine" && (s.BetaStart != 0 || s.BetaEnd != 0) {
		r.broken(section+".kind", s.Kind, "this family has no betas; set beta_start and beta_end to 0, or use snr_max_db and snr_min_db")
	}
	if (s.SNRMaxDB == nil) != (s.SNRMinDB == nil) {
		r.broken(section+".snr_max_db, "+section+".snr_min_db", "one of two", "set both or none")
		return
	}
	if s.SNRMaxDB == nil {
		return
	}
	high := r.number(section+".snr_max_db", *s.SNRMaxDB, "[-120,120]")
	low := r.number(section+".snr_min_db", *s.SNRMinDB, "[-120,120]")
	if high && low && *s.SNRMinDB >= *s.SNRMaxDB {
		r.broken(section+".snr_min_db", *s.SNRMinDB, "want less than %s.snr_max_db = %v", section, *s.SNRMaxDB)
	}
	if s.Kind == "constant" {
		r.broken(section+".kind", s.Kind, "one free parameter cannot meet two end SNRs; set beta_end instead")
	}
	if s.BetaStart != 0 || s.BetaEnd != 0 {
		r.broken(section+".snr_max_db", *s.SNRMaxDB, "end SNRs and betas exclude each other; set beta_start and beta_end to 0")
	}
}

func (o Objective) validate(r *rules) {
	r.oneOf("objective.target", o.Target, "epsilon", "x0", "mean", "v")
	r.oneOf("objective.loss", o.Loss, "mse", "l1")
	r.oneOf("objective.weighting", o.Weighting, "none", "paper", "min-snr")
	if o.Weighting == "paper" && o.Target == "v" {
		r.broken("objective.weighting", o.Weighting, "the paper's weights exist for the targets epsilon, x0 and mean")
	}
}

func (e Eval) validate(r *rules) {
	if points, err := ParseRange(e.SNR); err != nil {
		r.broken("eval.snr", e.SNR, "%s", strings.TrimPrefix(err.Error(), strconv.Quote(e.SNR)+": "))
	} else {
		for _, p := range points {
			if !r.number("eval.snr", p, "[-100,200]") {
				break
			}
		}
	}
	for _, m := range e.Methods {
		if count, ok := strings.CutPrefix(m, "average:"); ok {
			if n, err := strconv.Atoi(count); err != nil || n < 1 || n > MaxAverage || count != strconv.Itoa(n) {
				r.broken("eval.methods", m, "want average:M with M from 1 to %d", MaxAverage)
			}
			continue
		}
		r.oneOf("eval.methods", m, "mean", "oneshot", "ddim", "resample", "average:M")
	}
	for _, b := range e.Baselines {
		if count, ok := strings.CutPrefix(b, "gmm:"); ok {
			if k, err := strconv.Atoi(count); err != nil || k < 1 || k > maxComponents || count != strconv.Itoa(k) {
				r.broken("eval.baselines", b, "want gmm:K with K from 1 to %d", maxComponents)
			}
			continue
		}
		r.oneOf("eval.baselines", b, "ls", "wiener", "lmmse", "cme", "gmm:K", "nlm", "tv", "wavelet")
	}
	r.unique("eval.methods", e.Methods)
	r.unique("eval.baselines", e.Baselines)
	if len(e.Methods)+len(e.Baselines) == 0 {
		r.broken("eval.methods", "[]", "name at least one method or baseline")
	}
	if r.count("eval.samples", e.Samples, 0, maxSamples) && e.Samples == 1 {
		r.broken("eval.samples", e.Samples, "intervals need at least 2 samples; 0 means all")
	}
	r.oneOf("eval.match", e.Match, "db", "linear", "exact")
	r.oneOf("eval.start", e.Start, "paper", "code")
}

// validateAcross checks the rules that tie sections together.
func (c Config) validateAcross(r *rules) {
	sizes := c.Data.Sizes()
	if n := sizes.Train; c.Train.Batch > n && n > 0 {
		r.broken("train.batch", c.Train.Batch, "want at most data.samples.train = %d", n)
	} else if n > 0 && c.Train.Batch > 0 && c.Train.Accumulate > n/c.Train.Batch {
		r.broken("train.accumulate", c.Train.Accumulate, "a step would take more than all %d batches of the train split; want fewer", n/c.Train.Batch)
	}
	if n := sizes.Test; c.Eval.Samples > n && n > 0 && c.Data.Kind == "mixture" {
		r.broken("eval.samples", c.Eval.Samples, "want at most data.samples.test = %d", n)
	}
	// Data read from files, or fitted to them, bring their own dimensions; the
	// model checks them.
	levels := len(c.Model.Multipliers)
	if c.Model.Kind != "unet" || c.Data.Kind != "mixture" || c.Data.Mixture != "" || c.Data.Fit != "" || levels < 1 || levels > maxLevels {
		return
	}
	if factor := 1 << (levels - 1); c.Data.Dim > 0 && c.Data.Dim%factor != 0 {
		r.broken("data.dim", c.Data.Dim, "the %d levels of model.multipliers halve the length %d times; want a multiple of %d",
			levels, levels-1, factor)
	}
}
