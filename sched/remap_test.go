package sched_test

import (
	"context"
	"math"
	"testing"

	"github.com/condmean/condmean/sched"
)

// onGrid is the exact predictor of N(0,1) data that knows a schedule's indices
// only, as a network does: it takes ᾱ from the index it is fed.
type onGrid struct{ s *sched.Schedule }

func (g onGrid) Dim() int { return 1 }

func (g onGrid) PredictNoise(_ context.Context, eps, x []float64, at sched.Level) error {
	ab := g.s.At(at.Index).AlphaBar
	for i, v := range x {
		eps[i] = math.Sqrt(1-ab) * v
	}
	return nil
}

// A network trained on 1000 levels serves a chain of 50, which must be the CME
// of N(0,1) data, y·snr/(1+snr), up to the grid: the closed form of the chain.
func TestRemap(t *testing.T) {
	trained, err := sched.Paper(1000)
	if err != nil {
		t.Fatal(err)
	}
	coarse, err := sched.Paper(50)
	if err != nil {
		t.Fatal(err)
	}
	y := []float64{1.5, -0.25}
	for _, db := range []float64{-10, 0, 13, 25} {
		snr := math.Pow(10, db/10)
		at := coarse.AlphaBar[coarse.Nearest(snr, false)]
		want := math.Sqrt(snr / (1 + snr) * at) // λ = 1 of λ/(λ+1/SNR)·√(ab/ᾱ), and SNR/(1+SNR) = ᾱ
		good, err := coarse.Denoise(context.Background(), trained.Remap(onGrid{trained}), y, snr, sched.Options{})
		if err != nil {
			t.Fatal(err)
		}
		bad, err := coarse.Denoise(context.Background(), onGrid{trained}, y, snr, sched.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range y {
			if e := math.Abs(good.X[i] - want*v); !(e < 1e-8) {
				t.Errorf("%v dB: %v, want %v", db, good.X[i], want*v)
			}
			if db < 20 && math.Abs(bad.X[i]-want*v) < 1e-3 { // above, both do little
				t.Errorf("%v dB: the test cannot tell remapped levels from others", db)
			}
		}
	}
}
