package op

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
)

// refGroupNorm is the norm of groups of channels by its definition, after
// x + shift (N,C) or x, and with scale and shift (N,2C) applied to the result
// unless after is nil.
func refGroupNorm(x, shift, after, gamma, beta []float64, d dims, groups int, eps float64) []float64 {
	y, plane := make([]float64, len(x)), d.h*d.w
	size := len(x) / d.n / groups
	for g := range d.n * groups {
		z, mean, v := make([]float64, size), 0.0, 0.0
		for i := range z {
			z[i] = x[g*size+i]
			if shift != nil {
				z[i] += shift[(g*size+i)/plane]
			}
			mean += z[i] / float64(size)
		}
		for _, a := range z {
			v += (a - mean) * (a - mean) / float64(size)
		}
		for i, a := range z {
			n, c := (g*size+i)/plane/d.c, (g*size+i)/plane%d.c
			a = (a-mean)/math.Sqrt(v+eps)*gamma[c] + beta[c]
			if after != nil {
				a = a*(1+after[n*2*d.c+c]) + after[n*2*d.c+d.c+c]
			}
			y[g*size+i] = a
		}
	}
	return y
}

// TestGroupNormPrologue checks group norms whose groups straddle blocks of 16
// channels, with epsilons that matter, a shift before or a scale-shift after
// them, read with and without SiLU, by convolutions and as they are.
func TestGroupNormPrologue(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	for _, c := range []struct {
		d      dims
		groups int
		eps    float64
	}{{dims{2, 6, 3, 4}, 3, 1e-6}, {dims{3, 36, 2, 3}, 3, 0.5}, {dims{1, 40, 5, 4}, 8, 0}, {dims{5, 24, 1, 7}, 24, 1e-3}, {dims{1, 33, 4, 4}, 1, 1e-3}} {
		for _, film := range []string{"none", "shift", "after", "shift after"} {
			for _, reader := range []string{"activate", "conv1", "conv3"} {
				if reader != "activate" && c.d.n != 2 {
					continue
				}
				for _, linear := range []bool{false, true} {
					t.Run(fmt.Sprintf("%v-%d-%s-%s-linear%v", c.d, c.groups, film, reader, linear), func(t *testing.T) {
						checkGroupNorm(t, r, c.d, c.groups, c.eps, film, reader, linear)
					})
				}
			}
		}
	}
}

func checkGroupNorm(t *testing.T, r *rand.Rand, d dims, groups int, eps float64, film, reader string, linear bool) {
	width, out, k := 2*d.c, 5, 1
	if film == "shift" || film == "shift after" {
		width = d.c
	}
	if reader == "conv3" {
		k = 3
	}
	in := []array{random(r, d.n, d.c, d.h, d.w), random(r, d.c), random(r, d.c), random(r, d.n, width), random(r, out, d.c, k, k), random(r, out)}
	if film == "none" {
		in[3] = in[3].constant()
	}
	if reader == "activate" {
		in[4], in[5] = in[4].constant(), in[5].constant()
	}
	check(t, in, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
		m, err := Moments(rt, n[0])
		if err != nil {
			return nil, err
		}
		o := NormOptions{Kind: Group, Groups: groups, Eps: eps, After: film == "after" || film == "shift after"}
		var f *G.Node
		if film != "none" {
			f = n[3]
		}
		a, err := NewNorm(rt, n[0], m, f, n[1], n[2], o)
		if err != nil {
			return nil, err
		}
		input := Input{X: n[0], Affine: a, Linear: linear}
		if reader == "activate" {
			return NewActivate(rt, input)
		}
		return NewConv(rt, input, n[4], n[5], ConvOptions{})
	}, func(v [][]float64) []float64 {
		var before, after []float64
		switch film {
		case "shift":
			before = v[3]
		case "after":
			after = v[3]
		case "shift after":
			for i := range d.n {
				after = append(append(after, make([]float64, d.c)...), v[3][i*d.c:][:d.c]...)
			}
		}
		e := eps
		if e == 0 {
			e = 1e-5
		}
		y := refGroupNorm(v[0], before, after, v[1], v[2], d, groups, e)
		if !linear {
			for i, a := range y {
				y[i] = silu(a)
			}
		}
		if reader == "activate" {
			return y
		}
		return refConv(y, v[4], v[5], d, out, k, k, false)
	})
}

// TestPrologueRefused lists what does not fit together.
func TestPrologueRefused(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	in := []array{random(r, 2, 4, 3, 3), random(r, 4), random(r, 2, 4), random(r, 2, 6)}
	for name, build := range map[string]func(rt *Runtime, n G.Nodes, m *G.Node) (*G.Node, error){
		"a negative epsilon": func(rt *Runtime, n G.Nodes, m *G.Node) (*G.Node, error) {
			return NewNorm(rt, n[0], m, nil, n[1], n[1], NormOptions{Kind: Instance, Eps: -1})
		},
		"an epsilon that is not a number": func(rt *Runtime, n G.Nodes, m *G.Node) (*G.Node, error) {
			return NewNorm(rt, n[0], m, nil, n[1], n[1], NormOptions{Kind: Instance, Eps: math.NaN()})
		},
		"no scale-shift after": func(rt *Runtime, n G.Nodes, m *G.Node) (*G.Node, error) {
			return NewNorm(rt, n[0], m, nil, n[1], n[1], NormOptions{Kind: Instance, After: true})
		},
		"a scale-shift of another width": func(rt *Runtime, n G.Nodes, m *G.Node) (*G.Node, error) {
			return NewNorm(rt, n[0], m, n[3], n[1], n[1], NormOptions{Kind: Instance})
		},
		"linear without an affine map": func(rt *Runtime, n G.Nodes, _ *G.Node) (*G.Node, error) {
			return NewConv(rt, Input{X: n[0], Linear: true}, n[2], n[1], ConvOptions{})
		},
		"linear with a mask": func(rt *Runtime, n G.Nodes, m *G.Node) (*G.Node, error) {
			a, err := NewNorm(rt, n[0], m, nil, n[1], n[1], NormOptions{Kind: Instance})
			if err != nil {
				return nil, fmt.Errorf("not this: %w", err)
			}
			mask, err := NewDropoutMask(rt, n[0], 0.5, 1, &Randomness{})
			if err != nil {
				return nil, fmt.Errorf("not this: %w", err)
			}
			return NewActivate(rt, Input{X: n[0], Affine: a, Mask: mask, Linear: true})
		},
	} {
		_, err := runGraph(t, in, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			m, err := Moments(rt, n[0])
			if err != nil {
				t.Fatal(err)
			}
			y, err := build(rt, n, m)
			if err == nil {
				t.Errorf("%s is taken", name)
				return nil, fmt.Errorf("taken")
			}
			return y, err
		}, nil, 1)
		t.Log(err)
	}
}
