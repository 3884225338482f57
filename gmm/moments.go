package gmm

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
)

// Moments returns the mean (N) and covariance (N,N) of the whole mixture:
//
//	μ = Σ w_k·m_k,  C = Σ w_k·(C_k + (m_k-μ)(m_k-μ)ᵀ)
func (m *Mixture) Moments() (mean, cov []float64) {
	mean = m.overallMean()
	cov = make([]float64, m.n*m.n)
	c := general(m.n, m.n, cov)
	d := make([]float64, m.n)
	for k, w := range m.weights {
		for i, v := range m.comps[k].covariance(m.n) {
			cov[i] += w * v
		}
		for i, v := range m.mean(k) {
			d[i] = v - mean[i]
		}
		blas64.Ger(w, vector(d), vector(d), c)
	}
	return mean, cov
}

func (m *Mixture) overallMean() []float64 {
	mean := make([]float64, m.n)
	for k, w := range m.weights {
		for i, v := range m.mean(k) {
			mean[i] += w * v
		}
	}
	return mean
}

// Power returns E‖x-μ‖²/N, the average variance of a dimension.
func (m *Mixture) Power() float64 {
	mean, p := m.overallMean(), 0.0
	for k, w := range m.weights {
		t := m.comps[k].trace(m.n)
		for i, v := range m.mean(k) {
			t += (v - mean[i]) * (v - mean[i])
		}
		p += w * t
	}
	return p / float64(m.n)
}

// Normalize returns the mixture of (x-mean)/scale that has zero mean and
// average power one, with the mixture's own mean and scale = √Power.
func (m *Mixture) Normalize() (z *Mixture, mean []float64, scale float64, err error) {
	mean, scale = m.overallMean(), math.Sqrt(m.Power())
	z, err = m.Affine(mean, []float64{scale})
	return z, mean, scale, err
}

// Affine returns the mixture of (x-mean)/scale, so that the CME stays exact
// under a normalisation of the data. mean has N values, scale one or N
// positive ones. A scale of its own for each dimension makes low-rank
// covariances full.
func (m *Mixture) Affine(mean, scale []float64) (*Mixture, error) {
	if len(mean) != m.n || (len(scale) != 1 && len(scale) != m.n) {
		return nil, fmt.Errorf("gmm: normalisation by %d means and %d scales does not fit %d dimensions", len(mean), len(scale), m.n)
	}
	if err := finite(mean); err != nil {
		return nil, fmt.Errorf("gmm: normalisation mean: %w", err)
	}
	for i, s := range scale {
		if !(s > 0) || math.IsInf(s, 1) {
			return nil, fmt.Errorf("gmm: normalisation scale %d is %g, not positive", i, s)
		}
	}
	at := func(i int) float64 { return scale[i%len(scale)] } // len is 1 or N
	means := make([]float64, len(m.means))
	for i, v := range m.means {
		j := i % m.n
		means[i] = (v - mean[j]) / at(j)
	}
	if len(scale) == 1 {
		z := &Mixture{n: m.n, weights: m.weights, means: means, kind: m.kind, comps: slices.Clone(m.comps)}
		v := scale[0] * scale[0]
		for k := range z.comps {
			c := &z.comps[k]
			c.lambda, c.dense, c.iso = divided(c.lambda, v), divided(c.dense, v), c.iso/v
		}
		return z, nil
	}
	if m.kind == Diag {
		vars := make([]float64, 0, len(means))
		for _, c := range m.comps {
			for i, v := range c.lambda {
				vars = append(vars, v/(at(i)*at(i)))
			}
		}
		return NewDiag(m.weights, means, vars)
	}
	covs := make([]float64, 0, len(means)*m.n)
	for k := range m.comps {
		c := m.comps[k].covariance(m.n)
		for i := range c {
			c[i] /= at(i/m.n) * at(i%m.n)
		}
		covs = append(covs, c...)
	}
	return New(m.weights, means, covs)
}

func divided(x []float64, by float64) []float64 {
	if x == nil {
		return nil
	}
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = v / by
	}
	return y
}
