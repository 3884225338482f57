package eval

import (
	"context"
	"io"
	"math"
	"testing"

	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/sched"
)

// TestThin checks that thinned chains are chains, and their ends.
func TestThin(t *testing.T) {
	s, err := sched.Paper(100)
	if err != nil {
		t.Fatal(err)
	}
	steps := s.Steps(70)
	for _, n := range []int{1, 2, 7, 71, 100} {
		kept := thin(steps, n)
		if len(kept) != min(n, 71) || kept[0].From != steps[0].From || kept[len(kept)-1].To != 1 {
			t.Fatalf("%d steps: %d, from level %v to %v", n, len(kept), kept[0].From.Index, kept[len(kept)-1].To)
		}
		for k, st := range kept {
			if k > 0 && kept[k-1].To != st.From.AlphaBar {
				t.Errorf("%d steps: step %d does not begin where the one before ends", n, k)
			}
			if math.Abs(st.Beta-(1-st.From.AlphaBar/st.To)) > 1e-15 {
				t.Errorf("%d steps: step %d has β %v", n, k, st.Beta)
			}
		}
	}
	for k, st := range thin(steps, 71) {
		if math.Abs(st.Beta-steps[k].Beta) > 1e-12 {
			t.Errorf("all steps: step %d has β %v, want %v", k, st.Beta, steps[k].Beta)
		}
	}
}

// TestFewerSteps: one step is the one-shot estimate and all steps are the chain,
// whose errors the sweep has.
func TestFewerSteps(t *testing.T) {
	for _, match := range []sched.Match{sched.MatchDB, sched.MatchExact} {
		r := exact(t, 300, 2)
		r.Match, r.SNRs, r.Studies.SweepSteps = match, []float64{-7, 3}, []int{1, 5, 1000}
		r.Methods = []sched.Method{sched.MethodMean, sched.MethodDDIM, sched.MethodOneShot}
		rep, err := Sweep(context.Background(), r, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		if len(rep.FewerSteps) != 2*2*3 {
			t.Fatalf("%d points", len(rep.FewerSteps))
		}
		for _, p := range rep.FewerSteps {
			method := p.Method
			switch {
			case p.Steps == 5:
				if p.Calls != 5 {
					t.Errorf("%d calls", p.Calls)
				}
				continue
			case p.Steps == 1:
				method = "oneshot"
			}
			if want := find(t, rep, p.SNR, method).NMSEdB; math.Abs(float64(p.NMSEdB-want)) > 1e-9 {
				t.Errorf("%s match, %v dB, %s with %d steps: %v dB, want %v", match, p.SNR, p.Method, p.Steps, p.NMSEdB, want)
			}
		}
	}
}

// TestMismatchOfLinear compares with the closed form for white Gaussian samples,
// where the one-shot estimate at told SNR s is s/(1+s)·y: the error is (1 +
// s²/snr)/(1+s)² a value.
func TestMismatchOfLinear(t *testing.T) {
	r := gaussian(t, []float64{1, 1, 1, 1}, 4000)
	r.Methods, r.Match, r.SNRs, r.Studies.Mismatch = []sched.Method{sched.MethodOneShot}, sched.MatchExact, []float64{0}, []float64{-6, 0, 3, 50}
	rep, err := Sweep(context.Background(), r, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	nmse := func(s float64) float64 { return (1 + s*s) / ((1 + s) * (1 + s)) }
	for _, p := range rep.Mismatch {
		if p.Offset == 50 {
			if !p.Clamped {
				t.Error("50 dB is not marked as outside of the schedule")
			}
			continue
		}
		want := decibel.Of(nmse(decibel.Linear(p.Offset)) / nmse(1))
		if d := math.Abs(float64(p.LossdB) - want); d > 2*float64(p.LossCI)+1e-9 || p.LossCI > 0.3 {
			t.Errorf("told %v dB more: loss %.3f ± %.3f dB, want %.3f", p.Offset, p.LossdB, p.LossCI, want)
		}
	}
}

// TestLipschitzOfGaussian compares with the closed form: the Jacobian of a step
// is A·I + c·Cov(x0|x), and Cov has the eigenvalues λ(1-ᾱ)/(ᾱλ+1-ᾱ).
func TestLipschitzOfGaussian(t *testing.T) {
	lambda := []float64{0.1, 0.4, 3.5}
	r := gaussian(t, lambda, 50)
	r.SNRs, r.Studies.Lipschitz = []float64{0}, true
	rep, err := Sweep(context.Background(), r, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Lipschitz) < 10 {
		t.Fatalf("%d levels", len(rep.Lipschitz))
	}
	s := r.Denoiser.Schedule()
	for _, l := range rep.Lipschitz {
		ab := s.AlphaBar[l.Level]
		want := 0.0
		for _, v := range lambda {
			want = max(want, s.Lipschitz(l.Level)+s.CovFactor(l.Level)*v*(1-ab)/(ab*v+1-ab))
		}
		// The power method has not quite converged where eigenvalues are close.
		if most, mean := float64(l.Max), float64(l.Mean); most > want*(1+1e-6) || mean < want*0.95 || most > l.Bound {
			t.Errorf("level %d: %.5f on average, %.5f at most, want %.5f; bound %.5f", l.Level, l.Mean, l.Max, want, l.Bound)
		}
	}
	if last := rep.Lipschitz[len(rep.Lipschitz)-1]; last.Level != s.T-1 || last.Max > 1 {
		t.Errorf("last level %+v", last)
	}
}

// TestBlind estimates the SNR of groups.
func TestBlind(t *testing.T) {
	r := exact(t, 200, 2)
	r.SNRs, r.Studies.Blind = []float64{-10, 0}, true
	rep, err := Sweep(context.Background(), r, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range rep.Blind {
		if p.Estimator != "model" || p.Groups != 8 || p.Group != 16 || math.Abs(float64(p.Bias)) > 0.8 || p.RMS > 1.5 || float64(p.RMS) < math.Abs(float64(p.Bias)) || p.LossdB > 0.3 {
			t.Errorf("%+v", p)
		}
	}
	if len(rep.Blind) != 2 {
		t.Errorf("%d rows", len(rep.Blind))
	}
}

// gaussian returns a request over samples with independent values of the given
// variances, whose mean is one.
func gaussian(t *testing.T, variances []float64, samples int) Request {
	t.Helper()
	r := exact(t, 1, 2)
	m, err := gmm.NewDiag([]float64{1}, make([]float64, len(variances)), variances)
	if err != nil {
		t.Fatal(err)
	}
	r.Prior, r.Denoiser, r.Baselines = m, denoiserOf(t, gmm.NewEstimator(m, r.pool), 100), nil
	r.Test = make([]float64, samples*len(variances))
	if err := m.Sample(r.pool, r.Test, 1, uint64(rng.DataTest), 0); err != nil {
		t.Fatal(err)
	}
	return r
}
