package eval

import (
	"context"
	"slices"
	"strings"

	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/gmm"
)

// Request opens the data set that the denoiser was trained on and returns a
// sweep over at most samples of its test split (0 means all), without methods,
// baselines and SNRs: see Request.Settings.
func (s *Subject) Request(ctx context.Context, samples int) (*Request, error) {
	set, err := data.Open(ctx, s.Config.Data, s.Config.Seed, s.dataOptions()...)
	if err != nil {
		return nil, err
	}
	if err := s.load(set.Shape()); err != nil {
		return nil, err
	}
	n := set.Test.Len()
	if samples > 0 {
		n = min(n, samples)
	}
	r := &Request{Name: s.Config.Name, Predictor: s.Predictor, Schedule: s.Schedule, Pool: s.rt.Pool(), Prior: set.Mixture,
		Shape: set.Shape(), Test: make([]float64, n*set.Dim())}
	if err := set.ReadNormalized(r.Test, set.Test, 0); err != nil {
		return nil, err
	}
	if s.snapshot != nil {
		if r.Warning, err = dataChanged(set, s.snapshot.Data); err != nil {
			return nil, err
		}
	}
	if set.Image && len(set.Shape()) == 3 {
		r.Image = newImage(set, s.Config.Data, r.Test)
	}
	switch {
	case set.Mixture != nil:
		r.Train.Mean, r.Train.Cov = set.Mixture.Moments()
	case slices.Contains(s.Config.Eval.Baselines, "lmmse"):
		if r.Train, err = trainMoments(ctx, set); err != nil {
			return nil, err
		}
	}
	r.Fit = func(ctx context.Context, k int) (*gmm.Mixture, error) { return fitTrain(ctx, set, k, r.Pool, r.Log) }
	return r, nil
}

// dataOptions are how the data are opened: in parallel, and not silently where
// they are fetched or fitted.
func (s *Subject) dataOptions() []data.Option {
	options := []data.Option{data.WithThreads(s.rt.Threads())}
	if s.shown != nil {
		options = append(options, data.WithProgress(s.shown))
	}
	return options
}

// needsTrain tells whether a baseline is made from the train split's samples
// even where the prior is known.
func needsTrain(baselines []string) bool {
	return slices.ContainsFunc(baselines, func(b string) bool { return strings.HasPrefix(b, fittedPrefix) })
}
