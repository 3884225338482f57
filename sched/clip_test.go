package sched

import (
	"context"
	"math"
	"testing"
)

// Chains of a clipped predictor are those that clamp x̂0 in each step,
// x ← √ᾱ₋₁·β/(1-ᾱ)·clamp(x̂0) + √α·(1-ᾱ₋₁)/(1-ᾱ)·x, and observations that are not
// scaled begin as they are.
func TestClip(t *testing.T) {
	const limit = 0.5
	s := paper(t, 50)
	wild := predictorFunc{3, func(eps, x []float64, at Level) {
		for i, v := range x {
			eps[i] = math.Sin(3*v) - 2*at.AlphaBar
		}
	}}
	y := []float64{0.3, -1.2, 4}
	for _, unscaled := range []bool{false, true} {
		o := Options{Unscaled: unscaled}
		got := denoise(t, s, Clip(wild, limit), y, 1, o)
		x := append([]float64(nil), y...)
		for i := range x {
			if !unscaled {
				x[i] *= math.Sqrt(0.5)
			}
		}
		eps, clipped := make([]float64, 3), 0
		for k := int(got.THat); k >= 0; k-- {
			ab, prev, alpha := s.AlphaBar[k], s.AlphaBarPrev[k], s.Alpha[k]
			wild.f(eps, x, Level{Index: float64(k), AlphaBar: ab})
			for i := range x {
				x0 := (x[i] - math.Sqrt(1-ab)*eps[i]) / math.Sqrt(ab)
				if math.Abs(x0) > limit {
					clipped++
				}
				x0 = min(max(x0, -limit), limit)
				x[i] = math.Sqrt(prev)*(1-alpha)/(1-ab)*x0 + math.Sqrt(alpha)*(1-prev)/(1-ab)*x[i]
			}
		}
		for i, w := range x {
			if math.Abs(got.X[i]-w) > 1e-10 {
				t.Errorf("unscaled %v: value %d is %v, want %v", unscaled, i, got.X[i], w)
			}
		}
		if clipped == 0 {
			t.Error("nothing was clipped")
		}
		one := denoise(t, s, Clip(wild, limit), y, 1, Options{Unscaled: unscaled, Method: MethodOneShot})
		for i, v := range one.X {
			if math.Abs(v) > limit*(1+1e-12) {
				t.Errorf("oneshot: value %d is %v", i, v)
			}
		}
	}
	// What is within the limit stays as it is, to the bit.
	plain, same := make([]float64, 3), make([]float64, 3)
	at := s.At(20)
	wild.f(plain, y, at)
	if err := Clip(wild, 1e9).PredictNoise(context.Background(), same, y, at); err != nil {
		t.Fatal(err)
	}
	for i, v := range plain {
		if same[i] != v {
			t.Errorf("value %d: %v, want %v", i, same[i], v)
		}
	}
	// Above the top level an observation that is not scaled still takes its step.
	if r := denoise(t, s, wild, y, 1e9, Options{Unscaled: true}); r.Calls != 1 || r.THat != 0 {
		t.Errorf("above the top level: %d calls at level %v", r.Calls, r.THat)
	}
}
