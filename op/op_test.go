package op

import (
	"fmt"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
)

func TestConv(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct {
		d        dims
		out, k   int
		oneD     bool
		padding  Padding
		norm     bool
		residual bool
	}{
		{dims{2, 3, 5, 7}, 5, 3, false, Zero, false, false},
		{dims{2, 16, 7, 7}, 16, 3, false, Zero, true, true},
		{dims{1, 17, 4, 6}, 33, 3, false, Zero, true, false},
		{dims{3, 1, 6, 6}, 8, 3, false, Replicate, false, false},
		{dims{2, 8, 6, 5}, 1, 3, false, Replicate, true, false},
		{dims{2, 20, 3, 3}, 4, 1, false, Zero, true, true},
		{dims{3, 4, 1, 9}, 6, 3, true, Zero, true, true},
		{dims{2, 1, 1, 8}, 16, 3, true, Replicate, false, false},
		{dims{4, 24, 1, 1}, 16, 3, true, Zero, true, false},
		{dims{2, 5, 1, 3}, 2, 1, true, Zero, false, true},
		{dims{2, 2, 1, 1}, 3, 3, false, Zero, true, false},
		{dims{2, 32, 1, 15}, 40, 3, true, Replicate, true, false},
		{dims{40, 18, 1, 6}, 20, 3, true, Zero, true, true}, // several signals are convolved together
		{dims{35, 3, 1, 4}, 5, 3, true, Replicate, true, false},
		{dims{17, 2, 3, 4}, 3, 3, false, Zero, true, false},
	} {
		t.Run(fmt.Sprintf("%v-%d-k%d-%v-norm%v-res%v", c.d, c.out, c.k, c.padding, c.norm, c.residual), func(t *testing.T) {
			kh := c.k
			wshape := []int{c.out, c.d.c, c.k, c.k}
			if c.oneD {
				kh, wshape = 1, []int{c.out, c.d.c, c.k}
			}
			od := dims{c.d.n, c.out, c.d.h, c.d.w}
			in := []array{random(r, c.d.shape(c.oneD)...), random(r, wshape...), random(r, c.out),
				random(r, c.d.c), random(r, c.d.c), random(r, od.shape(c.oneD)...)}
			if !c.norm {
				in[3], in[4] = in[3].constant(), in[4].constant()
			}
			if !c.residual {
				in[5] = in[5].constant()
			}
			check(t, in, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
				input := Input{X: n[0]}
				if c.norm {
					m, err := Moments(rt, n[0])
					if err != nil {
						return nil, err
					}
					if input.Affine, err = NewNorm(rt, n[0], m, nil, n[3], n[4], NormOptions{Kind: Group, Groups: 1}); err != nil {
						return nil, err
					}
				}
				o := ConvOptions{Padding: c.padding}
				if c.residual {
					o.Residual = n[5]
				}
				return NewConv(rt, input, n[1], n[2], o)
			}, func(v [][]float64) []float64 {
				x := v[0]
				if c.norm {
					x = refNormSiLU(x, nil, v[3], v[4], c.d, Group, 1)
				}
				y := refConv(x, v[1], v[2], c.d, c.out, kh, c.k, c.padding == Replicate)
				if c.residual {
					for i := range y {
						y[i] += v[5][i]
					}
				}
				return y
			})
		})
	}
}

// TestNorm checks every kind of norm, with and without a scale-shift, on the
// output of a convolution (which collects the moments) and on its own.
func TestNorm(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, kind := range []NormKind{Batch, Group, Instance} {
		for _, film := range []bool{false, true} {
			for _, afterConv := range []bool{false, true} {
				for _, d := range []dims{{3, 8, 3, 5}, {4, 24, 1, 6}, {2, 16, 4, 4}} {
					t.Run(fmt.Sprintf("kind%d-film%v-conv%v-%v", kind, film, afterConv, d), func(t *testing.T) {
						in := []array{random(r, d.shape(d.h == 1)...), random(r, d.n, 2*d.c), random(r, d.c), random(r, d.c)}
						if !film {
							in[1] = in[1].constant()
						}
						wshape := []int{d.c, d.c, 1, 1}
						if d.h == 1 {
							wshape = wshape[:3]
						}
						w, b := random(r, wshape...), random(r, d.c)
						running := &Running{Mean: make([]float32, d.c), Var: make([]float32, d.c), Momentum: .1}
						if !afterConv {
							w, b = w.constant(), b.constant()
						}
						in = append(in, w, b)
						check(t, in, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
							x := n[0]
							var err error
							if afterConv {
								if x, err = NewConv(rt, Input{X: x}, n[4], n[5], ConvOptions{}); err != nil {
									return nil, err
								}
							}
							m, err := Moments(rt, x)
							if err != nil {
								return nil, err
							}
							var f *G.Node
							if film {
								f = n[1]
							}
							a, err := NewNorm(rt, x, m, f, n[2], n[3], normOptions(kind, 4, running))
							if err != nil {
								return nil, err
							}
							return NewActivate(rt, Input{X: x, Affine: a})
						}, func(v [][]float64) []float64 {
							x := v[0]
							if afterConv {
								x = refConv(x, v[4], v[5], d, d.c, 1, 1, false)
							}
							var f []float64
							if film {
								f = v[1]
							}
							return refNormSiLU(x, f, v[2], v[3], d, kind, 4)
						})
					})
				}
			}
		}
	}
}

func TestShapes(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, d := range []dims{{2, 3, 4, 6}, {2, 16, 5, 7}, {3, 20, 1, 8}, {1, 33, 1, 5}, {2, 1, 2, 2}} {
		oneD := d.h == 1
		x := random(r, d.shape(oneD)...)
		t.Run(fmt.Sprint("pool", d), func(t *testing.T) {
			check(t, []array{x}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewAvgPool2(rt, n[0]) },
				func(v [][]float64) []float64 { return refResize(v[0], d, false, oneD) })
		})
		t.Run(fmt.Sprint("upsample", d), func(t *testing.T) {
			check(t, []array{x}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewUpsample2(rt, n[0]) },
				func(v [][]float64) []float64 { return refResize(v[0], d, true, oneD) })
		})
		for _, c := range []int{1, 16, 19} {
			e := d
			e.c = c
			t.Run(fmt.Sprint("concat", d, c), func(t *testing.T) {
				check(t, []array{x, random(r, e.shape(oneD)...)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewConcat(rt, n[0], n[1]) },
					func(v [][]float64) []float64 { return refConcat(v[0], v[1], d.n) })
			})
		}
		t.Run(fmt.Sprint("add", d), func(t *testing.T) {
			check(t, []array{x, random(r, d.shape(oneD)...)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return Add(rt, n[0], n[1]) },
				func(v [][]float64) []float64 {
					y := append([]float64(nil), v[0]...)
					for i := range y {
						y[i] += v[1][i]
					}
					return y
				})
		})
	}
}

func TestLinear(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, c := range []struct{ n, in, out int }{{1, 1, 1}, {3, 5, 7}, {4, 16, 32}, {130, 33, 20}, {2, 64, 128}} {
		for _, kind := range []string{"plain", "then silu", "silu", "residual"} {
			t.Run(fmt.Sprint(c, kind), func(t *testing.T) {
				residual := random(r, c.n, c.out)
				if kind != "residual" {
					residual = residual.constant()
				}
				check(t, []array{random(r, c.n, c.in), random(r, c.out, c.in), random(r, c.out), residual},
					func(rt *Runtime, n G.Nodes) (*G.Node, error) {
						o := LinearOptions{SiLU: kind == "silu"}
						if kind == "residual" {
							o.Residual = n[3]
						}
						y, err := NewLinear(rt, n[0], n[1], n[2], o)
						if err != nil || kind != "then silu" {
							return y, err
						}
						return NewSiLU(rt, y)
					}, func(v [][]float64) []float64 {
						y := refLinear(v[0], v[1], v[2], c.n)
						for i := range y {
							switch kind {
							case "silu", "then silu":
								y[i] = silu(y[i])
							case "residual":
								y[i] += v[3][i]
							}
						}
						return y
					})
			})
		}
	}
	t.Run("samples of any shape", func(t *testing.T) {
		check(t, []array{random(r, 3, 2, 2, 3), random(r, 8, 12), random(r, 8), random(r, 3, 2, 4)},
			func(rt *Runtime, n G.Nodes) (*G.Node, error) {
				return NewLinear(rt, n[0], n[1], n[2], LinearOptions{Shape: []int{2, 4}, Residual: n[3]})
			}, func(v [][]float64) []float64 {
				y := refLinear(v[0], v[1], v[2], 3)
				for i := range y {
					y[i] += v[3][i]
				}
				return y
			})
	})
}

// rowSizes are (N,C) of the operations on rows; normalised, rows of two values
// hardly depend on them.
var rowSizes = [][2]int{{1, 3}, {3, 5}, {4, 16}, {2, 33}, {40, 64}}

func TestLayerNorm(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for _, s := range rowSizes {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			check(t, []array{random(r, s[0], s[1]), random(r, s[0], 2*s[1])},
				func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewLayerNorm(rt, n[0], n[1]) },
				func(v [][]float64) []float64 { return refLayerNorm(v[0], v[1], s[0]) })
		})
	}
}

func TestSwiGLU(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for _, s := range rowSizes {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			check(t, []array{random(r, s[0], 2*s[1])},
				func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewSwiGLU(rt, n[0]) },
				func(v [][]float64) []float64 { return refSwiGLU(v[0], s[0]) })
		})
	}
}

func TestSoftmaxGate(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for _, s := range rowSizes {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			check(t, []array{random(r, s[0], s[1]), random(r, s[0], s[1])},
				func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewSoftmaxGate(rt, n[0], n[1], 5) },
				func(v [][]float64) []float64 { return refSoftmaxGate(v[0], v[1], s[0], 5) })
		})
	}
}

func TestProduct(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	for _, s := range rowSizes {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			check(t, []array{random(r, s[0], s[1]), random(r, s[0], s[1])},
				func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewProduct(rt, n[0], n[1]) },
				func(v [][]float64) []float64 {
					y := make([]float64, len(v[0]))
					for i, a := range v[0] {
						y[i] = a * v[1][i]
					}
					return y
				})
		})
	}
}
