package sched

import (
	"math"
	"testing"
)

func TestNearest(t *testing.T) {
	for _, c := range loadReference(t).Index {
		s := paper(t, c.Steps)
		snr := snrFromDB(c.DB)
		if got := s.Nearest(snr, true); got != c.Linear {
			t.Errorf("T=%d, %g dB: linear match %d, want %d", c.Steps, c.DB, got, c.Linear)
		}
		if got := s.Nearest(snr, false); got != c.NearestDB {
			t.Errorf("T=%d, %g dB: dB match %d, want %d", c.Steps, c.DB, got, c.NearestDB)
		}
	}
}

// The levels under linear matching that the method's description lists.
func TestNearestKnownTable(t *testing.T) {
	for steps, want := range map[int][]int{
		5:    {4, 3, 2, 1, 1, 1, 0},
		100:  {94, 68, 36, 13, 4, 1, 0},
		300:  {278, 201, 107, 39, 12, 3, 0},
		1000: {953, 684, 363, 128, 35, 7, 0},
	} {
		s := paper(t, steps)
		for i, w := range want {
			if got := s.Nearest(snrFromDB(float64(-20+10*i)), true); got != w {
				t.Errorf("T=%d, %d dB: level %d, want %d", steps, -20+10*i, got, w)
			}
		}
	}
}

func TestIndexInvertsAt(t *testing.T) {
	s := paper(t, 50)
	for i := range 491 {
		want := float64(i) / 10
		at := s.At(want)
		snr := at.AlphaBar / (1 - at.AlphaBar)
		if got := s.Index(snr); math.Abs(got-want) > 1e-9 {
			t.Errorf("Index(SNR(%g)) = %g", want, got)
		}
	}
	for i := range s.T { // exact on the grid
		if at := s.At(float64(i)); at.AlphaBar != s.AlphaBar[i] || at.Index != float64(i) {
			t.Errorf("At(%d) = %v", i, at)
		}
	}
	if s.Index(1e9) != 0 || s.Index(1e-9) != 49 || s.At(-3).Index != 0 || s.At(99).Index != 49 {
		t.Error("levels outside of the grid are not clamped")
	}
	mid := s.At(10.5)
	want := math.Sqrt(s.SNR[10] * s.SNR[11]) // the middle in log SNR
	if got := mid.AlphaBar / (1 - mid.AlphaBar); math.Abs(got/want-1) > 1e-12 {
		t.Errorf("SNR half way = %g, want %g", got, want)
	}
}

func TestParsers(t *testing.T) {
	for _, s := range []string{"", "db", "linear", "exact"} {
		if _, err := ParseMatch(s); err != nil {
			t.Error(err)
		}
	}
	for _, s := range []string{"", "paper", "code"} {
		if _, err := ParseStart(s); err != nil {
			t.Error(err)
		}
	}
	for _, s := range []string{"", "epsilon", "x0", "mean", "v"} {
		if _, err := ParseTarget(s); err != nil {
			t.Error(err)
		}
	}
	for _, s := range []string{"", "none", "paper", "min-snr"} {
		if _, err := ParseWeighting(s); err != nil {
			t.Error(err)
		}
	}
	_, e1 := ParseMatch("x")
	_, e2 := ParseStart("x")
	_, e3 := ParseTarget("x")
	_, e4 := ParseWeighting("x")
	for i, err := range []error{e1, e2, e3, e4} {
		if err == nil {
			t.Errorf("parser %d accepts x", i)
		}
	}
}
