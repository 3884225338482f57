package eval

import (
	"context"
	"slices"

	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/sched"
)

// Studies selects what is looked at beside the sweep. Each works on the samples,
// SNRs and noise of the sweep.
type Studies struct {
	PerStep    bool      // errors along the chains
	Mismatch   []float64 // SNR told minus true, dB
	SweepSteps []int     // numbers of network calls, by leaving out levels
	Blind      bool      // SNRs estimated from the observations
	Lipschitz  bool      // constants of the steps
}

// study is one of them for a request.
type study struct {
	cost int
	run  func(ctx context.Context, s *session, rep *report.Report) error
}

// studies returns what was selected.
func (r *Request) studies() []study {
	var list []study
	if r.Studies.PerStep {
		list = append(list, study{r.perStepCost(), perStep})
	}
	if len(r.Studies.Mismatch) > 0 {
		list = append(list, study{r.mismatchCost(), mismatch})
	}
	if len(r.Studies.SweepSteps) > 0 {
		list = append(list, study{r.fewerStepsCost(), fewerSteps})
	}
	if r.Studies.Blind {
		list = append(list, study{r.blindCost(), blind})
	}
	if r.Studies.Lipschitz {
		list = append(list, study{r.lipschitzCost(), lipschitz})
	}
	return list
}

// chains returns the request's methods of the given kinds, or mean if there is
// none of them.
func (r *Request) chains(kinds ...string) []sched.Method {
	var list []sched.Method
	for _, m := range r.Methods {
		if slices.Contains(kinds, m.Kind) {
			list = append(list, m)
		}
	}
	if list == nil {
		list = []sched.Method{sched.MethodMean}
	}
	return list
}

// level returns the index of the level that an SNR is matched to; ok is false
// above the top level, where chains take no step.
func (r *Request) level(snr float64) (t float64, ok bool) {
	const rounding = 1e-9
	if snr > r.Denoiser.Schedule().SNR[0]*(1+rounding) {
		return 0, false
	}
	if r.Match == sched.MatchExact {
		return r.Denoiser.Schedule().Index(snr), true
	}
	return float64(r.Denoiser.Schedule().Nearest(snr, r.Match == sched.MatchLinear)), true
}

// batches calls f with observations of all samples at an SNR, batch by batch.
// Both slices are f's to change until it returns.
func (r *Request) batches(ctx context.Context, db float64, f func(y, x []float64, first int) error) error {
	d, n := r.Denoiser.Dim(), r.samples()
	y := make([]float64, min(batch, n)*d)
	for first := 0; first < n; first += batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		b := min(batch, n-first)
		x := r.Test[first*d:][:b*d]
		r.observe(y[:b*d], x, db, first)
		if err := f(y[:b*d], x, first); err != nil {
			return err
		}
	}
	return nil
}

// distance returns Σ(a-b)².
func distance(a, b []float64) float64 {
	s := 0.0
	for i, v := range a {
		s += (v - b[i]) * (v - b[i])
	}
	return s
}
