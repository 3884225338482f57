package kernel

// FilmGrad is the gradient of y = Scale·x + Shift with coefficients
// (N, 16·Blocks): it computes dx = Scale·dy, and for each plane the sums Σ dy·x
// and Σ dy.
func FilmGrad(w *Workspace, dx, dy, x, scale []float32, g PrologueGrad, s Shape) {
	p := s.plane()
	w.pool.Do(s.N*s.Blocks(), func(i, _ int) {
		w.tier.linearTerm(linearTerm{dst: dx[i*p:][:p], x: dy[i*p:][:p], coef: scale[i*lane:][:lane]})
		var sumX, sum [lane]float32
		d, x := dy[i*p:][:p], x[i*p:][:p]
		for len(d) >= lane && len(x) >= lane {
			for k, v := range d[:lane] {
				sumX[k] += v * x[k]
				sum[k] += v
			}
			d, x = d[lane:], x[lane:]
		}
		copy(g.Scale[i*lane:][:lane], sumX[:])
		copy(g.Shift[i*lane:][:lane], sum[:])
	})
}
