package kernel

// FilmGrad is the gradient of y = Scale·x + Shift with coefficients
// (N, 16·Blocks): it computes dx = Scale·dy, and for each plane the sums Σ dy·x
// and Σ dy.
func FilmGrad(w *Workspace, dx, dy, x, scale []float32, g PrologueGrad, s Shape) {
	p := s.plane()
	w.planes(s, func(i, worker int) {
		w.tier.linearTerm(linearTerm{dst: dx[i*p:][:p], x: dy[i*p:][:p], coef: scale[i*lane:][:lane]})
		w.planeSums(worker, g.Scale[i*lane:][:lane], g.Shift[i*lane:][:lane], dy[i*p:][:p], x[i*p:][:p])
	})
}

// planeSums writes Σ d·x and Σ d over the pixels of a plane.
func (w *Workspace) planeSums(worker int, sumX, sum, d, x []float32) {
	products := w.of(worker, usePlane, len(d))
	w.tier.mul(products, d, x)
	clear(sumX)
	clear(sum)
	w.tier.sum(sumX, products)
	w.tier.sum(sum, d)
}
