package eval

import (
	"context"
	"fmt"

	"github.com/condmean/condmean/sched"
)

// MismatchPoint is the result of a method that is told a wrong SNR.
type MismatchPoint struct {
	SNR     float64 `json:"snr_db"` // the true one
	Offset  float64 `json:"offset_db"`
	Method  string  `json:"method"`
	NMSEdB  float64 `json:"nmse_db"`
	LossdB  float64 `json:"loss_db"`   // to the same method that is told the true SNR
	LossCI  float64 `json:"loss_ci95"` // half width of its 95 % interval
	Clamped bool    `json:"clamped"`   // what is told lies outside of the schedule
}

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
func mismatch(ctx context.Context, s *session, rep *Report) error {
	for _, db := range s.SNRs {
		for _, m := range s.Methods {
			cost := s.calls(m, db)
			for _, offset := range s.Studies.Mismatch {
				cost += s.calls(m, db+offset)
			}
			points, err := part(s, fmt.Sprintf("mismatch %s dB %s", dB(db), m), cost, func() ([]MismatchPoint, error) { return s.mistell(ctx, db, m) })
			if err != nil {
				return fmt.Errorf("eval: mismatch, %s dB: %w", dB(db), err)
			}
			rep.Mismatch = append(rep.Mismatch, points...)
		}
	}
	return nil
}

func (s *session) mistell(ctx context.Context, db float64, m sched.Method) ([]MismatchPoint, error) {
	told, err := s.errorsTold(ctx, db, db, m)
	if err != nil {
		return nil, err
	}
	top, bottom := s.Schedule.SNRdB(0), s.Schedule.SNRdB(s.Schedule.T-1)
	var points []MismatchPoint
	for _, offset := range s.Studies.Mismatch {
		e, err := s.errorsTold(ctx, db, db+offset, m)
		if err != nil {
			return nil, err
		}
		p := MismatchPoint{SNR: db, Offset: offset, Method: m.String(), NMSEdB: decibels(sum(e) / sum(s.powers())), Clamped: db+offset > top || db+offset < bottom}
		if p.LossdB, p.LossCI = pairedGap(e, told); offset == 0 {
			p.LossdB, p.LossCI = 0, 0
		}
		points = append(points, p)
		s.progress.add(s.calls(m, db+offset))
	}
	return points, nil
}

// errorsTold returns the squared error of each sample at a true SNR.
func (r *Request) errorsTold(ctx context.Context, db, told float64, m sched.Method) ([]float64, error) {
	errors := make([]float64, r.samples())
	return errors, r.batches(ctx, db, func(y, x []float64, first int) error {
		o := sched.Options{Method: m, Match: r.Match, Start: r.Start, Seed: r.Seed, First: first}
		res, err := r.Schedule.Denoise(ctx, r.Predictor, y, linear(told), o)
		if err != nil {
			return err
		}
		squares(errors[first:][:len(x)/r.Predictor.Dim()], res.X, x)
		return nil
	})
}
