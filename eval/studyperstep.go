package eval

import (
	"context"
	"fmt"
	"math"

	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/sched"
)

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
func perStep(ctx context.Context, s *session, rep *report.Report) error {
	for _, db := range s.SNRs {
		if _, ok := s.level(decibel.Linear(db)); !ok {
			continue
		}
		for _, m := range s.chains("mean", "ddim", "resample") {
			c, err := part(s, fmt.Sprintf("per-step %s dB %s", dB(db), m), s.calls(m, db), func() (report.Curve, error) { return s.follow(ctx, db, m) })
			if err != nil {
				return fmt.Errorf("eval: per-step, %s dB: %w", dB(db), err)
			}
			rep.PerStep = append(rep.PerStep, c)
		}
	}
	return nil
}

// follow runs one chain over all samples.
func (r *Request) follow(ctx context.Context, db float64, m sched.Method) (report.Curve, error) {
	c := report.Curve{SNR: db, Method: m.String()}
	power := 0.0
	err := r.batches(ctx, db, func(y, x []float64, first int) error {
		power += distance(x, make([]float64, len(x)))
		o := r.told(db, m, first)
		o.Trace = func(p sched.TracePoint) { addPoint(&c, p, x) }
		_, err := r.Denoiser.Denoise(ctx, y, o)
		return err
	})
	for i := range c.State {
		c.State[i] /= report.Float(power)
		c.Estimate[i] /= report.Float(power)
	}
	return c, err
}

// addPoint sums the squared errors of a batch at one step.
func addPoint(c *report.Curve, p sched.TracePoint, x0 []float64) {
	if p.Step == len(c.Level) {
		c.Level = append(c.Level, p.At.Index)
		c.State, c.Estimate = append(c.State, 0), append(c.Estimate, 0)
		if p.Eps != nil {
			c.LevelSNR = append(c.LevelSNR, decibel.Of(p.At.AlphaBar/(1-p.At.AlphaBar)))
		}
	}
	signal, noise := 1/math.Sqrt(p.At.AlphaBar), math.Sqrt(1-p.At.AlphaBar)
	state, estimate := float64(c.State[p.Step]), float64(c.Estimate[p.Step])
	for i, v := range p.X {
		state += (v - x0[i]) * (v - x0[i])
		if p.Eps != nil {
			v = (v - noise*p.Eps[i]) * signal
		}
		estimate += (v - x0[i]) * (v - x0[i])
	}
	c.State[p.Step], c.Estimate[p.Step] = report.Float(state), report.Float(estimate)
}
