package kernel

import "math"

// ReLU computes y = max(x, 0) on arrays of any layout.
func ReLU(w *Workspace, y, x []float32) {
	w.split(len(x), func(lo, hi int) {
		dst := y[lo:hi]
		for i, v := range x[lo:hi] {
			dst[i] = max(v, 0)
		}
	})
}

// ReLUGrad computes dx = dy where y > 0, and 0 elsewhere; y is the result of
// ReLU. Signs of random numbers cannot be predicted, so there is no branch: the
// bits of a positive y are a positive integer, whose negative is a mask of ones
// when shifted.
func ReLUGrad(w *Workspace, dx, dy, y []float32) {
	w.split(len(y), func(lo, hi int) {
		y := y[lo:hi]
		dst, g := dx[lo:hi][:len(y)], dy[lo:hi][:len(y)]
		for i, v := range y {
			mask := uint32(-int32(math.Float32bits(v)) >> 31)
			dst[i] = math.Float32frombits(math.Float32bits(g[i]) & mask)
		}
	})
}
