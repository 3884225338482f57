package op

import (
	"fmt"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
)

// refWindows is a convolution with any taps, stride and padding.
func refWindows(x, w, b []float64, d dims, out int, a PatchAttributes) []float64 {
	o := dims{d.n, out, (d.h+2*a.Padding-a.Size)/a.Stride + 1, (d.w+2*a.Padding-a.Size)/a.Stride + 1}
	y := make([]float64, o.len())
	for n := range o.n {
		for oc := range o.c {
			for r := range o.h {
				for s := range o.w {
					sum := b[oc]
					for c := range d.c {
						for i := range a.Size {
							for j := range a.Size {
								yy, xx := r*a.Stride+i-a.Padding, s*a.Stride+j-a.Padding
								if yy >= 0 && yy < d.h && xx >= 0 && xx < d.w {
									sum += w[((oc*d.c+c)*a.Size+i)*a.Size+j] * x[d.at(n, c, yy, xx)]
								}
							}
						}
					}
					y[o.at(n, oc, r, s)] = sum
				}
			}
		}
	}
	return y
}

// TestPatches checks convolutions of 7×7 taps, of 4×4 with stride 2, of 2×2 pixels
// that are put together, and of windows that reach over images smaller than them.
func TestPatches(t *testing.T) {
	r := rand.New(rand.NewPCG(91, 92))
	for _, c := range []struct {
		d dims
		a PatchAttributes
	}{
		{dims{2, 3, 6, 5}, PatchAttributes{7, 1, 3}}, {dims{1, 1, 2, 2}, PatchAttributes{7, 1, 3}}, {dims{1, 17, 6, 8}, PatchAttributes{4, 2, 1}},
		{dims{2, 5, 4, 6}, PatchAttributes{2, 2, 0}}, {dims{1, 2, 7, 9}, PatchAttributes{4, 2, 1}}, {dims{1, 2, 7, 9}, PatchAttributes{3, 3, 2}},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			const out = 6
			check(t, []array{random(r, c.d.n, c.d.c, c.d.h, c.d.w), random(r, out, c.d.c, c.a.Size, c.a.Size), random(r, out)},
				func(rt *Runtime, n G.Nodes) (*G.Node, error) {
					x, err := NewPatches(rt, n[0], c.a)
					if err != nil {
						return nil, err
					}
					return NewConv(rt, Input{X: x}, n[1], n[2], ConvOptions{})
				}, func(v [][]float64) []float64 { return refWindows(v[0], v[1], v[2], c.d, out, c.a) })
		})
	}
	for _, a := range []PatchAttributes{{}, {7, 1, 0}, {2, 0, 0}, {2, 1, 2}, {2, 1, -1}, {99, 1, 98}} {
		if _, err := runGraph(t, []array{random(r, 1, 1, 4, 4)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			return NewPatches(rt, n[0], a)
		}, nil, 1); err == nil {
			t.Errorf("%+v is taken", a)
		}
	}
}
