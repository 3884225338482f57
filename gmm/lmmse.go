package gmm

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// LMMSE is the linear estimator of x from y = x + n, n ~ N(0, I/snr), with the
// least MSE; it needs the first two moments of x alone. With σ² = 1/snr,
//
//	x̂ = μ + C(C + σ²I)⁻¹(y-μ) = y - σ²(C + σ²I)⁻¹(y-μ)
//
// by the Cholesky factors of C + σ²I, which are kept from call to call of one
// SNR: for images an eigendecomposition, good for all SNRs, takes minutes. It
// may be used by one goroutine at a time.
type LMMSE struct {
	n    int
	mean []float64
	cov  []float64 // (N,N)
	snr  float64   // of chol; 0: none yet
	chol mat.Cholesky
}

// NewLMMSE prepares the estimator from a mean (N) and a symmetric covariance
// (N,N).
func NewLMMSE(mean, cov []float64) (*LMMSE, error) {
	n := len(mean)
	if n == 0 || len(cov) != n*n {
		return nil, fmt.Errorf("lmmse: %d means and %d covariance values do not fit", n, len(cov))
	}
	if err := finite(mean); err != nil {
		return nil, fmt.Errorf("lmmse: mean: %w", err)
	}
	cov = slices.Clone(cov)
	if _, err := symmetrize(cov, n); err != nil {
		return nil, fmt.Errorf("lmmse: covariance: %w", err)
	}
	return &LMMSE{n: n, mean: slices.Clone(mean), cov: cov}, nil
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
	if err := l.factorize(snr); err != nil {
		return err
	}
	b := len(y) / l.n
	d := mat.NewDense(b, l.n, nil)
	for i, v := range y {
		d.RawMatrix().Data[i] = v - l.mean[i%l.n]
	}
	var z mat.Dense
	if err := l.chol.SolveTo(&z, d.T()); err != nil {
		return fmt.Errorf("lmmse: SNR %g: %w", snr, err)
	}
	for i := range b {
		for k := range l.n {
			xhat[i*l.n+k] = y[i*l.n+k] - z.At(k, i)/snr
		}
	}
	return nil
}

// factorize decomposes C + I/snr unless it was done for the last call.
func (l *LMMSE) factorize(snr float64) error {
	if l.snr == snr {
		return nil
	}
	sum := mat.NewSymDense(l.n, slices.Clone(l.cov))
	for k := range l.n {
		sum.SetSym(k, k, sum.At(k, k)+1/snr)
	}
	l.snr = 0
	if !l.chol.Factorize(sum) {
		return fmt.Errorf("lmmse: the covariance is not positive semidefinite, or too nearly singular for an SNR of %g", snr)
	}
	l.snr = snr
	return nil
}

// MSE returns the estimator's expected squared error a dimension, where x has
// the moments it was made from: with σ² = 1/snr, σ²·tr(C(C+σ²I)⁻¹)/N.
func (l *LMMSE) MSE(snr float64) (float64, error) {
	if err := l.factorize(snr); err != nil {
		return 0, err
	}
	var inverse mat.SymDense
	if err := l.chol.InverseTo(&inverse); err != nil {
		return 0, fmt.Errorf("lmmse: SNR %g: %w", snr, err)
	}
	trace := 0.0
	for k := range l.n {
		trace += inverse.At(k, k)
	}
	return (1 - trace/snr/float64(l.n)) / snr, nil
}
