package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// rowShapes are (N,C) at and around whole blocks.
var rowShapes = [][2]int{{1, 1}, {3, 5}, {2, 16}, {4, 17}, {5, 48}, {7, 63}, {2, 64}, {3, 129}, {600, 40}, {9, 256}}

// eachRows runs a test on every shape and tier.
func eachRows(t *testing.T, f func(t *testing.T, w *Workspace, r *rand.Rand, n, c int)) {
	inTiers(t, func(t *testing.T, w *Workspace) {
		for _, s := range rowShapes {
			t.Run(fmt.Sprint(s), func(t *testing.T) { f(t, w, rand.New(rand.NewPCG(1, uint64(s[1]))), s[0], s[1]) })
		}
	})
}

func TestRows(t *testing.T) {
	eachRows(t, func(t *testing.T, w *Workspace, r *rand.Rand, n, c int) {
		a, b := random(r, n*c), random(r, n*c)
		product, sums, silu, grad := make([]float64, n*c), make([]float64, c), make([]float64, n*c), make([]float64, n*c)
		for i, v := range a {
			product[i] = float64(v) * float64(b[i])
			sums[i%c] += float64(v)
			silu[i] = naiveSiLU(float64(v))
			grad[i] = float64(b[i]) * naiveSiLUGrad(float64(v))
		}
		y, s := poison(n*c), poison(c)
		Mul(w, y, a, b)
		closeTo(t, "a·b", y, product, 1e-7)
		SumRows(w, s, a)
		closeTo(t, "Σ a", s, sums, 3e-6)
		SiLU(w, y, a)
		closeTo(t, "SiLU", y, silu, 1e-6)
		SiLUGrad(w, y, b, a)
		closeTo(t, "SiLU'", y, grad, 2e-6)
		Sum(w, y, [][]float32{a, b, a})
		w.scale(y, 3, w.tmp(0))
		for i := range product {
			product[i] = 3 * (2*float64(a[i]) + float64(b[i]))
		}
		closeTo(t, "3(a+b+a)", y, product, 1e-6)
	})
}

func TestSwiGLU(t *testing.T) {
	eachRows(t, func(t *testing.T, w *Workspace, r *rand.Rand, n, h int) {
		x, dy := random(r, 2*n*h), random(r, n*h)
		want, grad := make([]float64, n*h), make([]float64, 2*n*h)
		for i := range n {
			for k := range h {
				a, b, d := float64(x[i*2*h+k]), float64(x[i*2*h+h+k]), float64(dy[i*h+k])
				want[i*h+k] = naiveSiLU(a) * b
				grad[i*2*h+k] = d * b * naiveSiLUGrad(a)
				grad[i*2*h+h+k] = d * naiveSiLU(a)
			}
		}
		y, dx := poison(n*h), poison(2*n*h)
		SwiGLU(w, y, x, n)
		SwiGLUGrad(w, dx, dy, x, n)
		closeTo(t, "value", y, want, 1e-6)
		closeTo(t, "gradient", dx, grad, 1e-6)
	})
}

// TestLayerNorm has rows whose mean is large, where moments could cancel.
func TestLayerNorm(t *testing.T) {
	const eps = 1e-5
	eachRows(t, func(t *testing.T, w *Workspace, r *rand.Rand, n, c int) {
		x, film, dy := random(r, n*c), random(r, 2*n*c), random(r, n*c)
		for i := range x {
			x[i] += 30 * float32(i/c%3)
		}
		want, dx, df := make([]float64, n*c), make([]float64, n*c), make([]float64, 2*n*c)
		for i := range n {
			row, mean, m2 := x[i*c:][:c], 0.0, 0.0
			for _, v := range row {
				mean += float64(v) / float64(c)
			}
			for _, v := range row {
				m2 += (float64(v) - mean) * (float64(v) - mean)
			}
			inverse := 1 / math.Sqrt(m2/float64(c)+eps)
			var g, gx float64
			for k, v := range row {
				z, d, s := (float64(v)-mean)*inverse, float64(dy[i*c+k]), 1+float64(film[i*2*c+k])
				want[i*c+k] = s*z + float64(film[i*2*c+c+k])
				df[i*2*c+k], df[i*2*c+c+k] = d*z, d
				g += s * d / float64(c)
				gx += s * d * z / float64(c)
			}
			for k, v := range row {
				z, d, s := (float64(v)-mean)*inverse, float64(dy[i*c+k]), 1+float64(film[i*2*c+k])
				dx[i*c+k] = (s*d - g - z*gx) * inverse
			}
		}
		st := RowStats{Mean: poison(n), Inverse: poison(n)}
		y, gotX, gotF := poison(n*c), poison(n*c), poison(2*n*c)
		LayerNorm(w, y, x, film, st, eps)
		LayerNormGrad(w, gotX, gotF, dy, x, film, st)
		closeTo(t, "value", y, want, 1e-5)
		if c > 1 { // the gradient of a constant vanishes
			closeTo(t, "dx", gotX, dx, 1e-5)
		}
		closeTo(t, "dfilm", gotF, df, 1e-5)
	})
}

// TestSoftmaxGateFar has logits thousands apart, of which the largest must not
// overflow.
func TestSoftmaxGateFar(t *testing.T) {
	eachRows(t, func(t *testing.T, w *Workspace, r *rand.Rand, n, c int) {
		q, s, g := random(r, n*c), make([]float32, n*c), poison(n*c)
		for i := range q {
			q[i] *= 5000
		}
		SoftmaxGate(w, g, q, s, n, 2)
		for i := range n {
			sum, best := 0.0, 0
			for k, v := range g[i*c:][:c] {
				sum += float64(v)
				if q[i*c+k] > q[i*c+best] {
					best = k
				}
			}
			if !(math.Abs(sum-2) < 1e-5) || g[i*c+best] < 1 {
				t.Fatalf("row %d sums to %v, its largest has %v", i, sum, g[i*c+best])
			}
		}
	})
}

// TestSoftmaxGate compares with float64.
func TestSoftmaxGate(t *testing.T) {
	const scale = 5
	eachRows(t, func(t *testing.T, w *Workspace, r *rand.Rand, n, c int) {
		q, s, dg := random(r, n*c), random(r, n*c), random(r, n*c)
		for i := range q {
			q[i] *= 10 * float32(i/c%3)
		}
		g, dq, ds := make([]float64, n*c), make([]float64, n*c), make([]float64, n*c)
		var sizeQ, sizeS float64 // of the terms of dq and ds, which cancel where one slot has the whole weight
		for i := range n {
			at := i * c
			top, sum, dot := math.Inf(-1), 0.0, 0.0
			u := func(k int) float64 { return float64(q[at+k]) * (1 + float64(s[at+k])) }
			for k := range c {
				top = max(top, u(k))
			}
			for k := range c {
				sum += math.Exp(u(k) - top)
			}
			for k := range c {
				g[at+k] = scale * math.Exp(u(k)-top) / sum
				dot += g[at+k] * float64(dg[at+k])
			}
			for k := range c {
				du := g[at+k] * (float64(dg[at+k]) - dot/scale)
				dq[at+k], ds[at+k] = du*(1+float64(s[at+k])), du*float64(q[at+k])
				term := g[at+k] * float64(dg[at+k])
				sizeQ += math.Pow(term*(1+float64(s[at+k])), 2)
				sizeS += math.Pow(term*float64(q[at+k]), 2)
			}
		}
		got, gotQ, gotS := poison(n*c), poison(n*c), poison(n*c)
		SoftmaxGate(w, got, q, s, n, scale)
		SoftmaxGateGrad(w, gotQ, gotS, dg, got, q, s, n, scale)
		closeTo(t, "value", got, g, 1e-5)
		for _, v := range []struct {
			name string
			got  []float32
			want []float64
			size float64
		}{{"dq", gotQ, dq, sizeQ}, {"ds", gotS, ds, sizeS}} {
			e := 0.0
			for i, w := range v.want {
				e += math.Pow(float64(v.got[i])-w, 2)
			}
			if !(e <= 1e-11*v.size) {
				t.Errorf("%s: error %.3g of the terms, want at most 3e-6", v.name, math.Sqrt(e/v.size))
			}
		}
	})
}

// TestLinearLayer compares a layer and its gradients with naive loops.
func TestLinearLayer(t *testing.T) {
	inTiers(t, func(t *testing.T, w *Workspace) {
		r := rand.New(rand.NewPCG(5, 6))
		for _, c := range [][3]int{{1, 1, 1}, {3, 5, 7}, {4, 16, 32}, {130, 33, 20}, {2, 64, 128}, {300, 40, 70}} {
			n, in, out := c[0], c[1], c[2]
			x, weight, bias, dy := random(r, n*in), random(r, out*in), random(r, out), random(r, n*out)
			y, dx, dw, db := make([]float64, n*out), make([]float64, n*in), make([]float64, out*in), make([]float64, out)
			for i := range n {
				for o := range out {
					d := float64(dy[i*out+o])
					y[i*out+o] = float64(bias[o])
					db[o] += d
					for k := range in {
						y[i*out+o] += float64(x[i*in+k]) * float64(weight[o*in+k])
						dx[i*in+k] += d * float64(weight[o*in+k])
						dw[o*in+k] += d * float64(x[i*in+k])
					}
				}
			}
			l, err := NewLinear(w, n, in, out)
			if err != nil {
				t.Fatal(err)
			}
			gotY, gotX, gotW, gotB := poison(n*out), poison(n*in), poison(out*in), poison(out)
			gotZ, silu, residual := poison(n*out), make([]float64, n*out), random(r, n*out)
			for i, v := range y {
				silu[i] = naiveSiLU(v)
			}
			l.SetWeights(weight, bias)
			l.Forward(gotY, x, nil)
			l.BackwardData(gotX, dy, weight)
			l.BackwardWeights(gotW, gotB, dy, x)
			closeTo(t, "y", gotY, y, 1e-6)
			l.ForwardSiLU(gotY, gotZ, x)
			closeTo(t, "z", gotZ, y, 1e-6)
			closeTo(t, "SiLU(z)", gotY, silu, 1e-6)
			l.ForwardSiLU(gotY, gotY, x)
			closeTo(t, "SiLU in place", gotY, silu, 1e-6)
			l.Forward(gotY, x, residual)
			for i, v := range residual {
				y[i] += float64(v)
			}
			closeTo(t, "y + residual", gotY, y, 1e-6)
			closeTo(t, "dx", gotX, dx, 1e-6)
			closeTo(t, "dw", gotW, dw, 1e-6)
			closeTo(t, "db", gotB, db, 1e-6)
		}
		for _, c := range [][3]int{{0, 1, 1}, {1, 0, 1}, {1, 1, -1}, {1, 1 << 20, 1 << 20}, {1 << 20, 1 << 20, 1}} {
			if _, err := NewLinear(w, c[0], c[1], c[2]); err == nil {
				t.Errorf("%v is taken", c)
			}
		}
	})
}

// BenchmarkRows reports values a second for the sizes of a gated network.
func BenchmarkRows(b *testing.B) {
	const n, c = 512, 256
	inTiersBench(b, func(b *testing.B, w *Workspace) {
		r := rand.New(rand.NewPCG(1, 2))
		x, film, y, wide := random(r, n*c), random(r, 2*n*c), random(r, n*c), random(r, 2*n*c)
		st := RowStats{Mean: make([]float32, n), Inverse: make([]float32, n)}
		sums := make([]float32, c)
		other := random(r, n*c)
		for _, k := range []struct {
			name string
			f    func()
		}{
			{"mul", func() { Mul(w, y, x, other) }},
			{"sumRows", func() { SumRows(w, sums, x) }},
			{"silu", func() { SiLU(w, y, x) }},
			{"swiglu", func() { SwiGLU(w, y, film, n) }},
			{"swigluGrad", func() { SwiGLUGrad(w, wide, x, film, n) }},
			{"layerNorm", func() { LayerNorm(w, y, x, film, st, 1e-5) }},
			{"layerNormGrad", func() { LayerNormGrad(w, y, wide, other, x, film, st) }},
			{"softmaxGate", func() { SoftmaxGate(w, y, x, other, n, 16) }},
			{"softmaxGateGrad", func() { SoftmaxGateGrad(w, wide[:n*c], wide[n*c:], other, y, x, other, n, 16) }},
		} {
			b.Run(k.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					k.f()
				}
				b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/(n*c)*1e9, "ns/value")
			})
		}
	})
}
