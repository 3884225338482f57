package op

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
)

// TestRescale checks arrays, and activations whose lanes beyond the channels must
// stay zero: a convolution and moments read them.
func TestRescale(t *testing.T) {
	r := rand.New(rand.NewPCG(71, 72))
	for _, s := range [][]int{{3, 7}, {2, 5, 4}, {2, 18, 3, 3}, {1, 40, 3, 3}} {
		for _, activation := range []bool{false, len(s) > 2} {
			t.Run(fmt.Sprint(s, activation), func(t *testing.T) {
				check(t, []array{random(r, s...)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
					x := n[0]
					if activation {
						var err error
						if x, err = toBlocked(rt, x); err != nil {
							return nil, err
						}
					}
					return NewRescale(rt, x, -1.5, 0.25)
				}, func(v [][]float64) []float64 {
					y := make([]float64, len(v[0]))
					for i, x := range v[0] {
						y[i] = -1.5*x + 0.25
					}
					return y
				})
			})
		}
	}
	if _, err := runGraph(t, []array{random(r, 2)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
		return NewRescale(rt, n[0], 1, math.NaN())
	}, nil, 1); err == nil {
		t.Error("NaN is taken")
	}
}

func TestQuotient(t *testing.T) {
	r := rand.New(rand.NewPCG(73, 74))
	divisor := array{shape: []int{3}, data: []float32{0.5, 3, -7}, fixed: true}
	for _, s := range [][]int{{3, 4}, {3, 2, 5, 2}} {
		check(t, []array{random(r, s...), divisor}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewQuotient(rt, n[0], n[1]) },
			func(v [][]float64) []float64 {
				y := make([]float64, len(v[0]))
				for i, x := range v[0] {
					y[i] = x / v[1][i/(len(y)/3)]
				}
				return y
			})
	}
}
