package kernel

// Rescale computes y = factor·x + shift on plain arrays.
func Rescale(w *Workspace, y, x []float32, factor, shift float32) {
	w.rows(len(x), 1, func(lo, hi int, t tmp) {
		n := (hi - lo) &^ (lane - 1)
		if n > 0 {
			for k := range lane {
				t[k], t[lane+k] = factor, shift
			}
			w.tier.linearTerm(linearTerm{dst: y[lo:][:n], x: x[lo:][:n], coef: t[:lane], constant: t[lane:][:lane]})
		}
		for i := lo + n; i < hi; i++ {
			y[i] = factor*x[i] + shift
		}
	})
}
