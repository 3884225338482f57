package sched

import (
	"context"
	"fmt"
	"math"
)

// Target is what a network is trained to predict.
type Target string

const (
	TargetEpsilon Target = "epsilon" // the noise ε
	TargetX0      Target = "x0"      // the clean sample
	TargetMean    Target = "mean"    // the posterior mean E[x_{t-1} | x_t, x0]
	TargetV       Target = "v"       // v = √ᾱ·ε - √(1-ᾱ)·x0 (Salimans and Ho, 2022)
)

// ParseTarget reads a Target; "" is TargetEpsilon.
func ParseTarget(s string) (Target, error) {
	return parse("target", s, TargetEpsilon, TargetX0, TargetMean, TargetV)
}

// TargetCoef returns a and b such that the target at level i is a·x0 + b·ε.
func (s *Schedule) TargetCoef(target Target, i int) (a, b float64) {
	ab := s.AlphaBar[i]
	switch target {
	case TargetEpsilon:
		return 0, 1
	case TargetX0:
		return 1, 0
	case TargetMean:
		prev := s.AlphaBarPrev[i]
		return math.Sqrt(prev), math.Sqrt(s.Alpha[i]) * (1 - prev) / math.Sqrt(1-ab)
	case TargetV:
		return -math.Sqrt(1 - ab), math.Sqrt(ab)
	}
	panic(fmt.Sprintf("sched: unknown target %q", target))
}

// coef returns c and d such that the target is c·x_t + d·ε.
func (s *Schedule) coef(target Target, at Level) (c, d float64) {
	ab := at.AlphaBar
	switch target {
	case TargetEpsilon:
		return 0, 1
	case TargetX0:
		return 1 / math.Sqrt(ab), -math.Sqrt((1 - ab) / ab)
	case TargetMean:
		beta := s.betaAt(at)
		return 1 / math.Sqrt(1-beta), -beta / math.Sqrt((1-beta)*(1-ab))
	case TargetV:
		return -math.Sqrt((1 - ab) / ab), 1 / math.Sqrt(ab)
	}
	panic(fmt.Sprintf("sched: unknown target %q", target))
}

// NoiseFrom converts a prediction out of the target at x = x_t into ε̂. eps
// may be out itself. Between grid points the posterior mean takes an
// interpolated β.
func (s *Schedule) NoiseFrom(target Target, eps, out, x []float64, at Level) {
	c, d := s.coef(target, at)
	for i, o := range out {
		eps[i] = (o - c*x[i]) / d
	}
}

// FromNoise is the inverse of NoiseFrom.
func (s *Schedule) FromNoise(target Target, out, eps, x []float64, at Level) {
	c, d := s.coef(target, at)
	for i, e := range eps {
		out[i] = c*x[i] + d*e
	}
}

// Adapt turns a network whose PredictNoise writes its raw output, trained for
// the given target, into a predictor of ε.
func (s *Schedule) Adapt(network Predictor, target Target) Predictor {
	if target == TargetEpsilon {
		return network
	}
	return &adapter{network, s, target}
}

type adapter struct {
	Predictor
	s      *Schedule
	target Target
}

var _ Predictor = (*adapter)(nil)

func (a *adapter) PredictNoise(ctx context.Context, eps, x []float64, at Level) error {
	if err := a.Predictor.PredictNoise(ctx, eps, x, at); err != nil {
		return err
	}
	a.s.NoiseFrom(a.target, eps, eps, x, at)
	return nil
}
