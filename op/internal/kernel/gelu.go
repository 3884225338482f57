package kernel

import "math"

// GELU computes y = x·Φ(x) on plain arrays.
func GELU(w *Workspace, y, x []float32) {
	w.split(len(x), func(lo, hi int) {
		for i, v := range x[lo:hi] {
			y[lo+i] = float32(float64(v) * normalCDF(float64(v)))
		}
	})
}

// GELUGrad computes dx = dy·(Φ(x) + x·φ(x)) on plain arrays.
func GELUGrad(w *Workspace, dx, dy, x []float32) {
	w.split(len(x), func(lo, hi int) {
		for i, v := range x[lo:hi] {
			z := float64(v)
			dx[lo+i] = float32(float64(dy[lo+i]) * (normalCDF(z) + z*math.Exp(-z*z/2)/math.Sqrt(2*math.Pi)))
		}
	})
}

// normalCDF is Φ(x), to full precision in its lower tail as well.
func normalCDF(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
