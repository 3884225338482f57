package sched

import (
	"context"
	"math"
	"testing"
)

var allTargets = []Target{TargetEpsilon, TargetX0, TargetMean, TargetV}

// Whatever a network predicts, the conversion must find the ε it was made of.
func TestTargetsRoundTrip(t *testing.T) {
	s := paper(t, 100)
	x0, eps := []float64{0.3, -2, 1.7}, []float64{-1.1, 0.4, 0.02}
	for _, target := range allTargets {
		for _, i := range []int{0, 1, 50, 99} {
			at := s.At(float64(i))
			a, b := s.TargetCoef(target, i)
			x, out, got, back := make([]float64, 3), make([]float64, 3), make([]float64, 3), make([]float64, 3)
			for j := range x {
				x[j] = math.Sqrt(at.AlphaBar)*x0[j] + math.Sqrt(1-at.AlphaBar)*eps[j]
				out[j] = a*x0[j] + b*eps[j]
			}
			s.NoiseFrom(target, got, out, x, at)
			s.FromNoise(target, back, eps, x, at)
			for j := range got {
				if math.Abs(got[j]-eps[j]) > 1e-9 {
					t.Errorf("%s at %d: eps %g, want %g", target, i, got[j], eps[j])
				}
				if math.Abs(back[j]-out[j]) > 1e-9 {
					t.Errorf("%s at %d: target %g, want %g", target, i, back[j], out[j])
				}
			}
		}
	}
}

// The target "mean" is the mean of the forward posterior q(x_{t-1} | x_t, x0).
func TestMeanTargetIsPosteriorMean(t *testing.T) {
	s := paper(t, 100)
	const x0, eps = 0.7, -1.3
	for _, i := range []int{0, 1, 42, 99} {
		x := math.Sqrt(s.AlphaBar[i])*x0 + math.Sqrt(1-s.AlphaBar[i])*eps
		want := math.Sqrt(s.AlphaBarPrev[i])*s.Beta[i]/(1-s.AlphaBar[i])*x0 +
			math.Sqrt(s.Alpha[i])*(1-s.AlphaBarPrev[i])/(1-s.AlphaBar[i])*x
		a, b := s.TargetCoef(TargetMean, i)
		if got := a*x0 + b*eps; math.Abs(got-want) > 1e-12 {
			t.Errorf("level %d: %g, want %g", i, got, want)
		}
	}
}

func TestAdapt(t *testing.T) {
	s := paper(t, 50)
	exact := gaussian{n: 2, lam: 0.5}
	x := []float64{0.5, -1, 2, 0.1}
	for _, target := range allTargets {
		for _, at := range []Level{s.At(0), s.At(20), s.At(20.3), s.At(49)} {
			// A network that outputs the target of the exact noise.
			network := predictorFunc{2, func(out, x []float64, at Level) {
				eps := make([]float64, len(x))
				exact.predict(eps, x, at)
				s.FromNoise(target, out, eps, x, at)
			}}
			want, got := make([]float64, 4), make([]float64, 4)
			exact.predict(want, x, at)
			if err := s.Adapt(network, target).PredictNoise(context.Background(), got, x, at); err != nil {
				t.Fatal(err)
			}
			for j := range want {
				if math.Abs(got[j]-want[j]) > 1e-10 {
					t.Errorf("%s at %g: %g, want %g", target, at.Index, got[j], want[j])
				}
			}
		}
	}
}

func TestPaperWeights(t *testing.T) {
	s := paper(t, 300)
	for _, c := range loadReference(t).Weights {
		for j, i := range c.I {
			near(t, string(c.Target), s.Weight(WeightPaper, c.Target, i), c.W[j], 1e-9)
		}
	}
}

// A weighting states one thing in four ways: the weighted squared error of a
// perturbed ε must not depend on the target it is expressed in.
func TestWeightsAgreeAcrossTargets(t *testing.T) {
	s := paper(t, 100)
	for _, w := range []Weighting{WeightPaper, WeightMinSNR} {
		for _, i := range []int{40, 70, 99} {
			at := s.At(float64(i))
			ref := math.NaN()
			for _, target := range allTargets {
				_, d := s.coef(target, at) // error of the target per error of ε
				if wt := s.Weight(w, target, i); wt > 1e-5 && (wt < 10 || w != WeightPaper) {
					if math.IsNaN(ref) {
						ref = wt * d * d
					}
					near(t, string(w)+" "+string(target), wt*d*d, ref, 1e-10)
				}
			}
		}
	}
	for i := range s.T {
		snr := s.SNR[i]
		near(t, "min-snr x0", s.Weight(WeightMinSNR, TargetX0, i), min(snr, 5), 1e-12)
		near(t, "min-snr epsilon", s.Weight(WeightMinSNR, TargetEpsilon, i), min(snr, 5)/snr, 1e-10)
		near(t, "min-snr v", s.Weight(WeightMinSNR, TargetV, i), min(snr, 5)/(snr+1), 1e-10)
		if s.Weight(WeightNone, TargetMean, i) != 1 {
			t.Error("weight none is not 1")
		}
	}
}

func TestLipschitzTelescopes(t *testing.T) {
	s := paper(t, 300)
	for _, c := range [][2]int{{1, 107}, {50, 200}, {1, 1}, {0, 5}} {
		prod := 1.0
		for i := c[0]; i <= c[1]; i++ {
			if a := s.Lipschitz(i); a < 0 || a >= 1 {
				t.Errorf("A_%d = %g", i, a)
			}
			prod *= s.Lipschitz(i)
		}
		if got := s.LipschitzProduct(c[0], c[1]); math.Abs(got-prod) > 1e-12 {
			t.Errorf("product %v: %g, want %g", c, got, prod)
		}
	}
}
