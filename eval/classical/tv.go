package classical

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// TV writes the image of least total variation near y: it minimises
//
//	‖∇x‖₁ + ‖x-y‖²/(2λ)
//
// by Chambolle's projections, with λ = 0.7·σ·√(1 + σ²/v), v the variance of the
// channel without the noise's: what the noise hides calls for smoothing beyond
// the noise itself.
func TV(dst, y []float64, shape [3]int, sigma float64) {
	check(dst, y, shape)
	n := shape[1] * shape[2]
	for first := 0; first < len(y); first += n {
		x := y[first:][:n]
		chambolle(dst[first:][:n], grid{shape[1], shape[2], x}, tvLambda(x, sigma))
	}
}

// tvLambda is nearly the best λ for photographs and drawn digits at SNRs from
// -10 to 20 dB.
func tvLambda(y []float64, sigma float64) float64 {
	if !(sigma > 0) {
		return 0
	}
	v := sigma * sigma
	return tvWeight * sigma * math.Sqrt(1+v/max(stat.PopVariance(y, nil)-v, tvLeast*v))
}

const (
	tvWeight     = 0.7  // λ/σ at high SNR
	tvLeast      = 0.01 // SNR that is taken for sure
	tvTolerance  = 2e-4 // change of the energy, relative to that at the start, which ends the iteration
	tvIterations = 200  // at most
	tvStep       = 0.25 // of the projected gradient, 1/(2·axes)
)

// chambolle writes min ‖∇x‖₁ + ‖x-y‖²/(2·weight), found as x = y - div p by
// iterating p ← (p - τ∇x)/(1 + τ‖∇x‖/weight).
func chambolle(x []float64, y grid, weight float64) {
	copy(x, y.x)
	if !(weight > 0) {
		return
	}
	h, w := y.h, y.w
	down, right := make([]float64, len(x)), make([]float64, len(x)) // p along the two axes
	start, last := 0.0, 0.0
	for i := range tvIterations {
		energy, variation := 0.0, 0.0
		if i > 0 {
			for r, k := 0, 0; r < h; r++ {
				for c := 0; c < w; c, k = c+1, k+1 {
					d := -down[k] - right[k]
					if r > 0 {
						d += down[k-w]
					}
					if c > 0 {
						d += right[k-1]
					}
					x[k] = y.x[k] + d
					energy += d * d
				}
			}
		}
		for r, k := 0, 0; r < h; r++ {
			for c := 0; c < w; c, k = c+1, k+1 {
				gd, gr := 0.0, 0.0
				if r < h-1 {
					gd = x[k+w] - x[k]
				}
				if c < w-1 {
					gr = x[k+1] - x[k]
				}
				norm := math.Sqrt(gd*gd + gr*gr)
				variation += norm
				by := 1 / (1 + tvStep/weight*norm)
				down[k] = (down[k] - tvStep*gd) * by
				right[k] = (right[k] - tvStep*gr) * by
			}
		}
		energy += weight * variation
		if i == 0 {
			start = energy
		} else if math.Abs(last-energy) < tvTolerance*start {
			return
		}
		last = energy
	}
}
