package eval

import (
	"context"
	"strconv"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/eval/report"
)

// Applicable tells, before any work, whether an evaluation with the given
// settings can be made of a data set: whether every method and baseline suits
// the samples. What a training run ends with is asked for in front of it.
func Applicable(ctx context.Context, set *data.Set, c configs.Eval) error {
	r := &Request{Prior: set.Mixture}
	if set.Image && len(set.Shape()) == 3 {
		r.Image = &report.Image{Norm: set.Norm}
	}
	if err := r.Settings(c, 0); err != nil {
		return err
	}
	for _, b := range c.Baselines {
		count, fitted := strings.CutPrefix(b, fittedPrefix)
		switch {
		case fitted:
			k, err := strconv.Atoi(count)
			if n := min(set.Train.Len(), fitSamples); err != nil || k < 1 || k > n {
				return configs.Usagef("eval.baselines: %s: want 1 to %d components, as many as there are training samples to fit", b, n)
			}
		case b == "lmmse" || b == "cme" && r.Prior != nil: // what they are made of is there
		default:
			if _, err := r.baseline(ctx, b); err != nil {
				return err
			}
		}
	}
	return nil
}
