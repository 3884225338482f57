package gmm

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// component is one covariance in the form that serves every noise level:
// C = U·diag(lambda - iso)·Uᵀ + iso·I with orthonormal columns U (N,r). Full
// covariances have r = N, so that iso means nothing; diagonal ones have U = I.
type component struct {
	r      int
	u      []float64 // (N,r) row-major; nil for the identity
	lambda []float64 // (r) eigenvalues on U, ≥ 0
	iso    float64   // eigenvalue on the complement of U
	dense  []float64 // (N,N) as given; full covariances only
}

// fullComponent keeps dense.
func fullComponent(dense []float64, n int) (component, error) {
	scale, err := symmetrize(dense, n)
	if err != nil {
		return component{}, err
	}
	var eig mat.EigenSym
	if !eig.Factorize(mat.NewSymDense(n, slices.Clone(dense)), true) {
		return component{}, fmt.Errorf("no eigenvalue decomposition")
	}
	lambda := eig.Values(nil)
	if lambda[0] < -1e-9*scale*float64(n) {
		return component{}, fmt.Errorf("not positive semi-definite: eigenvalue %g", lambda[0])
	}
	for i := range lambda {
		lambda[i] = max(lambda[i], 0)
	}
	var u mat.Dense
	eig.VectorsTo(&u)
	return component{r: n, u: rows(&u), lambda: lambda, dense: dense}, nil
}

func (c *component) covariance(n int) []float64 {
	if c.dense != nil {
		return slices.Clone(c.dense)
	}
	dst := make([]float64, n*n)
	if c.u == nil {
		for i, v := range c.lambda {
			dst[i*n+i] = v
		}
		return dst
	}
	scaled := slices.Clone(c.u)
	for i := range scaled {
		scaled[i] *= c.lambda[i%c.r] - c.iso
	}
	out := mat.NewDense(n, n, dst)
	out.Mul(mat.NewDense(n, c.r, scaled), mat.NewDense(n, c.r, c.u).T())
	for i := range n {
		dst[i*n+i] += c.iso
	}
	return dst
}

// factors returns W (N,r) such that the covariance is W·Wᵀ + iso·I.
func (c *component) factors() []float64 {
	w := slices.Clone(c.u)
	for i := range w {
		w[i] *= math.Sqrt(max(c.lambda[i%c.r]-c.iso, 0))
	}
	return w
}

// trace returns the trace of the covariance.
func (c *component) trace(n int) float64 {
	t := float64(n-c.r) * c.iso
	for _, v := range c.lambda {
		t += v
	}
	return t
}

func finite(x []float64) error {
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("value %d is %g", i, v)
		}
	}
	return nil
}

// rows returns the elements of a in row-major order.
func rows(a *mat.Dense) []float64 {
	r, c := a.Dims()
	raw := a.RawMatrix()
	if raw.Stride == c {
		return raw.Data[:r*c]
	}
	dst := make([]float64, 0, r*c)
	for i := range r {
		dst = append(dst, a.RawRowView(i)...)
	}
	return dst
}

// symmetrize removes rounding errors from a symmetric (n,n) matrix and returns
// its largest absolute value.
func symmetrize(dense []float64, n int) (scale float64, err error) {
	if err := finite(dense); err != nil {
		return 0, err
	}
	for _, v := range dense {
		scale = max(scale, math.Abs(v))
	}
	for i := range n {
		for j := range i {
			a, b := dense[i*n+j], dense[j*n+i]
			if math.Abs(a-b) > 1e-8*scale {
				return 0, fmt.Errorf("not symmetric: [%d][%d] = %g, [%d][%d] = %g", i, j, a, j, i, b)
			}
			dense[i*n+j], dense[j*n+i] = (a+b)/2, (a+b)/2
		}
	}
	return scale, nil
}
