package kernel

import "math"

// RowStats are the mean and 1/√(variance+ε) of each row.
type RowStats struct{ Mean, Inverse []float32 }

// affine is how one row is normalised: (x - mean)·inverse.
type affine struct{ mean, inverse float32 }

// LayerNorm normalises the rows of x (N,C) and scales and shifts them by film
// (N,2C), s then b:
//
//	y = (1+s)·(x-m)/√(v+ε) + b
//
// It leaves the moments of the rows in st, for the gradient.
func LayerNorm(w *Workspace, y, x, film []float32, st RowStats, eps float64) {
	n := len(st.Mean)
	c := len(x) / n
	w.rows(n, c, func(lo, hi int, t tmp) {
		for i := lo; i < hi; i++ {
			row, f := x[i*c:][:c], film[i*2*c:][:2*c]
			mean, m2 := w.rowMoments(row, t)
			a := affine{float32(mean), float32(1 / math.Sqrt(m2/float64(c)+eps))}
			st.Mean[i], st.Inverse[i] = a.mean, a.inverse
			w.tier.normFilm(y[i*c:][:c], row, f[:c], f[c:], a, t)
		}
	})
}

// LayerNormGrad computes dx (N,C) and dfilm (N,2C) from dy (N,C). With x̂ the
// normalised row and g = (1+s)·dy,
//
//	dx = (g - mean(g) - x̂·mean(g·x̂))/√(v+ε)   ds = dy·x̂   db = dy
func LayerNormGrad(w *Workspace, dx, dfilm, dy, x, film []float32, st RowStats) {
	n := len(st.Mean)
	c := len(x) / n
	w.rows(n, c, func(lo, hi int, t tmp) {
		for i := lo; i < hi; i++ {
			a := affine{st.Mean[i], st.Inverse[i]}
			row, d, s, df := x[i*c:][:c], dy[i*c:][:c], film[i*2*c:][:c], dfilm[i*2*c:][:2*c]
			sum, sumX := w.tier.normFilmSums(df[:c], d, row, s, a, t)
			copy(df[c:], d)
			w.tier.normFilmGrad(dx[i*c:][:c], d, row, s, a, sum/float32(c), sumX/float32(c), t)
		}
	})
}

// rowMoments returns the mean of a row and the sum of squares about it. Lanes
// have their own at first; nothing cancels where the mean is large.
func (w *Workspace) rowMoments(x []float32, t tmp) (mean, m2 float64) {
	n := len(x) &^ (lane - 1)
	if n > 0 {
		means, squares := sums(t, 0), sums(t, 1)
		w.tier.moments(means[:], squares[:], x[:n])
		for k, m := range means {
			mean += float64(m) / lane
			m2 += float64(squares[k])
		}
		for _, m := range means {
			d := float64(m) - mean
			m2 += float64(n/lane) * d * d
		}
	}
	for i, v := range x[n:] {
		d := float64(v) - mean
		mean += d / float64(n+i+1)
		m2 += d * (float64(v) - mean)
	}
	return mean, m2
}

// normFilmGeneric is the reference of tier.normFilm.
func normFilmGeneric(y, x, scale, shift []float32, a affine, _ tmp) {
	for i, v := range x {
		z := (v - a.mean) * a.inverse
		y[i] = z + scale[i]*z + shift[i]
	}
}

// normFilmSumsGeneric is the reference of tier.normFilmSums: ds = dy·x̂, Σ g and
// Σ g·x̂.
func normFilmSumsGeneric(ds, dy, x, scale []float32, a affine, _ tmp) (sum, sumX float32) {
	for i, v := range x {
		z, g := (v-a.mean)*a.inverse, dy[i]+scale[i]*dy[i]
		ds[i] = dy[i] * z
		sum += g
		sumX += g * z
	}
	return sum, sumX
}

// normFilmGradGeneric is the reference of tier.normFilmGrad, with the means of g
// and g·x̂.
func normFilmGradGeneric(dx, dy, x, scale []float32, a affine, mean, meanX float32, _ tmp) {
	for i, v := range x {
		z, g := (v-a.mean)*a.inverse, dy[i]+scale[i]*dy[i]
		dx[i] = (g - mean - z*meanX) * a.inverse
	}
}
