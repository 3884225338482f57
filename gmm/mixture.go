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
	pool := par.New(defaultThreads())
	defer pool.Close()
	pool.Do(k, func(i, _ int) {
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

// Principal returns copies of the axes (r,N) of component k, orthonormal, the variances
// along them (r), and that along all other directions. All kinds but PPCA have r = N.
func (m *Mixture) Principal(k int) (axes, variances []float64, rest float64) {
	c := m.comps[k]
	axes = make([]float64, c.r*m.n)
	for i := range m.n {
		for j := range c.r {
			switch {
			case c.u != nil:
				axes[j*m.n+i] = c.u[i*c.r+j]
			case i == j:
				axes[j*m.n+i] = 1
			}
		}
	}
	return axes, slices.Clone(c.lambda), c.iso
}

// Covariance returns a copy of the covariance of component k, dense (N,N).
func (m *Mixture) Covariance(k int) []float64 { return m.comps[k].covariance(m.n) }
