package kernel

// ReLU computes y = max(x, 0) on arrays of any layout.
func ReLU(w *Workspace, y, x []float32) {
	w.split(len(x), func(lo, hi int) {
		dst := y[lo:hi]
		for i, v := range x[lo:hi] {
			dst[i] = max(v, 0)
		}
	})
}

// ReLUGrad computes dx = dy where y > 0, and 0 elsewhere; y is the result of ReLU.
func ReLUGrad(w *Workspace, dx, dy, y []float32) {
	w.split(len(y), func(lo, hi int) {
		dst, g := dx[lo:hi], dy[lo:hi]
		for i, v := range y[lo:hi] {
			d := float32(0)
			if v > 0 {
				d = g[i]
			}
			dst[i] = d
		}
	})
}
