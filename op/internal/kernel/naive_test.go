package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/condmean/condmean/internal/par"
)

// Naive float64 references on row-major arrays.

func naiveSiLU(x float64) float64     { return x / (1 + math.Exp(-x)) }
func naiveSiLUGrad(x float64) float64 { s := 1 / (1 + math.Exp(-x)); return s * (1 + x*(1-s)) }

func naiveConv(c ConvSpec, x, w, b []float64) []float64 {
	y := make([]float64, c.In.N*c.Out*c.In.H*c.In.W)
	c.each(func(yi, xi, wi int) { y[yi] += w[wi] * x[xi] })
	hw := c.In.H * c.In.W
	for i := range y {
		y[i] += b[i/hw%c.Out]
	}
	return y
}

// each visits all products of a convolution: y[yi] += w[wi]·x[xi].
func (c ConvSpec) each(f func(yi, xi, wi int)) {
	s := c.In
	for n := range s.N {
		for o := range c.Out {
			for y := range s.H {
				for x := range s.W {
					for i := range s.C {
						for r := range c.KH {
							for q := range c.KW {
								yy, xx := y+r-c.KH/2, x+q-c.KW/2
								if c.Replicate {
									yy, xx = min(max(yy, 0), s.H-1), min(max(xx, 0), s.W-1)
								} else if yy < 0 || yy >= s.H || xx < 0 || xx >= s.W {
									continue
								}
								f(((n*c.Out+o)*s.H+y)*s.W+x, ((n*s.C+i)*s.H+yy)*s.W+xx, ((o*s.C+i)*c.KH+r)*c.KW+q)
							}
						}
					}
				}
			}
		}
	}
}

func random(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

func wide(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// lanes spreads (N,C) coefficients to (N, 16·Blocks).
func lanesOf(s Shape, x []float32) []float32 {
	if x == nil {
		return nil
	}
	y := make([]float32, s.N*s.Blocks()*lane)
	for i, v := range x {
		y[i/s.C*s.Blocks()*lane+i%s.C] = v
	}
	return y
}

// unlanes is the inverse of lanesOf; padded lanes must be zero.
func unlanes(t *testing.T, s Shape, x []float32) []float32 {
	t.Helper()
	y := make([]float32, s.N*s.C)
	for i, v := range x {
		n, c := i/(s.Blocks()*lane), i%(s.Blocks()*lane)
		if c < s.C {
			y[n*s.C+c] = v
		} else if v != 0 {
			t.Fatalf("padded lane %d of sample %d is %v", c, n, v)
		}
	}
	return y
}

// close demands a relative root mean square error of at most tol.
func closeTo(t *testing.T, what string, got []float32, want []float64, tol float64) {
	t.Helper()
	var e, w float64
	for i := range want {
		d := float64(got[i]) - want[i]
		e += d * d
		w += want[i] * want[i]
	}
	if len(got) != len(want) || !(math.Sqrt(e) <= tol*math.Sqrt(w)+1e-30) {
		t.Errorf("%s: relative error %.3g, want at most %.1g", what, math.Sqrt(e/w), tol)
	}
}

// inTiers runs a test for every tier of this machine, with two threads.
func inTiers(t *testing.T, f func(t *testing.T, w *Workspace)) {
	for _, ti := range tiers() {
		t.Run(ti.name, func(t *testing.T) {
			pool := par.New(2)
			t.Cleanup(pool.Close)
			f(t, newWorkspace(pool, ti))
		})
	}
}

// poison fills memory with NaN, so that what is not written shows.
func poison(n int) []float32 {
	x := Alloc(n)
	for i := range x {
		x[i] = float32(math.NaN())
	}
	return x
}

// blockedFrom and plainFrom change layouts, checking that padded lanes are zero.
func blockedFrom(w *Workspace, x []float32, s Shape) []float32 {
	b := poison(s.Len())
	Block(w, b, x, s)
	return b
}

func plainFrom(t *testing.T, w *Workspace, b []float32, s Shape) []float32 {
	t.Helper()
	for i, v := range b {
		if c := i/s.plane()%s.Blocks()*lane + i%lane; c >= s.C && v != 0 {
			t.Fatalf("padded lane of channel %d is %v", c, v)
		}
	}
	x := make([]float32, s.N*s.C*s.H*s.W)
	Unblock(w, x, b, s)
	return x
}

// inTiersBench runs a benchmark likewise.
func inTiersBench(b *testing.B, f func(b *testing.B, w *Workspace)) {
	for _, ti := range tiers() {
		b.Run(ti.name, func(b *testing.B) {
			pool := par.New(2)
			b.Cleanup(pool.Close)
			f(b, newWorkspace(pool, ti))
		})
	}
}
