package main

import (
	"math"
	"testing"
)

// The closed forms, and that a link is found again from the times that it makes.
func TestModel(t *testing.T) {
	l := link{10e-6, 1e-9}
	for _, c := range []struct {
		p    int
		n    float64
		want float64
	}{
		{2, 1e6, 2*10e-6 + 1e-3}, // each of two sends half, twice
		{4, 1e6, 6*10e-6 + 1.5e-3},
		{8, 100, 6 * (10e-6 + 100e-9)},
	} {
		if got := l.sum(c.p, c.n); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%d ranks, %v bytes: %v, want %v", c.p, c.n, got, c.want)
		}
	}
	sizes := []float64{0, 1e6, 1e8}
	var seconds []float64
	for _, n := range sizes {
		seconds = append(seconds, l.sum(3, n))
	}
	got := fit(3, sizes, seconds)
	if math.Abs(got.alpha-l.alpha) > 1e-12 || math.Abs(got.beta-l.beta) > 1e-15 {
		t.Errorf("found %+v, want %+v", got, l)
	}
}

// Overlap never costs, and hides all but the last bucket where work is long.
func TestStep(t *testing.T) {
	n := network{"", 35.7e6, 10, 16, 0}
	after, along, sums := n.step(link{10e-6, 1e-9}, 16, 1)
	if hidden := after - along; math.Abs(hidden-sums*15/16) > 1e-9 {
		t.Errorf("hidden %v of %v", hidden, sums)
	}
	for _, n := range networks {
		for p := 2; p < 300; p *= 3 {
			after, along, _ := n.step(link{30e-6, 0.87e-9}, p, 16)
			if along > after+1e-9 {
				t.Errorf("%s on %d machines: %v, without overlap %v", n.name, p, along, after)
			}
		}
	}
}
