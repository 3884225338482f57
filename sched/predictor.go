package sched

import "context"

// Level is a noise level of the forward process x = √ᾱ·x0 + √(1-ᾱ)·ε.
type Level struct {
	// Index is the position on the schedule's grid, 0-based, that a network
	// is fed; it is fractional under exact SNR matching.
	Index float64
	// AlphaBar is ᾱ at Index; closed-form predictors use it instead.
	AlphaBar float64
}

// Predictor estimates the noise in a batch. A trained network is one, the
// exact conditional mean of a Gaussian mixture another; the reverse chains
// know nothing else of either.
type Predictor interface {
	// Dim returns the number of values of one sample, all axes flattened.
	Dim() int
	// PredictNoise writes ε̂(x, at) into eps. x and eps hold n samples of
	// Dim() values each, one after the other; they must not overlap.
	PredictNoise(ctx context.Context, eps, x []float64, at Level) error
}
