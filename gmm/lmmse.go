package gmm

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// LMMSE is the linear estimator of x from y = x + n, n ~ N(0, I/snr), with the
// least MSE; it needs the first two moments of x alone:
//
//	x̂ = μ + C(C + I/snr)⁻¹(y-μ)
type LMMSE struct {
	n      int
	mean   []float64
	u      []float64 // (N,N) eigenvectors of C
	lambda []float64
}

// NewLMMSE prepares the estimator for every SNR from a mean (N) and a
// covariance (N,N).
func NewLMMSE(mean, cov []float64) (*LMMSE, error) {
	n := len(mean)
	if n == 0 || len(cov) != n*n {
		return nil, fmt.Errorf("lmmse: %d means and %d covariance values do not fit", n, len(cov))
	}
	if err := finite(mean); err != nil {
		return nil, fmt.Errorf("lmmse: mean: %w", err)
	}
	c, err := fullComponent(slices.Clone(cov), n)
	if err != nil {
		return nil, fmt.Errorf("lmmse: covariance: %w", err)
	}
	return &LMMSE{n: n, mean: slices.Clone(mean), u: c.u, lambda: c.lambda}, nil
}

// Dim returns N.
func (l *LMMSE) Dim() int { return l.n }

// Estimate writes x̂ of the samples y (B,N) into xhat, which may be y itself.
func (l *LMMSE) Estimate(xhat, y []float64, snr float64) error {
	if len(xhat) != len(y) || len(y)%l.n != 0 {
		return fmt.Errorf("lmmse: %d values into %d are no whole number of samples of dimension %d", len(y), len(xhat), l.n)
	}
	if !(snr > 0) {
		return fmt.Errorf("lmmse: SNR %g is not positive", snr)
	}
	if len(y) == 0 {
		return nil
	}
	b := len(y) / l.n
	d := mat.NewDense(b, l.n, nil)
	raw := d.RawMatrix().Data
	for i, v := range y {
		raw[i] = v - l.mean[i%l.n]
	}
	u := mat.NewDense(l.n, l.n, l.u)
	var z, x mat.Dense
	z.Mul(d, u)
	z.Apply(func(_, j int, v float64) float64 { return v * l.lambda[j] / (l.lambda[j] + 1/snr) }, &z)
	x.Mul(&z, u.T())
	for i, v := range x.RawMatrix().Data {
		xhat[i] = v + l.mean[i%l.n]
	}
	return nil
}

// MSE returns the estimator's expected squared error a dimension, where x has
// the moments it was made from: Σ λ/(1+snr·λ)/N.
func (l *LMMSE) MSE(snr float64) float64 {
	sum := 0.0
	for _, v := range l.lambda {
		sum += v / (1 + snr*v)
	}
	return sum / float64(l.n)
}
