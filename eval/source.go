package eval

import (
	"context"
	"slices"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/op"
)

// source opens the data set that a denoiser was trained on.
type source struct {
	rt       *op.Runtime
	progress data.Progress // of opening; may be nil
}

// open is in parallel, and not silent where data are fetched or fitted.
func (s source) open(ctx context.Context, c configs.Config) (*data.Set, error) {
	options := []data.Option{data.WithThreads(s.rt.Threads()), data.WithGroup(s.rt.Group())}
	if s.progress != nil {
		options = append(options, data.WithProgress(s.progress))
	}
	return data.Open(ctx, c.Data, c.Seed, options...)
}

// request returns a sweep over the test split of the data set of a configuration,
// at most c.Eval.Samples of it (0 means all), without methods, baselines and SNRs:
// see Request.Settings.
func (s source) request(ctx context.Context, d *denoiser.Denoiser, c configs.Config) (*Request, error) {
	set, err := s.open(ctx, c)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(set.Shape(), d.Shape()) {
		return nil, configs.Usagef("the samples of %s have shape %v; the denoiser was trained on those of shape %v", set.Name, set.Shape(), d.Shape())
	}
	n := set.Test.Len()
	if samples := c.Eval.Samples; samples > 0 {
		n = min(n, samples)
	}
	r := &Request{Name: c.Name, Denoiser: d, Prior: set.Mixture, Test: make([]float64, n*set.Dim()), pool: s.rt.Pool(), group: s.rt.Group(),
		fitSamples: min(set.Train.Len(), mostFitted)}
	if err := set.ReadAt(r.Test, set.Test, tested(set.Test, c.Data, c.Seed, n)); err != nil {
		return nil, err
	}
	r.Warning = d.DataWarning(set)
	if set.Image && len(set.Shape()) == 3 {
		r.Image = newImage(set, c.Data)
	}
	switch {
	case set.Mixture != nil:
		r.Train.Mean, r.Train.Cov = set.Mixture.Moments()
	case anyOf(c.Eval.Baselines, func(b baseline) bool { return b.moments }):
		if r.Train, err = trainMoments(ctx, set); err != nil {
			return nil, err
		}
	}
	r.Fit = func(ctx context.Context, k int) (*gmm.Mixture, error) {
		return fitTrain(ctx, set, k, r.std(), r.pool, s.rt.Group(), r.Log)
	}
	return r, nil
}

// trimSplits leaves out the samples of a mixture's train and validation splits
// that an evaluation does not need, and provides those of the test split that it
// does.
func trimSplits(c *configs.Config) {
	d := &c.Data
	d.Samples = d.Sizes()
	d.Samples.Test = max(d.Samples.Test, c.Eval.Samples)
	d.Samples.Val = 1
	if !anyOf(c.Eval.Baselines, func(b baseline) bool { return b.samples }) {
		d.Samples.Train = c.Train.Batch
	}
}
