package op

import (
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/internal/rng"
)

// TestDropout draws the factors of the comment again, and counts them.
func TestDropout(t *testing.T) {
	r := rand.New(rand.NewPCG(81, 82))
	d := dims{3, 18, 5, 4}
	random1 := &Randomness{Seed: 7, Step: 9}
	const p, layer = 0.3, 2
	var factors []float64
	for n := range d.n {
		s := rng.New(7, rng.Dropout, 9, layer+uint64(n+1)<<32)
		for range d.c * d.h * d.w {
			f := 0.
			if s.Rand().Float64() >= p {
				f = 1 / (1 - p)
			}
			factors = append(factors, f)
		}
	}
	mean := 0.0
	for _, f := range factors {
		mean += f / float64(len(factors))
	}
	if math.Abs(mean-1) > 0.1 { // four standard deviations of the mean of 1080
		t.Errorf("mean factor %v", mean)
	}
	check(t, []array{random(r, d.n, d.c, d.h, d.w)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
		return NewDropout(rt, n[0], p, layer, random1)
	}, func(v [][]float64) []float64 {
		y := make([]float64, len(v[0]))
		for i, x := range v[0] {
			y[i] = x * factors[i]
		}
		return y
	})
	for _, bad := range []float64{-0.1, 1, math.NaN()} {
		if _, err := runGraph(t, []array{random(r, 1, 1, 2)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			return NewDropout(rt, n[0], bad, 1, random1)
		}, nil, 1); err == nil {
			t.Errorf("probability %v is taken", bad)
		}
	}
	if _, err := runGraph(t, []array{random(r, 1, 1, 2)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
		x, err := NewDropout(rt, n[0], p, 1, random1)
		if err != nil {
			t.Fatal(err)
		}
		return NewDropout(rt, x, p, 1, random1)
	}, nil, 1); err == nil {
		t.Error("a layer's number is taken twice")
	}
}
