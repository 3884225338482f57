package eval

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/internal/decibel"
)

// batch is how many samples are estimated at a time.
const batch = 500

// point holds all columns at one SNR.
type point struct {
	Rows     []report.Row     `json:"rows"`
	Examples []report.Example `json:"examples,omitempty"`
}

// sweep evaluates all columns at all SNRs.
func (s *session) sweep(ctx context.Context, list []estimator, rep *report.Report) error {
	for i, db := range s.SNRs {
		s.group.Watch("evaluation at " + dB(db) + " dB")
		p, err := part(s, s.key(i), s.costAt(db), func() (point, error) { return s.at(ctx, list, i) })
		if err != nil {
			return fmt.Errorf("eval: %s dB: %w", dB(db), err)
		}
		if len(p.Rows) != len(list) { // of a journal that somebody has changed
			return fmt.Errorf("eval: %s dB: %d rows for %d columns in %s; remove it to evaluate anew", dB(db), len(p.Rows), len(list), journalFile)
		}
		if s.Sigmas != nil {
			for k := range p.Rows {
				if p.Rows[k].Sigma = report.Of(s.Sigmas[i]); s.DataUnit {
					p.Rows[k].Sigma, p.Rows[k].SigmaData = nil, p.Rows[k].Sigma
				}
			}
		}
		rep.Rows = append(rep.Rows, p.Rows...)
		rep.Examples = append(rep.Examples, p.Examples...)
	}
	s.group.Watch("")
	return nil
}

// key names the part of the results at SNR i.
func (s *session) key(i int) string { return dB(s.SNRs[i]) + " dB" }

// at evaluates all columns at SNR i.
func (s *session) at(ctx context.Context, list []estimator, i int) (point, error) {
	batches, err := s.estimates(ctx, list, i)
	if err != nil {
		return point{}, err
	}
	n, power, db, shown := s.samples(), s.powers(), s.SNRs[i], s.shownSNRs()[i]
	p := point{Rows: make([]report.Row, len(list)), Examples: s.clean(db, shown)}
	errors := make([][]float64, len(list))
	for k, e := range list {
		all := batches[0][k]
		for _, b := range batches[1:] {
			all.add(b[k])
		}
		errors[k] = all.Errors
		row := report.Row{SNR: db, Method: e.name(), Samples: n, Baseline: k < len(s.Baselines), Calls: all.Calls, Note: all.Note,
			Seconds: all.Spent.Seconds() / float64(n)}
		if s.Image != nil {
			row.PSNR, row.SSIM = report.Of(sum(all.PSNR)/float64(n)), report.Of(sum(all.SSIM)/float64(n))
		}
		nmse, ci := ratio(errors[k], power)
		row.NMSE, row.NMSEdB, row.CI95dB = report.Float(nmse), report.Float(decibel.Of(nmse)), report.Float(ci)
		if m, ok := e.(*posteriorMean); ok && m.exact {
			row.MMSE = report.Of(sum(all.Trace) / sum(power))
		}
		p.Rows[k] = row
		if shown > 0 {
			p.Examples = append(p.Examples, report.Example{SNR: db, Method: e.name(), X: all.Shown, Errors: all.Errors[:shown]})
		}
	}
	gaps(list, p.Rows, errors)
	return p, nil
}

// gaps compares all columns with the exact conditional mean, if it is one.
func gaps(list []estimator, rows []report.Row, errors [][]float64) {
	for k, e := range list {
		if m, ok := e.(*posteriorMean); !ok || !m.exact {
			continue
		}
		for j := range rows {
			gap, ci := pairedGap(errors[j], errors[k])
			rows[j].GapdB, rows[j].GapCI95 = report.Of(gap), report.Of(ci)
		}
	}
}

// squares writes ‖a_i-b_i‖² of each sample.
func squares(dst, a, b []float64) {
	d := len(a) / len(dst)
	for i := range dst {
		dst[i] = 0
		for k, v := range a[i*d:][:d] {
			diff := v - b[i*d+k]
			dst[i] += diff * diff
		}
	}
}

// notFinite returns the index of the first value that is not finite, or -1.
func notFinite(x []float64) int {
	return slices.IndexFunc(x, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
}
