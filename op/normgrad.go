package op

// backward computes all gradients of a normalisation from those of A and B.
func (m *normMath) backward(g normGrads, dA, dB []float32, in normInputs) error {
	if m.cp > m.c || m.running {
		clear(g.dm)
		clear(g.dM2)
	}
	first := stage{func(r channels) {
		r.backwardAffine(g, dA, dB, in)
		for c := r.first; c < r.end; c++ {
			g.gamma[c], g.beta[c] = float32(m.dgamma[c]), float32(m.dbeta[c])
		}
	}, m.dstats}
	if m.running {
		m.split(first.work)
		return nil
	}
	return m.run(first, stage{func(r channels) { r.backwardPlanes(g, in) }, nil})
}

// backwardAffine adds up the gradients of γ, β, μ and V, and writes those of the
// scale-shift but for what passes through μ and V.
func (r channels) backwardAffine(g normGrads, dA, dB []float32, in normInputs) {
	m := r.m
	if m.columns != nil {
		r.columnAffineGrad(g, dA, dB, in)
		return
	}
	r.eachSets(func(lo, hi int) {
		clear(m.dmean[lo:hi])
		clear(m.dv[lo:hi])
	})
	clear(m.dgamma[r.first:r.end])
	clear(m.dbeta[r.first:r.end])
	r.each(func(n int) {
		r.backwardFilm(n, g, r.lanes(dA, n), r.lanes(dB, n), in)
		r.backwardStatistics(n, r.lanes(dA, n), r.lanes(dB, n), in)
	})
}

// backwardPlanes turns the gradients of μ and V into what each plane and each value
// has of them, and passes them on to the moments.
func (r channels) backwardPlanes(g normGrads, in normInputs) {
	m := r.m
	r.eachSets(func(lo, hi int) {
		for i := lo; i < hi; i++ {
			m.dmean[i] /= float64(m.planes)
			m.dv[i] /= float64(m.planes * m.Pixels)
		}
	})
	if m.columns != nil {
		r.columnMomentsGrad(g, in)
		return
	}
	r.each(func(n int) { r.backwardMoments(n, g, in) })
}

// backwardFilm writes the gradients of the scale-shift of sample n, but for what
// passes through μ and V.
func (r channels) backwardFilm(n int, g normGrads, dA, dB []float32, in normInputs) {
	ds, db := r.film(g.film, n)
	gamma, beta := in.gamma[r.first:r.end], in.beta[r.first:r.end]
	mu, inv := r.of(r.m.mean, n), r.of(r.m.inv, n)
	for c := range db {
		i := r.set[c]
		a := float64(gamma[c]) * inv[i]
		scale, shift := float64(dA[c])*a, float64(dB[c])
		if r.m.After {
			scale += shift * (float64(beta[c]) - a*mu[i])
		} else {
			shift *= a
		}
		db[c] = float32(shift)
		if ds != nil {
			ds[c] = float32(scale)
		}
	}
}

// backwardStatistics adds what sample n has of the gradients of γ, β, μ and V.
func (r channels) backwardStatistics(n int, dA, dB []float32, in normInputs) {
	m := r.m
	s, b := r.before(in, n)
	k, _ := r.after(in, n)
	mu, inv, dmean, dv := r.of(m.mean, n), r.of(m.inv, n), r.of(m.dmean, n), r.of(m.dv, n)
	gamma, dgamma, dbeta := in.gamma[r.first:r.end], m.dgamma[r.first:r.end], m.dbeta[r.first:r.end]
	for c, x := range dA {
		i := r.set[c]
		rho := inv[i]
		a := float64(gamma[c]) * rho
		db := float64(dB[c]) * k[c]
		d := float64(x)*k[c]*s[c] + db*(b[c]-mu[i]) // with respect to A'
		dbeta[c] += db
		dgamma[c] += d * rho
		dmean[i] -= db * a
		dv[i] -= d * a * rho * rho / 2
	}
}

// backwardMoments writes the gradients of the moments of sample n, and adds what
// its scale-shift has of them.
func (r channels) backwardMoments(n int, g normGrads, in normInputs) {
	m := r.m
	s, b := r.before(in, n)
	mu, dmean, dv := r.of(m.mean, n), r.of(m.dmean, n), r.of(m.dv, n)
	mean, m2 := r.lanes(in.mean, n), r.lanes(in.m2, n)
	dm, dM2 := r.lanes(g.dm, n), r.lanes(g.dM2, n)
	var ds, db []float32
	if !m.After {
		ds, db = r.film(g.film, n)
	}
	pixels := float64(m.Pixels)
	for c := range dm {
		i := r.set[c]
		x := float64(mean[c])
		dz := dmean[i] + 2*dv[i]*pixels*(s[c]*x+b[c]-mu[i])
		dm[c] = float32(dz * s[c])
		dM2[c] = float32(dv[i] * s[c] * s[c])
		if db != nil {
			db[c] += float32(dz)
		}
		if ds != nil {
			ds[c] += float32(dz*x + 2*dv[i]*s[c]*float64(m2[c]))
		}
	}
}
