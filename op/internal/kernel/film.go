package kernel

// FilmGrad is the gradient of y = Scale·x + Shift with coefficients
// (N, 16·Blocks): it computes dx = Scale·dy, and for each plane the sums Σ dy·x
// and Σ dy.
func FilmGrad(w *Workspace, dx, dy, x, scale []float32, g PrologueGrad, s Shape) {
	p := s.plane()
	w.pool.Do(s.N*s.Blocks(), func(i, _ int) {
		w.tier.linearTerm(linearTerm{dst: dx[i*p:][:p], x: dy[i*p:][:p], coef: scale[i*lane:][:lane]})
		planeSums(g.Scale[i*lane:][:lane], g.Shift[i*lane:][:lane], dy[i*p:][:p], x[i*p:][:p])
	})
}

// planeSums writes Σ d·x and Σ d over the pixels of a plane.
func planeSums(sumX, sum, d, x []float32) {
	var a, b [lane]float32
	for len(d) >= lane && len(x) >= lane {
		for k, v := range d[:lane] {
			a[k] += v * x[k]
			b[k] += v
		}
		d, x = d[lane:], x[lane:]
	}
	copy(sumX, a[:])
	copy(sum, b[:])
}
