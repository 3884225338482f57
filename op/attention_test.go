package op

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
)

// refAttention is softmax attention by its definition: x (N,3·heads·d,T), memory
// (2,heads,m,d) before the pixels' keys and values.
func refAttention(x, memory []float64, n, heads, d, m, pixels int) []float64 {
	inner := heads * d
	y := make([]float64, n*inner*pixels)
	for b := range n {
		for h := range heads {
			at := func(which, feature, pixel int) float64 {
				return x[(b*3*inner+which*inner+h*d+feature)*pixels+pixel]
			}
			key := func(which, k, feature int) float64 {
				if k < m {
					return memory[(((which-1)*heads+h)*m+k)*d+feature]
				}
				return at(which, feature, k-m)
			}
			for q := range pixels {
				s, top := make([]float64, m+pixels), math.Inf(-1)
				for k := range s {
					for i := range d {
						s[k] += at(0, i, q) * key(1, k, i) / math.Sqrt(float64(d))
					}
					top = max(top, s[k])
				}
				sum := 0.0
				for k := range s {
					s[k] = math.Exp(s[k] - top)
					sum += s[k]
				}
				for i := range d {
					for k, p := range s {
						y[(b*inner+h*d+i)*pixels+q] += p / sum * key(2, k, i)
					}
				}
			}
		}
	}
	return y
}

// TestAttention has heads that share blocks of channels and some that straddle
// them, one pixel, fewer and more heads than threads, and a memory.
func TestAttention(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	for _, c := range []struct{ n, heads, d, memory, h, w int }{
		{1, 1, 8, 0, 1, 1}, {2, 2, 5, 0, 3, 4}, {1, 1, 5, 3, 2, 3}, {3, 4, 8, 0, 7, 7}, {1, 1, 32, 0, 8, 12},
		{2, 3, 16, 4, 4, 4}, {1, 3, 7, 0, 3, 3}, {1, 2, 64, 0, 4, 4}, {5, 1, 1, 2, 2, 2},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			in := []array{random(r, c.n, 3*c.heads*c.d, c.h, c.w)}
			if c.memory > 0 {
				in = append(in, random(r, 2, c.heads, c.memory, c.d))
			}
			check(t, in, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
				o := AttentionOptions{Heads: c.heads}
				if c.memory > 0 {
					o.Memory = n[1]
				}
				return NewAttention(rt, n[0], o)
			}, func(v [][]float64) []float64 {
				var m []float64
				if c.memory > 0 {
					m = v[1]
				}
				return refAttention(v[0], m, c.n, c.heads, c.d, c.memory, c.h*c.w)
			})
		})
	}
}

// TestAttentionFar has one key far above the others, whose exponential overflows
// unless the largest logit is taken off; and T = 1024, where sums are long.
func TestAttentionFar(t *testing.T) {
	r := rand.New(rand.NewPCG(33, 34))
	for _, c := range []struct {
		name    string
		d, h, w int
		factor  float32
	}{{"far", 8, 7, 7, 40}, {"long", 8, 32, 32, 1}, {"wide", 256, 8, 8, 1}} {
		t.Run(c.name, func(t *testing.T) {
			x := random(r, 1, 3*c.d, c.h, c.w).constant()
			for i := range c.d { // of one key
				x.data[(c.d+i)*c.h*c.w] *= c.factor
			}
			x64 := make([]float64, len(x.data))
			for i, v := range x.data {
				x64[i] = float64(v)
			}
			want := refAttention(x64, nil, 1, 1, c.d, 0, c.h*c.w)
			got, err := runGraph(t, []array{x}, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
				return NewAttention(rt, n[0], AttentionOptions{Heads: 1})
			}, make([]float32, len(want)), 2)
			if err != nil {
				t.Fatal(err)
			}
			diff := make([]float64, len(want))
			for i, v := range want {
				diff[i] = float64(got[0][i]) - v
			}
			e := rms(diff) / rms(want)
			t.Logf("error %.2g of the root mean square", e)
			if !(e < 2e-6) {
				t.Errorf("error %.2g", e)
			}
		})
	}
}

func TestAttentionRefused(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	in := []array{random(r, 2, 24, 2, 2), random(r, 2, 2, 3, 5), random(r, 2, 4)}
	for name, build := range map[string]func(rt *Runtime, n G.Nodes) (*G.Node, error){
		"no heads": func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewAttention(rt, n[0], AttentionOptions{}) },
		"5 heads": func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			return NewAttention(rt, n[0], AttentionOptions{Heads: 5})
		},
		"a memory": func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			return NewAttention(rt, n[0], AttentionOptions{Heads: 2, Memory: n[1]})
		},
		"no memory": func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			return NewAttention(rt, n[0], AttentionOptions{Heads: 2, Memory: n[2]})
		},
		"no image": func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			return NewAttention(rt, n[2], AttentionOptions{Heads: 1})
		},
	} {
		if _, err := runGraph(t, in, build, nil, 1); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
