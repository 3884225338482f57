package op

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
)

// TestReLU checks values and gradients on plain arrays and on activations,
// between which the layout changes.
func TestReLU(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, c := range []struct {
		shape   []int
		blocked bool
	}{{[]int{3, 7}, false}, {[]int{2, 17, 5}, true}, {[]int{2, 16, 3, 4}, true}, {[]int{1, 3, 2, 2}, false}} {
		t.Run(fmt.Sprint(c.shape, c.blocked), func(t *testing.T) {
			check(t, []array{random(r, c.shape...)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
				x := n[0]
				if c.blocked {
					var err error
					if x, err = toBlocked(rt, x); err != nil {
						return nil, err
					}
				}
				return NewReLU(rt, x)
			}, func(v [][]float64) []float64 {
				y := make([]float64, len(v[0]))
				for i, x := range v[0] {
					y[i] = math.Max(x, 0)
				}
				return y
			})
		})
	}
}

// TestReLUKeepsNaN: a value that is not a number must not vanish.
func TestReLUKeepsNaN(t *testing.T) {
	nan := float32(math.NaN())
	in := array{shape: []int{1, 3}, data: []float32{nan, -nan, -1}, fixed: true}
	got, err := runGraph(t, []array{in}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewReLU(rt, n[0]) }, make([]float32, 3), 1)
	if err != nil {
		t.Fatal(err)
	}
	if y := got[0]; y[0] == y[0] || y[1] == y[1] || y[2] != 0 {
		t.Errorf("ReLU(NaN, -NaN, -1) = %v", y)
	}
}

func TestFilm(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, shape := range [][]int{{2, 16, 3, 5}, {3, 17, 6}, {1, 1, 1, 1}, {2, 33, 4}} {
		t.Run(fmt.Sprint(shape), func(t *testing.T) {
			n, c := shape[0], shape[1]
			check(t, []array{random(r, shape...), random(r, n, 2*c)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
				return NewFilm(rt, n[0], n[1])
			}, func(v [][]float64) []float64 {
				y := make([]float64, len(v[0]))
				plane := len(y) / (n * c)
				for i, x := range v[0] {
					row := v[1][i/(c*plane)*2*c:]
					k := i / plane % c
					y[i] = (1+row[k])*x + row[c+k]
				}
				return y
			})
		})
	}
	if _, err := runGraph(t, []array{random(r, 2, 3, 4), random(r, 2, 5)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
		return NewFilm(rt, n[0], n[1])
	}, nil, 1); err == nil {
		t.Error("a scale-shift of a wrong size is taken")
	}
}
