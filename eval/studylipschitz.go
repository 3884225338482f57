package eval

import (
	"context"
	"fmt"
	"math"

	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/sched"
)

const (
	lipschitzLevels  = 24 // looked at, evenly spread in dB
	lipschitzSamples = 64
	lipschitzRounds  = 8    // of the power method
	probeLength      = 0.02 // of a finite difference, of the noise
)

// lipschitzAt returns the levels to look at.
func (r *Request) lipschitzAt() []int {
	top, bottom := r.Denoiser.Schedule().SNRdB(0), r.Denoiser.Schedule().SNRdB(r.Denoiser.Schedule().T-1)
	var levels []int
	for k := range lipschitzLevels {
		db := top + (bottom-top)*float64(k)/(lipschitzLevels-1)
		i := r.Denoiser.Schedule().Nearest(decibel.Linear(db), false)
		if len(levels) == 0 || levels[len(levels)-1] != i {
			levels = append(levels, i)
		}
	}
	return levels
}

func (r *Request) lipschitzCost() int { return len(r.lipschitzAt()) * (lipschitzRounds + 1) }

// lipschitz measures the steps' empirical Lipschitz constants.
func lipschitz(ctx context.Context, s *session, rep *report.Report) error {
	for _, i := range s.lipschitzAt() {
		l, err := part(s, fmt.Sprintf("lipschitz level %d", i), lipschitzRounds+1, func() (report.LipschitzAt, error) { return s.stretch(ctx, i) })
		if err != nil {
			return fmt.Errorf("eval: lipschitz, level %d: %w", i, err)
		}
		rep.Lipschitz = append(rep.Lipschitz, l)
	}
	return nil
}

// stretch finds by the power method how far the step at level i takes apart what
// is near, at states of the forward process: ‖m(x+h·v) - m(x)‖/h, ‖v‖ = 1, v ←
// m(x+h·v) - m(x), normalised. It is a lower bound of the norm of the Jacobian
// for any v, and tends to its greatest eigenvalue where it is symmetric.
func (r *Request) stretch(ctx context.Context, i int) (report.LipschitzAt, error) {
	sc, d := r.Denoiser.Schedule(), r.Denoiser.Dim()
	l := report.LipschitzAt{Level: i, SNR: sc.SNRdB(i), A: sc.Lipschitz(i), Bound: 1 / math.Sqrt(sc.Alpha[i]), Product: 1}
	if i > 0 {
		l.Product = sc.LipschitzProduct(1, i)
	}
	n := min(lipschitzSamples, r.samples())
	x, v := make([]float64, n*d), make([]float64, n*d)
	var s rng.Stream
	for k := range n {
		s.Reset(r.Seed, rng.Probe, uint64(2*i+1), uint64(k))
		s.Normal(x[k*d:][:d])
		s.Reset(r.Seed, rng.Probe, uint64(2*i+2), uint64(k))
		s.Normal(v[k*d:][:d])
		normalizeVector(v[k*d:][:d])
	}
	noise := r.std() * math.Sqrt(1-sc.AlphaBar[i])
	for k := range x {
		x[k] = math.Sqrt(sc.AlphaBar[i])*r.Test[k] + noise*x[k]
	}
	steps := sc.Steps(float64(i))[:1]
	step := func(x []float64) ([]float64, error) {
		to := append([]float64(nil), x...)
		return to, sched.Mean(ctx, r.Denoiser.Predictor(), to, steps, nil)
	}
	from, err := step(x)
	if err != nil {
		return l, err
	}
	h := probeLength * noise * math.Sqrt(float64(d))
	near, norm := make([]float64, n*d), make([]float64, n)
	for range lipschitzRounds {
		for k := range x {
			near[k] = x[k] + h*v[k]
		}
		to, err := step(near)
		if err != nil {
			return l, err
		}
		for k := range to {
			v[k] = (to[k] - from[k]) / h
		}
		for k := range n {
			norm[k] = normalizeVector(v[k*d:][:d])
		}
	}
	for _, v := range norm {
		l.Mean += report.Float(v / float64(n))
		l.Max = max(l.Max, report.Float(v))
	}
	return l, nil
}

// normalizeVector scales v to unit length and returns the length it had.
func normalizeVector(v []float64) float64 {
	s := 0.0
	for _, x := range v {
		s += x * x
	}
	if s = math.Sqrt(s); s > 0 {
		for i := range v {
			v[i] /= s
		}
	}
	return s
}
