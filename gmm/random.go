package gmm

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/condmean/condmean/internal/rng"
)

// Random draws a mixture of k Gaussians in n dimensions by the paper's recipe:
//
//	C_k = U(11ᵀ + diag(u))Vᵀ from the SVD U·S·Vᵀ of AᵀA,  A ~ U[0,1]^{N×N}, u ~ U[0,1]^N
//	w ~ U(0,1), normalised;  m_k ~ N(0, I)/√N
//
// It is neither centred nor scaled; see Mixture.Normalize. The draw is a
// function of (n, k, seed).
func Random(n, k int, seed uint64) (*Mixture, error) {
	if n < 1 || k < 1 || n > maxElements/k/n {
		return nil, fmt.Errorf("gmm: cannot draw %d components in %d dimensions", k, n)
	}
	weights, means, covs := make([]float64, k), make([]float64, k*n), make([]float64, k*n*n)
	var s rng.Stream
	sum := 0.0
	for i := range k {
		// Streams of their own for covariance, mean and weight keep each
		// independent of how the others are drawn.
		s.Reset(seed, rng.Mixture, 0, uint64(i))
		if err := randomSPD(covs[i*n*n:(i+1)*n*n], n, &s); err != nil {
			return nil, err
		}
		s.Reset(seed, rng.Mixture, 1, uint64(i))
		m := means[i*n : (i+1)*n]
		s.Normal(m)
		for j := range m {
			m[j] /= math.Sqrt(float64(n))
		}
		s.Reset(seed, rng.Mixture, 2, uint64(i))
		weights[i] = 1 - s.Rand().Float64() // (0,1]
		sum += weights[i]
	}
	for i := range weights {
		weights[i] /= sum
	}
	return New(weights, means, covs)
}

// randomSPD writes a random covariance (N,N) into dst. U and V of AᵀA agree
// up to rounding, hence the symmetrisation in New.
func randomSPD(dst []float64, n int, s *rng.Stream) error {
	a := mat.NewDense(n, n, nil)
	for i := range n {
		row := a.RawRowView(i)
		for j := range row {
			row[j] = s.Rand().Float64()
		}
	}
	var gram, u, v, left mat.Dense
	gram.Mul(a.T(), a)
	var svd mat.SVD
	if !svd.Factorize(&gram, mat.SVDThin) {
		return fmt.Errorf("gmm: no singular value decomposition of a random matrix")
	}
	svd.UTo(&u)
	svd.VTo(&v)
	mid := mat.NewDense(n, n, nil)
	for i := range n {
		row := mid.RawRowView(i)
		for j := range row {
			row[j] = 1
		}
		row[i] += s.Rand().Float64()
	}
	left.Mul(&u, mid)
	mat.NewDense(n, n, dst).Mul(&left, v.T())
	return nil
}
