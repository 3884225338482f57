package eval

import (
	"context"
	"fmt"
	"math"

	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/sched"
)

// thin keeps n of a chain's steps: the first one, and the others spread evenly.
// With one step it is the one-shot estimate.
func thin(steps []sched.Step, n int) []sched.Step {
	n = min(n, len(steps))
	kept := make([]sched.Step, n)
	for k := range kept {
		kept[k] = steps[k*len(steps)/n]
	}
	for k := range kept {
		if kept[k].To = 1; k+1 < n {
			kept[k].To = kept[k+1].From.AlphaBar
		}
		kept[k].Beta = 1 - kept[k].From.AlphaBar/kept[k].To
	}
	return kept
}

func (r *Request) fewerStepsCost() int {
	cost := 0
	for _, db := range r.SNRs {
		cost += r.fewerStepsCostAt(db) * len(r.chains("mean", "ddim", "resample"))
	}
	return cost
}

func (r *Request) fewerStepsCostAt(db float64) int {
	all := r.calls(sched.MethodMean, db)
	cost := all
	for _, n := range r.Studies.SweepSteps {
		cost += min(n, all)
	}
	return cost
}

// fewerSteps leaves out levels of the chains.
func fewerSteps(ctx context.Context, s *session, rep *report.Report) error {
	for _, db := range s.SNRs {
		t, ok := s.level(decibel.Linear(db))
		if !ok {
			continue
		}
		steps := s.Denoiser.Schedule().Steps(t)
		if s.Match == sched.MatchExact {
			steps[0].From.AlphaBar = decibel.Linear(db) / (1 + decibel.Linear(db))
			steps[0].Beta = 1 - steps[0].From.AlphaBar/steps[0].To
		}
		for _, m := range s.chains("mean", "ddim", "resample") {
			points, err := part(s, fmt.Sprintf("steps %s dB %s", dB(db), m), s.fewerStepsCostAt(db), func() ([]report.StepsPoint, error) {
				return s.thinned(ctx, db, m, steps)
			})
			if err != nil {
				return fmt.Errorf("eval: sweep-steps, %s dB: %w", dB(db), err)
			}
			rep.FewerSteps = append(rep.FewerSteps, points...)
		}
	}
	return nil
}

func (s *session) thinned(ctx context.Context, db float64, m sched.Method, steps []sched.Step) ([]report.StepsPoint, error) {
	all, err := s.errorsOf(ctx, db, m, steps)
	if err != nil {
		return nil, err
	}
	power := s.powers()
	var points []report.StepsPoint
	for _, n := range s.Studies.SweepSteps {
		kept := thin(steps, n)
		e, err := s.errorsOf(ctx, db, m, kept)
		if err != nil {
			return nil, err
		}
		p := report.StepsPoint{SNR: db, Method: m.String(), Steps: n, Calls: len(kept), LossdB: report.Float(decibel.Of(sum(e) / sum(all)))}
		nmse, ci := ratio(e, power)
		p.NMSEdB, p.CI95dB = report.Float(decibel.Of(nmse)), report.Float(ci)
		points = append(points, p)
		s.progress.Add(len(kept))
	}
	return points, nil
}

// errorsOf runs a chain of given steps over all samples.
func (r *Request) errorsOf(ctx context.Context, db float64, m sched.Method, steps []sched.Step) ([]float64, error) {
	errors := make([]float64, r.samples())
	snr := decibel.Linear(db)
	scale := math.Sqrt(snr / (1 + snr))
	if r.Unscaled {
		scale = 1
	}
	return errors, r.batches(ctx, db, func(y, x []float64, first int) error {
		for i := range y {
			y[i] *= scale
		}
		var err error
		switch m.Kind {
		case "ddim":
			err = sched.DDIM(ctx, r.Denoiser.Predictor(), y, steps, nil)
		case "resample":
			err = sched.Resample(ctx, r.Denoiser.Predictor(), y, steps, r.drawn(first), nil)
		default:
			err = sched.Mean(ctx, r.Denoiser.Predictor(), y, steps, nil)
		}
		squares(errors[first:][:len(x)/r.Denoiser.Dim()], y, x)
		return err
	})
}
