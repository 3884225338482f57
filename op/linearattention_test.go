package op

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
)

// refSoftmax is the softmax of the numbers that get and set reach.
func refSoftmax(n int, at func(i int) *float64) {
	top, sum := math.Inf(-1), 0.0
	for i := range n {
		top = max(top, *at(i))
	}
	for i := range n {
		*at(i) = math.Exp(*at(i) - top)
		sum += *at(i)
	}
	for i := range n {
		*at(i) /= sum
	}
}

// refLinearAttention is linear attention by its definition: x (N,3·heads·d,T),
// memory (2,heads,d,m) before the pixels' keys and values.
func refLinearAttention(x, memory []float64, n, heads, d, m, pixels int) []float64 {
	inner := heads * d
	y := make([]float64, n*inner*pixels)
	for b := range n {
		for h := range heads {
			token := func(which, i int) []float64 { return x[(b*3*inner+which*inner+h*d+i)*pixels:][:pixels] }
			q, k, v := make([]float64, d*pixels), make([]float64, d*(m+pixels)), make([]float64, d*(m+pixels))
			for i := range d {
				copy(q[i*pixels:], token(0, i))
				for j := range m {
					k[i*(m+pixels)+j] = memory[(h*d+i)*m+j]
					v[i*(m+pixels)+j] = memory[((heads+h)*d+i)*m+j]
				}
				copy(k[i*(m+pixels)+m:], token(1, i))
				copy(v[i*(m+pixels)+m:], token(2, i))
				refSoftmax(m+pixels, func(j int) *float64 { return &k[i*(m+pixels)+j] })
			}
			for p := range pixels {
				refSoftmax(d, func(i int) *float64 { return &q[i*pixels+p] })
			}
			for e := range d {
				for i := range d {
					ctx := 0.0
					for j := range m + pixels {
						ctx += k[i*(m+pixels)+j] * v[e*(m+pixels)+j]
					}
					for p := range pixels {
						y[(b*inner+h*d+e)*pixels+p] += ctx * q[i*pixels+p] / math.Sqrt(float64(d))
					}
				}
			}
		}
	}
	return y
}

func TestLinearAttention(t *testing.T) {
	r := rand.New(rand.NewPCG(111, 112))
	for _, c := range []struct{ n, heads, d, memory, h, w int }{
		{1, 1, 8, 0, 1, 1}, {2, 2, 5, 0, 3, 4}, {1, 1, 5, 3, 2, 3}, {2, 4, 8, 4, 6, 5}, {1, 3, 32, 4, 4, 4}, {1, 1, 16, 0, 12, 12},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			in := []array{random(r, c.n, 3*c.heads*c.d, c.h, c.w)}
			if c.memory > 0 {
				in = append(in, random(r, 2, c.heads, c.d, c.memory))
			}
			check(t, in, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
				o := AttentionOptions{Heads: c.heads}
				if c.memory > 0 {
					o.Memory = n[1]
				}
				return NewLinearAttention(rt, n[0], o)
			}, func(v [][]float64) []float64 {
				var m []float64
				if c.memory > 0 {
					m = v[1]
				}
				return refLinearAttention(v[0], m, c.n, c.heads, c.d, c.memory, c.h*c.w)
			})
		})
	}
	in := []array{random(r, 2, 24, 2, 2), random(r, 2, 2, 3, 4)}
	if _, err := runGraph(t, in, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
		return NewLinearAttention(rt, n[0], AttentionOptions{Heads: 2, Memory: n[1]})
	}, nil, 1); err == nil {
		t.Error("a memory (2,Heads,M,Width) is taken")
	}
}
