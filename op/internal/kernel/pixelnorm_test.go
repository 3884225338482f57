package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestPixelNorm has pixels whose channels have a large mean, which moments could
// lose.
func TestPixelNorm(t *testing.T) {
	inTiers(t, func(t *testing.T, w *Workspace) {
		r := rand.New(rand.NewPCG(5, 6))
		for _, s := range append(shapes, Shape{2, 20, 12, 13}) {
			for _, p := range []PixelNorm{{true, 1e-12}, {false, 1e-5}} {
				hw := s.H * s.W
				x, dy, gain := random(r, s.N*s.C*hw), random(r, s.N*s.C*hw), random(r, s.C)
				want, dx, dg := make([]float64, len(x)), make([]float64, len(x)), make([]float64, s.C)
				for i := range s.N * hw {
					at := func(c int) int { return (i/hw*s.C+c)*hw + i%hw }
					mean, v, inverse, u, uz := 0.0, 0.0, 0.0, 0.0, 0.0
					if !p.RMS {
						for c := range s.C {
							x[at(c)] += 10
							mean += float64(x[at(c)]) / float64(s.C)
						}
					}
					for c := range s.C {
						v += math.Pow(float64(x[at(c)])-mean, 2) / float64(s.C)
					}
					inverse = 1 / math.Sqrt(v+p.Eps)
					if p.RMS {
						inverse = 1 / math.Sqrt(v)
					}
					z := make([]float64, s.C)
					for c := range s.C {
						z[c] = (float64(x[at(c)]) - mean) * inverse
						want[at(c)] = float64(gain[c]) * z[c]
						d := float64(dy[at(c)])
						dg[c] += d * z[c]
						u += d * float64(gain[c]) / float64(s.C)
						uz += d * float64(gain[c]) * z[c] / float64(s.C)
					}
					if p.RMS {
						u = 0
					}
					for c := range s.C {
						dx[at(c)] = (float64(dy[at(c)])*float64(gain[c]) - u - z[c]*uz) * inverse
					}
				}
				g := make([]float32, s.Blocks()*lane)
				copy(g, gain)
				bx, y, gotG := blockedFrom(w, x, s), poison(s.Len()), poison(len(g))
				p.Forward(w, y, bx, g, s)
				closeTo(t, "value", plainFrom(t, w, y, s), want, 1e-5)
				p.Backward(w, y, gotG, blockedFrom(w, dy, s), bx, g, s)
				if s.C > 2 { // the gradient of few channels vanishes
					closeTo(t, "dx", plainFrom(t, w, y, s), dx, 2e-5)
				}
				if s.C > 1 || p.RMS {
					closeTo(t, "dgain", gotG[:s.C], dg, 2e-5)
				}
			}
		}
	})
}
