package eval

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/condmean/condmean/eval/classical"
	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/sched"
)

const (
	blindGroup  = 16 // samples of one unknown noise level
	blindGroups = 8  // at most
	blindCalls  = 80 // predictor calls of Denoiser.EstimateSNR, about
)

// blindEstimators returns the names of the estimators for the request's data.
func (r *Request) blindEstimators() []string {
	if r.Image != nil && r.Image.White() {
		return []string{"mad", "patches", "model"}
	}
	return []string{"model"}
}

func (r *Request) blindCost() int {
	cost := 0
	for range r.blindEstimators() {
		for _, db := range r.SNRs {
			cost += blindCalls + 2*r.calls(r.blindMethod(), db)
		}
	}
	return cost
}

// blindMethod is the one that is told estimates.
func (r *Request) blindMethod() sched.Method { return r.chains("mean", "oneshot", "ddim")[0] }

// blind estimates the SNRs of groups of samples.
func blind(ctx context.Context, s *session, rep *report.Report) error {
	for _, db := range s.SNRs {
		for _, name := range s.blindEstimators() {
			p, err := part(s, fmt.Sprintf("blind %s dB %s", dB(db), name), blindCalls+2*s.calls(s.blindMethod(), db), func() (report.BlindPoint, error) {
				return s.blindAt(ctx, db, name)
			})
			if err != nil {
				return fmt.Errorf("eval: blind, %s dB: %w", dB(db), err)
			}
			rep.Blind = append(rep.Blind, p)
		}
	}
	return nil
}

func (s *session) blindAt(ctx context.Context, db float64, name string) (report.BlindPoint, error) {
	d := s.Denoiser.Dim()
	p := report.BlindPoint{SNR: db, Estimator: name, Group: min(blindGroup, s.samples())}
	p.Groups = min(blindGroups, s.samples()/p.Group)
	size := p.Group * d
	y := make([]float64, size)
	told, truth, mean, square := 0.0, 0.0, 0.0, 0.0
	for g := range p.Groups {
		x := s.Test[g*size:][:size]
		s.observe(y, x, db, g*p.Group)
		estimate, err := s.estimateSNR(ctx, name, y)
		if err != nil {
			return p, err
		}
		mean += estimate / float64(p.Groups)
		square += (estimate - db) * (estimate - db) / float64(p.Groups)
		for _, c := range []struct {
			db float64
			to *float64
		}{{estimate, &told}, {db, &truth}} {
			res, err := s.Denoiser.Denoise(ctx, y, s.told(c.db, s.blindMethod(), g*p.Group))
			if err != nil {
				return p, err
			}
			*c.to += distance(res.X, x)
		}
	}
	p.Mean, p.Bias, p.RMS, p.LossdB = report.Float(mean), report.Float(mean-db), report.Float(math.Sqrt(square)), report.Float(decibel.Of(told/truth))
	return p, nil
}

// estimateSNR estimates that of normalised samples, in dB, within [-100, 100].
func (r *Request) estimateSNR(ctx context.Context, name string, y []float64) (float64, error) {
	const most = 100
	if name == "model" {
		return r.Denoiser.EstimateSNR(ctx, y, true)
	}
	raw := slices.Clone(y)
	r.Image.Norm.InvertBatch(raw)
	sigma := 0.0
	if name == "mad" {
		sigma = classical.SigmaMAD(raw, r.Image.Shape)
	} else {
		sigma = classical.SigmaPatches(raw, r.Image.Shape)
	}
	if math.IsNaN(sigma) {
		return 0, fmt.Errorf("%s finds no noise level", name)
	}
	return min(max(20*math.Log10(r.std()*r.Image.Norm.Scale[0]/sigma), -most), most), nil
}
