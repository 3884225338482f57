package op

import "github.com/condmean/condmean/op/internal/kernel"

// Batch norms, the sets of whose channels hold all samples, leave the sums over
// them to kernels, 16 channels at a time; but for a scale-shift after the norm, or
// of shifts alone.

const columnWidth = 16

// newColumns prepares the kernels of a norm for which there are some.
func (m *normMath) newColumns(ws *kernel.Workspace) {
	if m.Kind != Batch || m.After || m.Shift {
		return
	}
	for c := 0; c < m.c; c += columnWidth {
		m.columns = append(m.columns, kernel.NewNormColumns(ws, m.n, min(columnWidth, m.c-c), m.cp, m.Pixels))
	}
}

// eachColumn visits the blocks of the channels, [lo,hi) at a time.
func (r channels) eachColumn(f func(k *kernel.NormColumns, lo, hi int)) {
	for c := r.first; c < r.end; c += columnWidth {
		f(&r.m.columns[c/columnWidth], c, min(c+columnWidth, r.end))
	}
}

// columnFilm returns a scale-shift or its gradient from channel c on.
func (m *normMath) columnFilm(x []float32, c int) kernel.Film {
	if x == nil {
		return kernel.Film{}
	}
	return kernel.Film{Scale: x[c:], Shift: x[m.c+c:], Stride: 2 * m.c}
}

func (r channels) columnMeans(in normInputs) {
	m := r.m
	r.eachColumn(func(k *kernel.NormColumns, lo, hi int) {
		k.Means(m.mean[lo:hi], in.mean[lo:], in.m2[lo:], m.columnFilm(in.film, lo))
	})
}

func (r channels) columnSquares() {
	m := r.m
	r.eachColumn(func(k *kernel.NormColumns, lo, hi int) { k.Squares(m.v[lo:hi], m.mean[lo:hi]) })
}

func (r channels) columnAffine(scale, shift []float32, in normInputs) {
	m := r.m
	r.eachColumn(func(k *kernel.NormColumns, lo, hi int) {
		var factor, offset [columnWidth]float64
		for c := lo; c < hi; c++ {
			a := float64(in.gamma[c]) * m.inv[c]
			factor[c-lo], offset[c-lo] = a, float64(in.beta[c])-a*m.mean[c]
		}
		k.Affine(scale[lo:], shift[lo:], factor[:], offset[:], m.columnFilm(in.film, lo))
	})
}

func (r channels) columnAffineGrad(g normGrads, dA, dB []float32, in normInputs) {
	m := r.m
	r.eachColumn(func(k *kernel.NormColumns, lo, hi int) {
		var factor [columnWidth]float64
		for c := lo; c < hi; c++ {
			factor[c-lo] = float64(in.gamma[c]) * m.inv[c]
		}
		// Sums of the gradients of B, and of those of A' = γr.
		k.AffineGrad(m.dbeta[lo:hi], m.dgamma[lo:hi], dA[lo:], dB[lo:], factor[:], m.mean[lo:hi],
			m.columnFilm(in.film, lo), m.columnFilm(g.film, lo))
		for c := lo; c < hi; c++ {
			a, rho, d := factor[c-lo], m.inv[c], m.dgamma[c]
			m.dmean[c] = -m.dbeta[c] * a
			m.dv[c] = -d * a * rho * rho / 2
			m.dgamma[c] = d * rho
		}
	})
}

func (r channels) columnMomentsGrad(g normGrads, in normInputs) {
	m := r.m
	r.eachColumn(func(k *kernel.NormColumns, lo, hi int) {
		k.MomentsGrad(g.dm[lo:], g.dM2[lo:], in.mean[lo:], in.m2[lo:], m.dmean[lo:hi], m.dv[lo:hi],
			m.columnFilm(in.film, lo), m.columnFilm(g.film, lo))
	})
}
