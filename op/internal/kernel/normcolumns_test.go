package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// refNorm is a norm over the batch of one channel by its definition: the affine map
// of each plane from its moments and scale-shift, and μ and V.
func refNorm(mean, m2, s, b []float64, gamma, beta, pixels, eps float64) (A, B []float64, mu, v float64) {
	planes := float64(len(mean))
	for n, m := range mean {
		mu += ((1+s[n])*m + b[n]) / planes
	}
	for n, m := range mean {
		z := (1+s[n])*m + b[n] - mu
		v += ((1+s[n])*(1+s[n])*m2[n]/pixels + z*z) / planes
	}
	for n := range mean {
		a := gamma / math.Sqrt(v+eps)
		A, B = append(A, a*(1+s[n])), append(B, a*(b[n]-mu)+beta)
	}
	return A, B, mu, v
}

// TestNormColumns compares norms over the batch with their definition, and their
// gradients with differences of it, on channels among others that stay as they are.
func TestNormColumns(t *testing.T) {
	const eps, pixels = 1e-5, 6
	inTiers(t, func(t *testing.T, w *Workspace) {
		r := rand.New(rand.NewPCG(11, 12))
		for i := range 40 {
			samples, width, first, film := 1+r.IntN(9), 1+r.IntN(lane), lane*r.IntN(2), i%2 == 1
			if i%4 < 2 {
				width = lane
			}
			channels := first + 2*lane
			row, filmRow := channels, 2*channels+r.IntN(3)
			array := func(stride int, write bool) []float32 {
				if write {
					return poison(samples * stride)
				}
				return random(r, samples*stride)
			}
			mean, m2, da, db := array(row, false), array(row, false), array(row, false), array(row, false)
			for k, x := range m2 {
				m2[k] = x * x
			}
			x, grad := array(filmRow, false), array(filmRow, true)
			in, out := Film{x[first:], x[channels+first:], filmRow}, Film{grad[first:], grad[channels+first:], filmRow}
			if !film {
				clear(x)
				in, out = Film{}, Film{}
			}
			gamma, beta := wide(random(r, width)), wide(random(r, width))
			a, b, dm, dM2 := array(row, true), array(row, true), array(row, true), array(row, true)

			c := NewNormColumns(w, samples, width, row, pixels)
			n := func() []float64 { return make([]float64, width) }
			mu, v, factor, offset := n(), n(), n(), n()
			c.Means(mu, mean[first:], m2[first:], in)
			for k := range mu {
				mu[k] /= float64(samples)
			}
			c.Squares(v, mu)
			for k := range v {
				v[k] /= float64(samples) * pixels
				factor[k] = gamma[k] / math.Sqrt(v[k]+eps)
				offset[k] = beta[k] - factor[k]*mu[k]
			}
			c.Affine(a[first:], b[first:], factor, offset, in)
			sum, sum2, dMu, dV := n(), n(), n(), n()
			c.AffineGrad(sum, sum2, da[first:], db[first:], factor, mu, in, out)
			for k := range dMu {
				dMu[k] = -sum[k] * factor[k] / float64(samples)
				dV[k] = -sum2[k] * factor[k] / (v[k] + eps) / 2 / (float64(samples) * pixels)
			}
			c.MomentsGrad(dm[first:], dM2[first:], mean[first:], m2[first:], dMu, dV, in, out)

			pick := func(x []float32, stride, at int) (y []float64) {
				for n := range samples {
					y = append(y, float64(x[n*stride+at]))
				}
				return y
			}
			narrow := func(x []float64) (y []float32) {
				for _, v := range x {
					y = append(y, float32(v))
				}
				return y
			}
			for k := range width {
				at := first + k
				args := [][]float64{pick(mean, row, at), pick(m2, row, at), pick(x, filmRow, at), pick(x, filmRow, channels+at), {gamma[k]}, {beta[k]}}
				value := func() (A, B []float64, mu, v float64) {
					return refNorm(args[0], args[1], args[2], args[3], args[4][0], args[5][0], pixels, eps)
				}
				A, B, wantMu, wantV := value()
				closeTo(t, "A", narrow(pick(a, row, at)), A, 1e-6)
				closeTo(t, "B", narrow(pick(b, row, at)), B, 1e-6)
				if math.Abs(mu[k]-wantMu) > 1e-12*(1+math.Abs(wantMu)) || math.Abs(v[k]-wantV) > 1e-12*(1+wantV) {
					t.Errorf("μ and V are %v and %v, want %v and %v", mu[k], v[k], wantMu, wantV)
				}
				dA, dB := pick(da, row, at), pick(db, row, at)
				difference := func(arg, n int) float64 {
					loss := func() (l float64) {
						A, B, _, _ := value()
						for i := range A {
							l += dA[i]*A[i] + dB[i]*B[i]
						}
						return l
					}
					p := &args[arg][n]
					was := *p
					h := 1e-5 * max(1, math.Abs(was))
					*p = was + h
					up := loss()
					*p = was - h
					down := loss()
					*p = was
					return (up - down) / (2 * h)
				}
				got := [][]float64{pick(dm, row, at), pick(dM2, row, at), nil, nil, {sum2[k] / math.Sqrt(v[k]+eps)}, {sum[k]}}
				if film {
					got[2], got[3] = pick(grad, filmRow, at), pick(grad, filmRow, channels+at)
				}
				if samples == 1 && wantV < .05 {
					continue // too steep for differences
				}
				for arg, g := range got {
					var want []float64
					for n := range g {
						want = append(want, difference(arg, n))
					}
					scale := 0.
					for _, x := range want {
						scale += x * x
					}
					if scale > 1e-8 {
						closeTo(t, [...]string{"mean", "M2", "scale", "shift", "γ", "β"}[arg], narrow(g), want, 1e-4)
					}
				}
			}
			// Channels on either side are untouched.
			for _, x := range [][]float32{a, b, dm, dM2} {
				for i, v := range x {
					if at := i % row; (at < first || at >= first+width) && !math.IsNaN(float64(v)) {
						t.Fatalf("channel %d of [%d,%d) is written", at, first, first+width)
					}
				}
			}
		}
	})
}
