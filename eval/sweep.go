package eval

import (
	"context"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/condmean/condmean/internal/rng"
)

// batch is how many samples are estimated at a time.
const batch = 500

// Row is the result of one method or baseline at one SNR.
type Row struct {
	SNR      float64  `json:"snr_db"`
	Method   string   `json:"method"`
	NMSE     float64  `json:"nmse"`
	NMSEdB   float64  `json:"nmse_db"`
	CI95dB   float64  `json:"ci95_db"`               // half width of the 95 % interval of NMSEdB
	GapdB    *float64 `json:"gap_db,omitempty"`      // to cme, on the same noise
	GapCI95  *float64 `json:"gap_ci95_db,omitempty"` // half width of its interval
	Calls    int      `json:"calls"`                 // predictor calls a sample
	Seconds  float64  `json:"seconds"`               // a sample
	Samples  int      `json:"samples"`
	Note     string   `json:"note,omitempty"`
	MMSE     *float64 `json:"mmse,omitempty"` // with cme: mean of tr Cov(x|y) over the mean power
	baseline bool
}

// Report is the result of a sweep.
type Report struct {
	Name    string    `json:"name"`
	Columns []string  `json:"columns"` // methods and baselines, in order
	SNRs    []float64 `json:"snr_db"`
	Rows    []Row     `json:"rows"` // by SNR, then by column
	Match   string    `json:"match"`
	Start   string    `json:"start"`
	Seed    uint64    `json:"seed"`
	Samples int       `json:"samples"`
	Config  string    `json:"config,omitempty"` // of the run, resolved
	Source  string    `json:"source,omitempty"` // the checkpoint
}

// Sweep evaluates a request; progress goes to w.
func Sweep(ctx context.Context, r Request, w io.Writer) (*Report, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	list, err := r.estimators()
	if err != nil {
		return nil, err
	}
	n := len(r.Test) / r.Predictor.Dim()
	rep := &Report{Name: r.Name, SNRs: r.SNRs, Match: string(r.Match), Start: string(r.Start), Seed: r.Seed, Samples: n}
	for _, e := range list {
		rep.Columns = append(rep.Columns, e.name())
	}
	p := newProgress(w, len(r.SNRs)*len(list))
	defer p.close()
	for _, db := range r.SNRs {
		rows, err := r.at(ctx, list, db, p)
		if err != nil {
			return nil, fmt.Errorf("eval: %s dB: %w", dB(db), err)
		}
		rep.Rows = append(rep.Rows, rows...)
	}
	return rep, nil
}

// at evaluates all columns at one SNR.
func (r *Request) at(ctx context.Context, list []estimator, db float64, p *progress) ([]Row, error) {
	d, snr := r.Predictor.Dim(), linear(db)
	n := len(r.Test) / d
	power := make([]float64, n)
	for i := range n {
		for _, v := range r.Test[i*d:][:d] {
			power[i] += v * v
		}
	}
	errors := make([][]float64, len(list))
	rows := make([]Row, len(list))
	y, xhat := make([]float64, batch*d), make([]float64, batch*d)
	for k, e := range list {
		errors[k] = make([]float64, n)
		row := Row{SNR: db, Method: e.name(), Samples: n, baseline: k < len(r.Baselines)}
		c, exact := e.(*cme)
		if exact {
			c.sum = 0
		}
		var spent time.Duration
		for first := 0; first < n; first += batch {
			b := min(batch, n-first)
			x := r.Test[first*d:][:b*d]
			r.observe(y[:b*d], x, db, first)
			start := time.Now()
			calls, note, err := e.estimate(ctx, xhat[:b*d], y[:b*d], snr, first)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", e.name(), err)
			}
			spent += time.Since(start)
			row.Calls, row.Note = calls, note
			for i, v := range x {
				diff := xhat[i] - v
				errors[k][first+i/d] += diff * diff
			}
		}
		row.Seconds = spent.Seconds() / float64(n)
		row.NMSE, row.CI95dB = ratio(errors[k], power)
		row.NMSEdB = 10 * math.Log10(row.NMSE)
		if exact {
			m := c.sum / sum(power)
			row.MMSE = &m
		}
		rows[k] = row
		p.step(db, row)
	}
	for k, e := range list {
		if _, ok := e.(*cme); !ok {
			continue
		}
		for j := range rows {
			gap, ci := pairedGap(errors[j], errors[k])
			rows[j].GapdB, rows[j].GapCI95 = &gap, &ci
		}
	}
	return rows, nil
}

// observe writes y = x + n for samples from index first on. The noise of a
// sample is a function of (seed, SNR, index): all columns see the same.
func (r *Request) observe(y, x []float64, db float64, first int) {
	d := r.Predictor.Dim()
	sigma := math.Sqrt(1 / linear(db))
	key := uint64(int64(math.Round(db * 1000)))
	streams := make([]rng.Stream, r.Pool.Threads())
	r.Pool.Do(len(x)/d, func(i, worker int) {
		s := &streams[worker]
		s.Reset(r.Seed, rng.EvalNoise, key, uint64(first+i))
		row := y[i*d:][:d]
		s.Normal(row)
		for k := range row {
			row[k] = x[i*d+k] + sigma*row[k]
		}
	})
}
