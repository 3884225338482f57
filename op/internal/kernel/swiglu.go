package kernel

// SwiGLU computes y (N,H) = SiLU(a)·b, where a and b are the halves of the rows
// of x (N,2H).
func SwiGLU(w *Workspace, y, x []float32, n int) {
	h := len(y) / n
	w.rows(n, 2*h, func(lo, hi int, _ tmp) {
		for i := lo; i < hi; i++ {
			row := x[i*2*h:][:2*h]
			w.tier.swiglu(y[i*h:][:h], row[:h], row[h:])
		}
	})
}

// SwiGLUGrad computes dx (N,2H) from dy (N,H).
func SwiGLUGrad(w *Workspace, dx, dy, x []float32, n int) {
	h := len(dy) / n
	w.rows(n, 2*h, func(lo, hi int, _ tmp) {
		for i := lo; i < hi; i++ {
			d, row := dx[i*2*h:][:2*h], x[i*2*h:][:2*h]
			w.tier.swigluGrad(d[:h], d[h:], dy[i*h:][:h], row[:h], row[h:])
		}
	})
}

// swigluGeneric is the reference of tier.swiglu.
func swigluGeneric(y, a, b []float32) {
	for i, v := range a {
		y[i] = v * sigmoid(v) * b[i]
	}
}

// swigluGradGeneric is the reference of tier.swigluGrad.
func swigluGradGeneric(da, db, dy, a, b []float32) {
	for i, v := range a {
		s := sigmoid(v)
		da[i] = dy[i] * b[i] * (s * (1 + v*(1-s)))
		db[i] = dy[i] * (v * s)
	}
}
