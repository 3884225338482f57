package eval

// shrink moves a sample covariance (d,d) of n Gaussian samples towards the
// multiple of the identity with the same trace, in place,
//
//	C ← (1-ρ)·C + ρ·(tr C/d)·I,  ρ = min(1, (a + μ²)/((n+1)(a - μ²/d)))
//
// with a = ‖C‖²_F/d² and μ = tr C/d, and returns ρ. This is the oracle approximating
// shrinkage of Chen, Wiesel, Eldar and Hero (IEEE Transactions on Signal
// Processing, 2010) for large d, which comes close to the least mean square
// error. It matters where there are few samples for each dimension.
func shrink(cov []float64, d, n int) float64 {
	trace, square := 0.0, 0.0
	for i := range d {
		trace += cov[i*d+i]
	}
	for _, v := range cov {
		square += v * v
	}
	dim := float64(d)
	mu, alpha := trace/dim, square/(dim*dim)
	rho := 1.0
	if rest := alpha - mu*mu/dim; rest > 0 {
		rho = min(1, (alpha+mu*mu)/(float64(n+1)*rest))
	}
	for i := range cov {
		cov[i] *= 1 - rho
	}
	for i := range d {
		cov[i*d+i] += rho * mu
	}
	return rho
}
