package op

import (
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
)

// TestModulation activates with a scale-shift of its own.
func TestModulation(t *testing.T) {
	r := rand.New(rand.NewPCG(95, 96))
	for _, d := range []dims{{2, 5, 3, 2}, {3, 18, 2, 2}} {
		check(t, []array{random(r, d.n, d.c, d.h, d.w), random(r, d.n, 2*d.c)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			a, err := NewModulation(rt, n[1])
			if err != nil {
				return nil, err
			}
			return NewActivate(rt, Input{X: n[0], Affine: a})
		}, func(v [][]float64) []float64 {
			y := make([]float64, len(v[0]))
			for i, x := range v[0] {
				n, c := i/(d.c*d.h*d.w), i/(d.h*d.w)%d.c
				y[i] = silu((1+v[1][n*2*d.c+c])*x + v[1][n*2*d.c+d.c+c])
			}
			return y
		})
	}
}

func TestGELU(t *testing.T) {
	r := rand.New(rand.NewPCG(97, 98))
	check(t, []array{random(r, 3, 70)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewGELU(rt, n[0]) },
		func(v [][]float64) []float64 {
			y := make([]float64, len(v[0]))
			for i, x := range v[0] {
				y[i] = x * (1 + math.Erf(x/math.Sqrt2)) / 2
			}
			return y
		})
}
