package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// naiveAttention returns y, dx and dmemory of attention for row-major arrays.
func naiveAttention(a AttentionSpec, x, memory, dy []float32) (y, dx, dm []float64) {
	t, d, s := a.pixels(), a.Width, a.In
	y, dx, dm = make([]float64, s.N*a.Heads*d*t), make([]float64, len(x)), make([]float64, len(memory))
	for n := range s.N {
		for h := range a.Heads {
			// place returns where feature i of query (0), key (1) or value (2) j lies.
			place := func(which, j, i int) (at int, isMemory bool) {
				if which > 0 && j < a.Memory {
					return (((which-1)*a.Heads+h)*a.Memory+j)*d + i, true
				}
				if which > 0 {
					j -= a.Memory
				}
				return (n*s.C+(which*a.Heads+h)*d+i)*t + j, false
			}
			get := func(which, j, i int) float64 {
				at, isMemory := place(which, j, i)
				if isMemory {
					return float64(memory[at])
				}
				return float64(x[at])
			}
			add := func(which, j, i int, v float64) {
				if at, isMemory := place(which, j, i); isMemory {
					dm[at] += v
				} else {
					dx[at] += v
				}
			}
			for q := range t {
				p, top, sum := make([]float64, a.keys()), math.Inf(-1), 0.0
				for k := range p {
					for i := range d {
						p[k] += get(0, q, i) * get(1, k, i) / math.Sqrt(float64(d))
					}
					top = max(top, p[k])
				}
				for k := range p {
					p[k] = math.Exp(p[k] - top)
					sum += p[k]
				}
				mean := 0.0
				for i := range d {
					at := (n*a.Heads*d+h*d+i)*t + q
					for k := range p {
						y[at] += p[k] / sum * get(2, k, i)
						add(2, k, i, p[k]/sum*float64(dy[at]))
					}
					mean += float64(dy[at]) * y[at]
				}
				for k := range p {
					ds := -mean
					for i := range d {
						ds += float64(dy[(n*a.Heads*d+h*d+i)*t+q]) * get(2, k, i)
					}
					ds *= p[k] / sum / math.Sqrt(float64(d))
					for i := range d {
						add(0, q, i, ds*get(1, k, i))
						add(1, k, i, ds*get(0, q, i))
					}
				}
			}
		}
	}
	return y, dx, dm
}

// TestAttention has one pixel, heads narrower and wider than a block, more than
// one tile of queries, and a key far above the others.
func TestAttention(t *testing.T) {
	specs := []AttentionSpec{
		{In: Shape{1, 24, 1, 1}, Heads: 1, Width: 8},
		{In: Shape{3, 30, 3, 4}, Heads: 2, Width: 5},
		{In: Shape{2, 96, 7, 7}, Heads: 4, Width: 8, Memory: 4},
		{In: Shape{1, 192, 8, 12}, Heads: 2, Width: 32},
		{In: Shape{1, 24, 17, 18}, Heads: 1, Width: 8, Memory: 1},
		{In: Shape{1, 768, 4, 4}, Heads: 1, Width: 256},
		{In: Shape{1, 15, 32, 32}, Heads: 1, Width: 5},
	}
	inTiers(t, func(t *testing.T, w *Workspace) {
		for _, a := range specs {
			t.Run(fmt.Sprint(a), func(t *testing.T) {
				if a.pixels() > 500 && testing.Short() {
					t.Skip("a million logits")
				}
				if err := a.Check(); err != nil {
					t.Fatal(err)
				}
				r := rand.New(rand.NewPCG(1, 2))
				s, out := a.In, a.Out()
				x, memory, dy := random(r, s.N*s.C*a.pixels()), random(r, 2*a.Heads*a.Memory*a.Width), random(r, out.N*out.C*a.pixels())
				for i := range a.Width { // the last key of the first head
					x[(a.Heads*a.Width+i+1)*a.pixels()-1] *= 20
				}
				want, dx, dm := naiveAttention(a, x, memory, dy)
				rows := s.N * a.Heads * a.pixels()
				st := AttentionStats{Top: poison(rows), Inverse: poison(rows)}
				bx, y, got, gotM := blockedFrom(w, x, s), poison(out.Len()), poison(s.Len()), poison(len(memory))
				a.Forward(w, y, bx, memory, &st)
				closeTo(t, "value", plainFrom(t, w, y, out), want, 1e-5)
				a.Backward(w, got, gotM, blockedFrom(w, dy, out), y, bx, memory, st)
				closeTo(t, "dx", plainFrom(t, w, got, s), dx, 1e-5)
				if len(dm) > 0 {
					closeTo(t, "dmemory", gotM, dm, 1e-5)
				}
			})
		}
	})
}

func TestAttentionSizes(t *testing.T) {
	for _, a := range []AttentionSpec{
		{In: Shape{1, 24, 2, 2}, Heads: 1, Width: 7},
		{In: Shape{1, 24, 2, 2}, Heads: 0, Width: 8},
		{In: Shape{1, 24, 0, 2}, Heads: 1, Width: 8},
		{In: Shape{1, 24, 2, 2}, Heads: 1, Width: 8, Memory: -1},
		{In: Shape{1, 24, 1 << 14, 1 << 14}, Heads: 1, Width: 8},
		{In: Shape{1, 24, 2, 2}, Heads: 1, Width: 8, Memory: 1 << 40},
		{In: Shape{1, 3 << 40, 2, 2}, Heads: 1 << 20, Width: 1 << 20},
	} {
		if err := a.Check(); err == nil {
			t.Errorf("%+v is taken", a)
		}
	}
}
