package op

import (
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
)

func unitPlanes(channels int, factor float64) func(rt *Runtime, n G.Nodes) (*G.Node, error) {
	return func(rt *Runtime, n G.Nodes) (*G.Node, error) {
		m, err := Moments(rt, n[0])
		if err != nil {
			return nil, err
		}
		a, err := NewUnitPlanes(rt, n[0], m, channels, factor)
		if err != nil {
			return nil, err
		}
		return NewActivate(rt, Input{X: n[0], Affine: a, Linear: true})
	}
}

// TestUnitPlanes makes some, all or no channels of one length.
func TestUnitPlanes(t *testing.T) {
	r := rand.New(rand.NewPCG(103, 104))
	for _, d := range []dims{{2, 6, 3, 2}, {1, 20, 4, 5}} {
		for _, channels := range []int{0, 4, d.c} {
			const factor = 3
			check(t, []array{random(r, d.n, d.c, d.h, d.w)}, unitPlanes(channels, factor), func(v [][]float64) []float64 {
				y := append([]float64(nil), v[0]...)
				for p := range d.n * d.c {
					plane := y[p*d.h*d.w:][:d.h*d.w]
					length := 0.0
					for _, x := range plane {
						length += x * x
					}
					for i := range plane {
						if p%d.c < channels {
							plane[i] *= factor / math.Sqrt(length)
						}
					}
				}
				return y
			})
		}
	}
}

// A plane of zeros stays so, and its gradient is finite; what does not fit is refused.
func TestUnitPlanesOfZeros(t *testing.T) {
	in := []array{{shape: []int{1, 3, 2}, data: make([]float32, 6)}}
	got, err := runGraph(t, in, unitPlanes(2, 1), make([]float32, 6), 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range got[0] {
		if v != 0 || got[1][i]-got[1][i] != 0 {
			t.Errorf("value %d is %v, its gradient %v", i, v, got[1][i])
		}
	}
	for channels, factor := range map[int]float64{4: 1, -1: 1, 0: 0, 1: math.NaN(), 2: math.Inf(1)} {
		if _, err := runGraph(t, in, unitPlanes(channels, factor), nil, 1); err == nil {
			t.Errorf("%d channels with a factor of %v are taken", channels, factor)
		}
	}
}
