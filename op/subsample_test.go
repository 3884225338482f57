package op

import (
	"fmt"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
)

// refStride2 is a convolution of k×k taps with stride 2: output (r,s) reads rows
// from 2r-before on, and columns likewise.
func refStride2(x, w, b []float64, d dims, out, k, before int, o dims) []float64 {
	y := make([]float64, o.len())
	for n := range o.n {
		for oc := range o.c {
			for r := range o.h {
				for s := range o.w {
					sum := b[oc]
					for c := range d.c {
						for i := range k {
							for j := range k {
								if yy, xx := 2*r-before+i, 2*s-before+j; yy >= 0 && yy < d.h && xx >= 0 && xx < d.w {
									sum += w[((oc*d.c+c)*k+i)*k+j] * x[d.at(n, c, yy, xx)]
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

// TestStride2 checks convolutions with stride 2 in both paddings, zeros on all
// sides or below and to the right alone, at even and odd sizes.
func TestStride2(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 52))
	for _, d := range []dims{{2, 3, 6, 8}, {1, 16, 7, 5}, {1, 17, 8, 9}, {2, 2, 2, 3}} {
		for first := range 2 {
			t.Run(fmt.Sprint(d, first), func(t *testing.T) {
				const out = 5
				o := dims{d.n, out, (d.h + 1 - first) / 2, (d.w + 1 - first) / 2}
				check(t, []array{random(r, d.n, d.c, d.h, d.w), random(r, out, d.c, 3, 3), random(r, out)},
					func(rt *Runtime, n G.Nodes) (*G.Node, error) {
						y, err := NewConv(rt, Input{X: n[0]}, n[1], n[2], ConvOptions{})
						if err != nil {
							return nil, err
						}
						return NewSubsample2(rt, y, first)
					}, func(v [][]float64) []float64 { return refStride2(v[0], v[1], v[2], d, out, 3, 1-first, o) })
			})
		}
	}
}

func TestSubsample(t *testing.T) {
	r := rand.New(rand.NewPCG(53, 54))
	for _, s := range [][]int{{2, 3, 5}, {1, 17, 4}, {1, 20, 3, 4}, {2, 1, 2, 2}} {
		for first := range 2 {
			t.Run(fmt.Sprint(s, first), func(t *testing.T) {
				check(t, []array{random(r, s...)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewSubsample2(rt, n[0], first) },
					func(v [][]float64) []float64 {
						h, w := 1, s[len(s)-1]
						if len(s) == 4 {
							h = s[2]
						}
						var y []float64
						for i, x := range v[0] {
							row, col := i/w%h, i%w
							if col%2 == first && (len(s) == 3 || row%2 == first) {
								y = append(y, x)
							}
						}
						return y
					})
			})
		}
	}
	for _, first := range []int{-1, 1, 2} {
		if _, err := runGraph(t, []array{random(r, 1, 1, 1, 4)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			return NewSubsample2(rt, n[0], first)
		}, nil, 1); err == nil {
			t.Errorf("pixel %d of a row of one is taken", first)
		}
	}
}
