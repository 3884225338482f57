package gmm

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/condmean/condmean/internal/par"
)

// maxElements bounds K·N² against absurd sizes (16 GiB of float64).
const maxElements = 1 << 31

// Mixture is a mixture of K Gaussians in N dimensions. It is immutable.
type Mixture struct {
	n       int
	weights []float64 // (K), sum 1
	means   []float64 // (K,N)
	comps   []component
	kind    Kind
}

// Kind is how the covariances are stored.
type Kind string

const (
	Full Kind = "full" // any symmetric positive semi-definite matrix
	Diag Kind = "diag" // diagonal
	PPCA Kind = "ppca" // low rank plus isotropic: W·Wᵀ + σ²·I
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

// New returns a mixture with full covariances. weights (K) are positive and
// sum to one, means is (K,N), covs is (K,N,N), all row-major; they are copied.
// It fails if a covariance is not symmetric positive semi-definite.
func New(weights, means, covs []float64) (*Mixture, error) {
	m, err := newMixture(Full, weights, means)
	if err != nil {
		return nil, err
	}
	n, k := m.n, len(weights)
	if len(covs) != k*n*n {
		return nil, fmt.Errorf("covariances: %d values are not the %d·%d·%d of %d components in %d dimensions", len(covs), k, n, n, k, n)
	}
	errs := make([]error, k)
	par.New(defaultThreads()).Do(k, func(i, _ int) {
		m.comps[i], errs[i] = fullComponent(slices.Clone(covs[i*n*n:(i+1)*n*n]), n)
	})
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("covariances[%d]: %w", i, err)
		}
	}
	return m, nil
}

// NewDiag returns a mixture with diagonal covariances; variances is (K,N).
func NewDiag(weights, means, variances []float64) (*Mixture, error) {
	m, err := newMixture(Diag, weights, means)
	if err != nil {
		return nil, err
	}
	if len(variances) != len(means) {
		return nil, fmt.Errorf("covariances: %d values for %d means", len(variances), len(means))
	}
	for i, v := range variances {
		if !(v >= 0) || math.IsInf(v, 1) {
			return nil, fmt.Errorf("covariances[%d][%d]: variance %g is not a number ≥ 0", i/m.n, i%m.n, v)
		}
	}
	for i := range m.comps {
		m.comps[i] = component{r: m.n, lambda: slices.Clone(variances[i*m.n : (i+1)*m.n])}
	}
	return m, nil
}

// NewPPCA returns a mixture with covariances W·Wᵀ + σ²·I; factors W is
// (K,N,q) with q < N, noise σ² is (K).
func NewPPCA(weights, means, factors, noise []float64) (*Mixture, error) {
	m, err := newMixture(PPCA, weights, means)
	if err != nil {
		return nil, err
	}
	k, n := len(weights), m.n
	q := len(factors) / (k * n)
	if len(factors) != k*n*q || q < 1 || q >= n {
		return nil, fmt.Errorf("factors: %d values are not %d·%d·q of %d components in %d dimensions with 1 ≤ q < %d", len(factors), k, n, k, n, n)
	}
	if len(noise) != k {
		return nil, fmt.Errorf("noise: %d values for %d components", len(noise), k)
	}
	for i := range m.comps {
		w := factors[i*n*q : (i+1)*n*q]
		if err := finite(w); err != nil {
			return nil, fmt.Errorf("factors[%d]: %w", i, err)
		}
		if !(noise[i] >= 0) || math.IsInf(noise[i], 1) {
			return nil, fmt.Errorf("noise[%d]: %g is not a number ≥ 0", i, noise[i])
		}
		var svd mat.SVD
		if !svd.Factorize(mat.NewDense(n, q, slices.Clone(w)), mat.SVDThinU) {
			return nil, fmt.Errorf("factors[%d]: no singular value decomposition", i)
		}
		var u mat.Dense
		svd.UTo(&u)
		c := component{r: q, u: rows(&u), lambda: svd.Values(nil), iso: noise[i]}
		for j, v := range c.lambda {
			c.lambda[j] = v*v + noise[i]
		}
		m.comps[i] = c
	}
	return m, nil
}

func newMixture(kind Kind, weights, means []float64) (*Mixture, error) {
	k := len(weights)
	if k == 0 {
		return nil, fmt.Errorf("weights: a mixture needs at least one component")
	}
	sum := 0.0
	for i, w := range weights {
		if !(w > 0) || math.IsInf(w, 1) {
			return nil, fmt.Errorf("weights[%d]: %g is not positive", i, w)
		}
		sum += w
	}
	if math.Abs(sum-1) > 1e-6 {
		return nil, fmt.Errorf("weights: sum is %.9g, not 1", sum)
	}
	n := len(means) / k
	if len(means) != k*n || n == 0 {
		return nil, fmt.Errorf("means: %d values are no whole number of dimensions for %d components", len(means), k)
	}
	if kind == Full && n > maxElements/k/n {
		return nil, fmt.Errorf("means: %d components in %d dimensions are too many for full covariances", k, n)
	}
	if err := finite(means); err != nil {
		return nil, fmt.Errorf("means: %w", err)
	}
	m := &Mixture{n: n, weights: slices.Clone(weights), means: slices.Clone(means), comps: make([]component, k), kind: kind}
	if math.Abs(sum-1) > 1e-12 { // leave alone what is right up to rounding, so that files round-trip
		for i := range m.weights {
			m.weights[i] /= sum
		}
	}
	return m, nil
}

// fullComponent keeps dense.
func fullComponent(dense []float64, n int) (component, error) {
	if err := finite(dense); err != nil {
		return component{}, err
	}
	scale := 0.0
	for _, v := range dense {
		scale = max(scale, math.Abs(v))
	}
	for i := range n {
		for j := range i {
			a, b := dense[i*n+j], dense[j*n+i]
			if math.Abs(a-b) > 1e-8*scale {
				return component{}, fmt.Errorf("not symmetric: [%d][%d] = %g, [%d][%d] = %g", i, j, a, j, i, b)
			}
			dense[i*n+j], dense[j*n+i] = (a+b)/2, (a+b)/2
		}
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

// Dim returns N.
func (m *Mixture) Dim() int { return m.n }

// Components returns K.
func (m *Mixture) Components() int { return len(m.weights) }

// Kind returns how the covariances are stored.
func (m *Mixture) Kind() Kind { return m.kind }

// Weights returns a copy of the weights (K).
func (m *Mixture) Weights() []float64 { return slices.Clone(m.weights) }

// Mean returns a copy of the mean (N) of component k.
func (m *Mixture) Mean(k int) []float64 { return slices.Clone(m.mean(k)) }

func (m *Mixture) mean(k int) []float64 { return m.means[k*m.n : (k+1)*m.n] }

// Covariance returns a copy of the covariance of component k, dense (N,N).
func (m *Mixture) Covariance(k int) []float64 { return m.comps[k].covariance(m.n) }

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
