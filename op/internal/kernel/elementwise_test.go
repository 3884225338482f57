package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/condmean/condmean/internal/par"
)

var shapes = []Shape{{1, 1, 1, 1}, {2, 16, 3, 5}, {3, 17, 1, 7}, {1, 33, 4, 4}, {4, 8, 1, 1}, {2, 48, 2, 9}}

// TestSiLUAccuracy sweeps the function and its derivative over the range of float32,
// subnormal numbers included, densely where they bend and through all exponents: 6e-7
// relative for SiLU, but for what is below 1e-35, and 1.5e-6 absolute for the derivative.
// NaN stays NaN. At +∞ SiLU is +∞; at -∞ it is its limit or NaN, and so is the
// derivative at both.
func TestSiLUAccuracy(t *testing.T) {
	var xs []float32
	for x := -104.0; x <= 104; x += 1.0 / 1024 {
		xs = append(xs, float32(x))
	}
	const step = 8191 // so that all low bits come
	for b := uint64(0); b < 1<<32; b += step {
		if x := math.Float32frombits(uint32(b)); math.Abs(float64(x)) <= math.MaxFloat32 {
			xs = append(xs, x)
		}
	}
	for _, edge := range []float32{-87, 87, -88.72283, 88.72283, -100, 100} {
		xs = append(xs, edge, math.Nextafter32(edge, 0), math.Nextafter32(edge, 2*edge))
	}
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	xs = append(xs, math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, 0x1p-126, -0x1p-126, 0, float32(math.Copysign(0, -1)),
		math.MaxFloat32, -math.MaxFloat32, inf, -inf, nan, -nan)
	for len(xs)%(7*lane) != 0 { // pixels that are not a multiple of those taken together
		xs = append(xs, 0)
	}
	inTiers(t, func(t *testing.T, w *Workspace) {
		y, d := poison(len(xs)), make([]float32, len(xs))
		w.tier.affineSiLU(affineRows{dst: y, src: xs, scale: ones[:], shift: zeros[:], rows: 1, width: len(xs) / lane})
		for i := range d {
			d[i] = 1
		}
		sums := make([]float32, 2*lane)
		w.tier.siluGrad(siluGrad{g: d, x: xs, scale: ones[:], shift: zeros[:], sumX: sums[:lane], sum: sums[lane:]})
		var worst, worstGrad float64
		for i, x := range xs {
			v, g := float64(y[i]), float64(d[i])
			switch {
			case x != x:
				if v == v || g == g {
					t.Fatalf("SiLU(NaN) = %v, SiLU'(NaN) = %v", v, g)
				}
			case math.IsInf(float64(x), 0):
				limit, slope := math.Inf(1), 1.0
				if x < 0 {
					limit, slope = 0, 0
				}
				if !(v == limit || x < 0 && (math.IsNaN(v) || math.Abs(v) <= 1e-35)) || !(math.IsNaN(g) || math.Abs(g-slope) <= 1.5e-6) {
					t.Fatalf("SiLU(%v) = %v, SiLU'(%v) = %v", x, v, x, g)
				}
			default:
				want, wantGrad := naiveSiLU(float64(x)), naiveSiLUGrad(float64(x))
				if math.Abs(want) > 1e-35 {
					worst = max(worst, math.Abs(v-want)/math.Abs(want))
				}
				worstGrad = max(worstGrad, math.Abs(g-wantGrad))
				if !(math.Abs(v-want) <= 6e-7*math.Abs(want)+1e-35) {
					t.Fatalf("SiLU(%v) = %v, want %v", x, v, want)
				}
				if !(math.Abs(g-wantGrad) <= 1.5e-6) {
					t.Fatalf("SiLU'(%v) = %v, want %v", x, g, wantGrad)
				}
			}
		}
		t.Logf("largest errors at %d numbers: SiLU %.2g relative, SiLU' %.2g", len(xs), worst, worstGrad)
	})
}

func TestActivate(t *testing.T) {
	inTiers(t, func(t *testing.T, w *Workspace) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, s := range shapes {
			hw := s.H * s.W
			x, dy := random(r, s.N*s.C*hw), random(r, s.N*s.C*hw)
			scale, shift, mask := random(r, s.N*s.C), random(r, s.N*s.C), random(r, s.N*s.C)
			pre := Prologue{Scale: lanesOf(s, scale), Shift: lanesOf(s, shift), Mask: lanesOf(s, mask)}
			want, grad := make([]float64, len(x)), make([]float64, len(x))
			sumX, sum := make([]float64, s.N*s.C), make([]float64, s.N*s.C)
			for i := range x {
				k := i / hw
				z := float64(scale[k])*float64(x[i]) + float64(shift[k])
				want[i] = float64(mask[k]) * naiveSiLU(z)
				grad[i] = float64(dy[i]) * float64(mask[k]) * naiveSiLUGrad(z)
				sumX[k] += grad[i] * float64(x[i])
				sum[k] += grad[i]
			}
			bx, y := blockedFrom(w, x, s), poison(s.Len())
			Activate(w, y, bx, pre, s)
			closeTo(t, "value", plainFrom(t, w, y, s), want, 1e-6)
			g := &PrologueGrad{Scale: poison(s.N * s.Blocks() * lane), Shift: poison(s.N * s.Blocks() * lane)}
			ActivateGrad(w, y, blockedFrom(w, dy, s), bx, pre, g, s)
			closeTo(t, "gradient", plainFrom(t, w, y, s), grad, 2e-6)
			closeTo(t, "Σ dz·x", unlanes(t, s, g.Scale), sumX, 1e-5)
			closeTo(t, "Σ dz", unlanes(t, s, g.Shift), sum, 1e-5)
		}
	})
}

func TestAccumulate(t *testing.T) {
	inTiers(t, func(t *testing.T, w *Workspace) {
		r := rand.New(rand.NewPCG(3, 4))
		for _, s := range shapes {
			for terms := 1; terms <= 3; terms++ {
				hw := s.H * s.W
				want := make([]float64, s.N*s.C*hw)
				var list []Term
				for i := range terms {
					x := random(r, len(want))
					term := Term{X: blockedFrom(w, x, s)}
					coef := random(r, s.N*s.C)
					if i != 1 {
						term.Coef = lanesOf(s, coef)
					}
					for k := range want {
						f := 1.0
						if i != 1 {
							f = float64(coef[k/hw])
						}
						want[k] += f * float64(x[k])
					}
					list = append(list, term)
				}
				var constant []float32
				if terms != 2 {
					constant = random(r, s.N*s.C)
					for k := range want {
						want[k] += float64(constant[k/hw])
					}
					constant = lanesOf(s, constant)
				}
				dst := poison(s.Len())
				Accumulate(w, dst, list, constant, s)
				closeTo(t, fmt.Sprint(terms, " terms"), plainFrom(t, w, dst, s), want, 1e-6)
			}
		}
	})
}

// TestMomentsOffset checks that a large mean does not spoil the variance.
func TestMomentsOffset(t *testing.T) {
	inTiers(t, func(t *testing.T, w *Workspace) {
		r := rand.New(rand.NewPCG(5, 6))
		s := Shape{1, 16, 9, 11}
		x := random(r, 16*99)
		for i := range x {
			x[i] = x[i]*0.01 + 100
		}
		mean, m2 := make([]float64, 16), make([]float64, 16)
		for i, v := range x {
			mean[i/99] += float64(v) / 99
		}
		for i, v := range x {
			d := float64(v) - mean[i/99]
			m2[i/99] += d * d
		}
		m := Moments{Mean: poison(16), M2: poison(16)}
		PlaneMoments(w, m, blockedFrom(w, x, s), s)
		closeTo(t, "mean", m.Mean, mean, 1e-6)
		closeTo(t, "squares", m.M2, m2, 1e-4)
	})
}

func TestLoss(t *testing.T) {
	inTiers(t, func(t *testing.T, w *Workspace) {
		r := rand.New(rand.NewPCG(7, 8))
		const n, dim = 5, 7
		pred, target, weight := random(r, n*dim), random(r, n*dim), []float32{1, 2, 0, 0.5, 3}
		pred[3] = target[3] // where |·| has no derivative, torch takes 0
		for _, kind := range []LossKind{MSE, L1} {
			want, grad := 0.0, make([]float64, n*dim)
			for i := range pred {
				d, f := float64(pred[i])-float64(target[i]), float64(weight[i/dim])/(n*dim)
				if kind == MSE {
					want += f * d * d
					grad[i] = 3 * 2 * f * d
				} else {
					want += f * math.Abs(d)
					if d != 0 {
						grad[i] = 3 * f * d / math.Abs(d)
					}
				}
			}
			if got := Loss(w, kind, pred, target, weight, n, n); math.Abs(got-want) > 1e-12 {
				t.Errorf("loss %v, want %v", got, want)
			}
			g := poison(n * dim)
			LossGrad(w, kind, g, pred, target, weight, n, n, 3)
			closeTo(t, "gradient", g, grad, 1e-6)
		}
	})
}

func BenchmarkAffineSiLU(b *testing.B) {
	benchmarkElementwise(b, func(w *Workspace, y, x []float32, pre Prologue, s Shape) { Activate(w, y, x, pre, s) })
}

func BenchmarkActivateGrad(b *testing.B) {
	benchmarkElementwise(b, func(w *Workspace, y, x []float32, pre Prologue, s Shape) { ActivateGrad(w, y, x, x, pre, nil, s) })
}

func BenchmarkAccumulate(b *testing.B) {
	benchmarkElementwise(b, func(w *Workspace, y, x []float32, pre Prologue, s Shape) {
		Accumulate(w, y, []Term{{Coef: pre.Scale, X: x}, {X: x}}, pre.Shift, s)
	})
}

func BenchmarkPlaneMoments(b *testing.B) {
	benchmarkElementwise(b, func(w *Workspace, y, x []float32, pre Prologue, s Shape) {
		PlaneMoments(w, Moments{pre.Scale, pre.Shift}, x, s)
	})
}

// benchmarkElementwise reports the bytes of one activation that pass each second.
func benchmarkElementwise(b *testing.B, f func(w *Workspace, y, x []float32, pre Prologue, s Shape)) {
	for _, ti := range tiers() {
		b.Run(ti.name, func(b *testing.B) {
			pool := par.New(2)
			defer pool.Close()
			w := newWorkspace(pool, ti)
			r := rand.New(rand.NewPCG(1, 2))
			s := Shape{16, 16, 28, 28}
			x, y := random(r, s.Len()), Alloc(s.Len())
			pre := Prologue{Scale: random(r, s.N*lane), Shift: random(r, s.N*lane)}
			b.SetBytes(int64(4 * s.Len()))
			for b.Loop() {
				f(w, y, x, pre, s)
			}
		})
	}
}

// All tiers take bitwise the same step of Adam, whatever the length.
func TestAdam(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	c := AdamCoefs{By: 0.7, L2: 0.01, Keep: 0.999, Rest1: 0.1, Beta2: 0.999, Rest2: 0.001, Rate: 1e-3, Root2: 0.3, Eps: 1e-8}
	for _, n := range []int{1, 15, 16, 17, 100, 8192} {
		p, g, m, v := random(r, n), random(r, n), random(r, n), random(r, n)
		for i := range v {
			v[i] *= v[i]
		}
		want := [][]float32{slices.Clone(p), g, slices.Clone(m), slices.Clone(v)}
		AdamGeneric(want[0], want[1], want[2], want[3], c)
		inTiers(t, func(t *testing.T, w *Workspace) {
			got := [][]float32{slices.Clone(p), g, slices.Clone(m), slices.Clone(v)}
			w.Adam(got[0], got[1], got[2], got[3], c)
			for k, name := range []string{"parameters", "gradients", "m", "v"} {
				if !slices.Equal(got[k], want[k]) {
					t.Errorf("%d %s differ from the portable loop's", n, name)
				}
			}
		})
	}
}
