package sched

import "context"

// Remap lets a network that was trained on the levels of s serve another
// schedule: at a level of any schedule the network is fed the fractional index
// of s at which the SNR is the same. Levels outside of the grid of s are fed its
// ends. The network must predict what depends on ᾱ alone, which the posterior
// mean does not.
func (s *Schedule) Remap(network Predictor) Predictor { return &remapped{network, s} }

type remapped struct {
	Predictor
	trained *Schedule
}

var _ Predictor = (*remapped)(nil)

func (r *remapped) PredictNoise(ctx context.Context, eps, x []float64, at Level) error {
	at.Index = r.trained.Index(at.AlphaBar / (1 - at.AlphaBar))
	return r.Predictor.PredictNoise(ctx, eps, x, at)
}
