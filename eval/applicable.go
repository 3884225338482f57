package eval

import (
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/eval/report"
)

// Applicable tells, before any work, whether an evaluation with the given
// settings can be made of a data set: whether every method and baseline suits
// the samples. What a training run ends with is asked for in front of it.
func Applicable(set *data.Set, c configs.Eval) error {
	r := &Request{Prior: set.Mixture, fitSamples: min(set.Train.Len(), mostFitted)}
	if set.Image && len(set.Shape()) == 3 {
		r.Image = &report.Image{Norm: set.Norm}
	}
	if err := r.Settings(c, 0); err != nil {
		return err
	}
	return r.suits()
}
