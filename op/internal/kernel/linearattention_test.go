package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// naiveSoftmax returns the softmax of numbers.
func naiveSoftmax(x []float64) []float64 {
	top, sum, p := math.Inf(-1), 0.0, make([]float64, len(x))
	for _, v := range x {
		top = max(top, v)
	}
	for i, v := range x {
		p[i] = math.Exp(v - top)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

// naiveLinear is linear attention of one head, rows of features: q (d,T), k and v
// (d,keys); it returns y (d,T).
func naiveLinear(q, k, v [][]float64) [][]float64 {
	d, y := len(q), make([][]float64, len(q))
	for e := range y {
		y[e] = make([]float64, len(q[0]))
	}
	var ks [][]float64
	for _, row := range k {
		ks = append(ks, naiveSoftmax(row))
	}
	for p := range q[0] {
		column := make([]float64, d)
		for i := range column {
			column[i] = q[i][p]
		}
		column = naiveSoftmax(column)
		for e := range d {
			for i := range d {
				ctx := 0.0
				for j := range ks[i] {
					ctx += ks[i][j] * v[e][j]
				}
				y[e][p] += column[i] * ctx / math.Sqrt(float64(d))
			}
		}
	}
	return y
}

// TestLinearAttention compares values with the definition, and gradients with
// differences of it along random directions.
func TestLinearAttention(t *testing.T) {
	specs := []AttentionSpec{
		{In: Shape{1, 24, 1, 3}, Heads: 1, Width: 8},
		{In: Shape{2, 30, 3, 4}, Heads: 2, Width: 5, Memory: 2},
		{In: Shape{1, 96, 4, 5}, Heads: 1, Width: 32, Memory: 4},
		{In: Shape{3, 96, 3, 3}, Heads: 4, Width: 8},
	}
	inTiers(t, func(t *testing.T, w *Workspace) {
		for _, spec := range specs {
			t.Run(fmt.Sprint(spec), func(t *testing.T) {
				a, s, out := LinearAttention{spec}, spec.In, spec.Out()
				r := rand.New(rand.NewPCG(1, 2))
				pixels, size := a.pixels(), 2*a.Heads*a.Memory*a.Width
				x, memory, dy := random(r, s.N*s.C*pixels), random(r, size), random(r, out.N*out.C*pixels)
				dirX, dirM := random(r, len(x)), random(r, size)
				value := func(h float64) []float64 {
					y := make([]float64, len(dy))
					for n := range s.N {
						for head := range a.Heads {
							var rows [3][][]float64
							for which := range rows {
								for i := range a.Width {
									var row []float64
									if which > 0 {
										at := (((which-1)*a.Heads+head)*a.Width + i) * a.Memory
										for m := range a.Memory {
											row = append(row, float64(memory[at+m])+h*float64(dirM[at+m]))
										}
									}
									at := (n*s.C + (which*a.Heads+head)*a.Width + i) * pixels
									for p := range pixels {
										row = append(row, float64(x[at+p])+h*float64(dirX[at+p]))
									}
									rows[which] = append(rows[which], row)
								}
							}
							for e, row := range naiveLinear(rows[0], rows[1], rows[2]) {
								copy(y[(n*out.C+head*a.Width+e)*pixels:], row)
							}
						}
					}
					return y
				}
				bx, y, dx, dm := blockedFrom(w, x, s), poison(out.Len()), poison(s.Len()), poison(size)
				a.Forward(w, y, bx, memory)
				closeTo(t, "value", plainFrom(t, w, y, out), value(0), 1e-5)
				a.Backward(w, dx, dm, blockedFrom(w, dy, out), bx, memory)
				const h = 1e-4
				up, down, want, got := value(h), value(-h), 0.0, 0.0
				for i, d := range dy {
					want += float64(d) * (up[i] - down[i]) / (2 * h)
				}
				for i, d := range plainFrom(t, w, dx, s) {
					got += float64(d) * float64(dirX[i])
				}
				for i, d := range dm {
					got += float64(d) * float64(dirM[i])
				}
				if math.Abs(got-want) > 1e-5*math.Sqrt(float64(len(x))) {
					t.Errorf("slope %v, want %v", got, want)
				}
			})
		}
	})
}
