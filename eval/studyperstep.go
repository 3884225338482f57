package eval

import (
	"context"
	"fmt"
	"math"

	"github.com/condmean/condmean/sched"
)

// Curve tells how far a chain is from the clean samples at each of its steps.
// The observation comes first, scaled to power one; the estimate, last.
type Curve struct {
	SNR      float64   `json:"snr_db"`
	Method   string    `json:"method"`
	Level    []float64 `json:"level"`        // index of the level; -1 is clean
	LevelSNR []float64 `json:"level_snr_db"` // one fewer: the clean level has none
	State    []float64 `json:"state_nmse"`   // Σ‖x_t-x0‖²/Σ‖x0‖²
	Estimate []float64 `json:"x0_nmse"`      // the same of x̂0 = (x_t - √(1-ᾱ)·ε̂)/√ᾱ; at the clean level that of the result
}

func (r *Request) perStepCost() int {
	cost := 0
	for _, db := range r.SNRs {
		for _, m := range r.chains("mean", "ddim", "resample") {
			cost += r.calls(m, db)
		}
	}
	return cost
}

// perStep follows the chains of single paths.
func perStep(ctx context.Context, s *session, rep *Report) error {
	for _, db := range s.SNRs {
		if _, ok := s.level(linear(db)); !ok {
			continue
		}
		for _, m := range s.chains("mean", "ddim", "resample") {
			c, err := part(s, fmt.Sprintf("per-step %s dB %s", dB(db), m), s.calls(m, db), func() (Curve, error) { return s.follow(ctx, db, m) })
			if err != nil {
				return fmt.Errorf("eval: per-step, %s dB: %w", dB(db), err)
			}
			rep.PerStep = append(rep.PerStep, c)
		}
	}
	return nil
}

// follow runs one chain over all samples.
func (r *Request) follow(ctx context.Context, db float64, m sched.Method) (Curve, error) {
	c := Curve{SNR: db, Method: m.String()}
	power := 0.0
	err := r.batches(ctx, db, func(y, x []float64, first int) error {
		power += distance(x, make([]float64, len(x)))
		o := sched.Options{Method: m, Match: r.Match, Start: r.Start, Seed: r.Seed, First: first, Trace: func(p sched.TracePoint) { c.add(p, x) }}
		_, err := r.Schedule.Denoise(ctx, r.Predictor, y, linear(db), o)
		return err
	})
	for i := range c.State {
		c.State[i] /= power
		c.Estimate[i] /= power
	}
	return c, err
}

// add sums the squared errors of a batch at one step.
func (c *Curve) add(p sched.TracePoint, x0 []float64) {
	if p.Step == len(c.Level) {
		c.Level = append(c.Level, p.At.Index)
		c.State, c.Estimate = append(c.State, 0), append(c.Estimate, 0)
		if p.Eps != nil {
			c.LevelSNR = append(c.LevelSNR, decibels(p.At.AlphaBar/(1-p.At.AlphaBar)))
		}
	}
	signal, noise := 1/math.Sqrt(p.At.AlphaBar), math.Sqrt(1-p.At.AlphaBar)
	for i, v := range p.X {
		c.State[p.Step] += (v - x0[i]) * (v - x0[i])
		if p.Eps != nil {
			v = (v - noise*p.Eps[i]) * signal
		}
		c.Estimate[p.Step] += (v - x0[i]) * (v - x0[i])
	}
}
