package eval

import (
	"context"
	"fmt"

	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/sched"
)

func (r *Request) mismatchCost() int {
	cost := 0
	for _, db := range r.SNRs {
		for _, m := range r.Methods {
			cost += r.calls(m, db)
			for _, offset := range r.Studies.Mismatch {
				cost += r.calls(m, db+offset)
			}
		}
	}
	return cost
}

// mismatch tells all methods wrong SNRs. What is told sets the scale of the
// observation and the level.
func mismatch(ctx context.Context, s *session, rep *report.Report) error {
	for _, db := range s.SNRs {
		for _, m := range s.Methods {
			cost := s.calls(m, db)
			for _, offset := range s.Studies.Mismatch {
				cost += s.calls(m, db+offset)
			}
			points, err := part(s, fmt.Sprintf("mismatch %s dB %s", dB(db), m), cost, func() ([]report.MismatchPoint, error) { return s.mistell(ctx, db, m) })
			if err != nil {
				return fmt.Errorf("eval: mismatch, %s dB: %w", dB(db), err)
			}
			rep.Mismatch = append(rep.Mismatch, points...)
		}
	}
	return nil
}

func (s *session) mistell(ctx context.Context, db float64, m sched.Method) ([]report.MismatchPoint, error) {
	told, err := s.errorsTold(ctx, db, db, m)
	if err != nil {
		return nil, err
	}
	top, bottom := s.Denoiser.Schedule().SNRdB(0), s.Denoiser.Schedule().SNRdB(s.Denoiser.Schedule().T-1)
	var points []report.MismatchPoint
	for _, offset := range s.Studies.Mismatch {
		e, err := s.errorsTold(ctx, db, db+offset, m)
		if err != nil {
			return nil, err
		}
		p := report.MismatchPoint{SNR: db, Offset: offset, Method: m.String(), NMSEdB: report.Float(decibel.Of(sum(e) / sum(s.powers()))), Clamped: db+offset > top || db+offset < bottom}
		if offset != 0 {
			loss, ci := pairedGap(e, told)
			p.LossdB, p.LossCI = report.Float(loss), report.Float(ci)
		}
		points = append(points, p)
		s.progress.Add(s.calls(m, db+offset))
	}
	return points, nil
}

// errorsTold returns the squared error of each sample at a true SNR.
func (r *Request) errorsTold(ctx context.Context, db, told float64, m sched.Method) ([]float64, error) {
	errors := make([]float64, r.samples())
	return errors, r.batches(ctx, db, func(y, x []float64, first int) error {
		res, err := r.Denoiser.Denoise(ctx, y, r.told(told, m, first))
		if err != nil {
			return err
		}
		squares(errors[first:][:len(x)/r.Denoiser.Dim()], res.X, x)
		return nil
	})
}
