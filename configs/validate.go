package configs

import (
	"fmt"
	"reflect"
	"regexp"
	"unicode/utf8"

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
	maxListed     = 20_000  // of a schedule that lists its β, which every configuration holds
	maxTrainSteps = 1<<31 - 1
	maxChannels   = 8192 // of any level
	maxLevels     = 10
	maxLayers     = 128 // of the lightweight network
	maxBatch      = 1 << 16
	normGroups    = 8 // groups of group normalisation
)

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
	c.validateExperts(&r)
	c.validateText(&r)
	if c.Init.EMA == "continue" && c.Train.EMA == 0 {
		r.broken("init.ema", c.Init.EMA, "train.ema = 0 keeps no average; want restart")
	}
	return usage(r)
}

// validateText refuses strings that no file of settings can hold. Names of files
// may be such on some systems.
func (c Config) validateText(r *rules) {
	walk(reflect.ValueOf(c), "", func(key string, v reflect.Value) {
		switch s := v.Interface().(type) {
		case string:
			if !utf8.ValidString(s) {
				r.broken(key, s, "want text in UTF-8; rename the file, or make a link to it")
			}
		case []string:
			for i, s := range s {
				if !utf8.ValidString(s) {
					r.broken(fmt.Sprintf("%s[%d]", key, i), s, "want text in UTF-8")
				}
			}
		}
	})
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
