package sched

import (
	"context"
	"math"
)

// Clip returns a predictor of ε whose estimate of the clean sample,
//
//	x̂0 = (x - √(1-ᾱ)·ε̂)/√ᾱ
//
// is kept within ±limit: where it is beyond, ε̂ becomes what leads to the limit. The
// chains thereby become those that clamp x̂0 in every step, as samplers of images do.
// That is another denoiser than the mean chain.
func Clip(p Predictor, limit float64) Predictor { return &clipper{p, limit} }

type clipper struct {
	Predictor
	limit float64
}

var _ Predictor = (*clipper)(nil)

func (c *clipper) PredictNoise(ctx context.Context, eps, x []float64, at Level) error {
	if err := c.Predictor.PredictNoise(ctx, eps, x, at); err != nil {
		return err
	}
	signal, noise := math.Sqrt(at.AlphaBar), math.Sqrt(1-at.AlphaBar)
	for i, e := range eps {
		if x0 := (x[i] - noise*e) / signal; math.Abs(x0) > c.limit {
			eps[i] = (x[i] - signal*math.Copysign(c.limit, x0)) / noise
		}
	}
	return nil
}
