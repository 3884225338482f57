package eval

import (
	"math"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/sched"
)

// TestRecommendation: the lower error in dB, averaged over the SNRs, wins, and oneshot
// where it is less than 0.05 dB behind.
func TestRecommendation(t *testing.T) {
	for _, c := range []struct {
		mean, oneshot []float64 // NMSE in dB
		method        string
		gain          float64
	}{
		{[]float64{-1, -5}, []float64{-1.2, -5.1}, "oneshot", 0.15},
		{[]float64{-1, -5}, []float64{-0.98, -4.98}, "oneshot", -0.02},
		{[]float64{-1, -5}, []float64{-1.1, -4.7}, "mean", 0.1},
		{[]float64{-1, math.NaN()}, []float64{-1, -2}, "", 0},
	} {
		rep := &report.Report{SNRs: []float64{0, 10}, Samples: 20}
		for i := range c.mean {
			rep.Rows = append(rep.Rows, report.Row{Method: "mean", NMSEdB: report.Float(c.mean[i])}, report.Row{Method: "oneshot", NMSEdB: report.Float(c.oneshot[i])})
		}
		r := recommendation(rep, "0:10:10")
		if c.method == "" {
			if r != nil {
				t.Errorf("%+v: %+v", c, r)
			}
			continue
		}
		if r == nil || r.Method != c.method || math.Abs(r.Gain-c.gain) > 1e-12 || r.Samples != 20 || r.SNR != "0:10:10" || r.Other == r.Method {
			t.Errorf("%+v: %+v", c, r)
		}
	}
}

// splitOf is a split of so many samples.
type splitOf struct {
	data.Source
	n int
}

func (s splitOf) Len() int { return s.n }

// TestCompared: a comparison takes a twentieth of the training's predictions at most,
// of which a step is worth three a sample.
func TestCompared(t *testing.T) {
	d := exact(t, 1, 1).Denoiser
	r := &Request{Denoiser: d, SNRs: []float64{200}, Methods: []sched.Method{sched.MethodOneShot}}
	for _, c := range []struct {
		split, batch, accumulate, steps, want int
	}{
		{1000, 10, 0, 100, 150}, // 0.05·3·10·100 predictions, of one a sample
		{1000, 10, 2, 100, 256},
		{100, 10, 1, 100, 100},
		{1000, 10, 1, 5, 7},
	} {
		if got := r.compared(splitOf{n: c.split}, configs.Train{Batch: c.batch, Accumulate: c.accumulate}, c.steps); got != c.want {
			t.Errorf("%+v: %d samples", c, got)
		}
	}
	r.SNRs, r.Methods = []float64{0, 10}, []sched.Method{sched.MethodMean, sched.MethodOneShot}
	calls := 2
	for _, db := range r.SNRs {
		res, err := d.Denoise(t.Context(), make([]float64, d.Dim()), denoiser.Options{SNR: db})
		if err != nil {
			t.Fatal(err)
		}
		calls += res.Calls
	}
	if got, want := r.compared(splitOf{n: 1000}, configs.Train{Batch: 10}, 1000), 1500/calls; got != want {
		t.Errorf("%d samples of %d calls, want %d", got, calls, want)
	}
}
