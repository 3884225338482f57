package op

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
)

func refPixelNorm(x, gain []float64, n int, a PixelNormAttributes) []float64 {
	c := len(gain)
	hw, y := len(x)/n/c, make([]float64, len(x))
	for i := range n * hw {
		at := func(k int) int { return (i/hw*c+k)*hw + i%hw }
		mean, v, norm := 0.0, 0.0, 0.0
		for k := range c {
			mean += x[at(k)] / float64(c)
			norm += x[at(k)] * x[at(k)]
		}
		for k := range c {
			v += (x[at(k)] - mean) * (x[at(k)] - mean) / float64(c)
		}
		for k := range c {
			if a.RMS {
				y[at(k)] = gain[k] * math.Sqrt(float64(c)) * x[at(k)] / max(math.Sqrt(norm), a.Eps)
			} else {
				y[at(k)] = gain[k] * (x[at(k)] - mean) / math.Sqrt(v+a.Eps)
			}
		}
	}
	return y
}

// TestPixelNorm has more pixels than are worked on at a time, channels that fill
// no block, and norms above and below the floor.
func TestPixelNorm(t *testing.T) {
	r := rand.New(rand.NewPCG(101, 102))
	for _, s := range [][]int{{2, 3, 5}, {2, 18, 3, 2}, {1, 40, 2, 2}, {1, 5, 13, 11}, {3, 16, 1, 1}} {
		for _, a := range []PixelNormAttributes{{true, 1e-12}, {true, 1e3}, {false, 1e-5}, {false, 1}} {
			t.Run(fmt.Sprint(s, a), func(t *testing.T) {
				check(t, []array{random(r, s...), random(r, 1, s[1], 1, 1)},
					func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewPixelNorm(rt, n[0], n[1], a) },
					func(v [][]float64) []float64 { return refPixelNorm(v[0], v[1], s[0], a) })
			})
		}
	}
	for _, a := range []PixelNormAttributes{{}, {true, -1}, {false, math.NaN()}} {
		if _, err := runGraph(t, []array{random(r, 1, 3, 2), random(r, 3)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			return NewPixelNorm(rt, n[0], n[1], a)
		}, nil, 1); err == nil {
			t.Errorf("%+v is taken", a)
		}
	}
}

// TestPixelNormOfZeros: an RMS norm of a pixel of zeros is zero.
func TestPixelNormOfZeros(t *testing.T) {
	in := []array{{shape: []int{1, 3, 2}, data: make([]float32, 6)}, {shape: []int{3}, data: []float32{1, 2, 3}}}
	got, err := runGraph(t, in, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
		return NewPixelNorm(rt, n[0], n[1], PixelNormAttributes{RMS: true, Eps: 1e-12})
	}, make([]float32, 6), 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range got[0] {
		if v != 0 || math.IsNaN(float64(got[1][i])) {
			t.Errorf("value %d is %v, its gradient %v", i, v, got[1][i])
		}
	}
}
