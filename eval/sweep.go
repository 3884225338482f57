package eval

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

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
	shown := s.shownSNRs()
	for i, db := range s.SNRs {
		p, err := part(s, dB(db)+" dB", s.costAt(db), func() (point, error) { return s.at(ctx, list, db, shown[i]) })
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
	return nil
}

// at evaluates all columns at one SNR and keeps the estimates of so many samples.
func (s *session) at(ctx context.Context, list []estimator, db float64, shown int) (point, error) {
	n, power := s.samples(), s.powers()
	p := point{Rows: make([]report.Row, len(list)), Examples: s.clean(db, shown)}
	errors := make([][]float64, len(list))
	for k, e := range list {
		c := column{e: e, db: db, shown: shown, errors: make([]float64, n)}
		if err := s.column(ctx, &c); err != nil {
			return p, fmt.Errorf("%s: %w", e.name(), err)
		}
		errors[k] = c.errors
		row := report.Row{SNR: db, Method: e.name(), Samples: n, Baseline: k < len(s.Baselines), Calls: c.calls, Note: c.note,
			Seconds: c.spent.Seconds() / float64(n), PSNR: c.psnr, SSIM: c.ssim}
		nmse, ci := ratio(errors[k], power)
		row.NMSE, row.NMSEdB, row.CI95dB = report.Float(nmse), report.Float(decibel.Of(nmse)), report.Float(ci)
		if m, ok := e.(*posteriorMean); ok && m.exact {
			row.MMSE = report.Of(m.sum / sum(power))
		}
		p.Rows[k] = row
		if shown > 0 {
			p.Examples = append(p.Examples, c.example(e.name()))
		}
		s.progress.Add(1 + c.calls)
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

// column is one estimator at one SNR.
type column struct {
	e     estimator
	db    float64
	shown int

	errors     []float64 // ‖x̂-x‖² of each sample
	psnr, ssim *report.Float
	calls      int
	note       string
	spent      time.Duration
	estimates  []float32 // of the samples shown
}

// column estimates all samples.
func (s *session) column(ctx context.Context, c *column) error {
	d, n := s.Denoiser.Dim(), s.samples()
	y, xhat := make([]float64, batch*d), make([]float64, batch*d)
	var psnr, ssim []float64
	if s.Image != nil {
		psnr, ssim = make([]float64, n), make([]float64, n)
	}
	if m, ok := c.e.(*posteriorMean); ok {
		m.sum = 0
	}
	for first := 0; first < n; first += batch {
		b := min(batch, n-first)
		x, y, xhat := s.Test[first*d:][:b*d], y[:b*d], xhat[:b*d]
		s.observe(y, x, c.db, first)
		start := time.Now()
		var err error
		if c.calls, c.note, err = c.e.estimate(ctx, xhat, y, c.db, first); err != nil {
			return err
		}
		c.spent += time.Since(start)
		squares(c.errors[first:][:b], xhat, x)
		if i := notFinite(c.errors[first:][:b]); i >= 0 {
			return fmt.Errorf("the estimate of test sample %d is not finite", first+i)
		}
		if s.Image != nil {
			s.compare(psnr[first:][:b], ssim[first:][:b], x, xhat)
		}
		for i := first; i < min(c.shown, first+b); i++ {
			c.estimates = appendSample(c.estimates, xhat[(i-first)*d:][:d])
		}
	}
	if s.Image != nil {
		c.psnr, c.ssim = report.Of(sum(psnr)/float64(n)), report.Of(sum(ssim)/float64(n))
	}
	return nil
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
