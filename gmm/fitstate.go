package gmm

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/condmean/condmean/gmm/internal/gemm"
)

// fit is the state of an EM fit.
type fit struct {
	FitOptions
	x        []float64 // (B,n)
	b, n     int
	variance []float64 // (n) of the whole data, plus Reg
	m        *Mixture  // current parameters; full components have dense alone
	resp     []float64 // (B,K) responsibilities
	logp     []float64 // (B) log density, or what k-means has for it
}

func newFit(x []float64, n int, o FitOptions) *fit {
	f := &fit{FitOptions: o, x: x, b: len(x) / n, n: n, variance: make([]float64, n)}
	f.resp, f.logp = make([]float64, f.b*o.Components), make([]float64, f.b)
	mean := make([]float64, n)
	for i, v := range x {
		mean[i%n] += v / float64(f.b)
	}
	for i, v := range x {
		d := v - mean[i%n]
		f.variance[i%n] += d * d / float64(f.b)
	}
	for j := range f.variance {
		f.variance[j] += o.Reg
	}
	return f
}

func (f *fit) sample(i int) []float64 { return f.x[i*f.n : (i+1)*f.n] }

// mixture returns the fitted mixture.
func (f *fit) mixture() (*Mixture, error) {
	if f.Kind != Full {
		return f.m, nil
	}
	covs := make([]float64, 0, len(f.m.comps)*f.n*f.n)
	for _, c := range f.m.comps {
		covs = append(covs, c.dense...)
	}
	return New(f.m.weights, f.m.means, covs)
}

// expectation fills resp and logp under the current parameters and returns
// the mean log-likelihood.
func (f *fit) expectation(ctx context.Context) (float64, error) {
	var err error
	if f.Kind == Full {
		err = f.expectFull(ctx)
	} else {
		err = f.expectDiagonalised(ctx)
	}
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for _, v := range f.logp {
		sum += v
	}
	return sum / float64(f.b), nil
}

// expectDiagonalised serves diagonal and low-rank covariances, whose
// estimator gives the responsibilities of clean data at ᾱ = 1.
func (f *fit) expectDiagonalised(ctx context.Context) error {
	e := NewEstimator(f.m, f.Pool)
	inv := e.inverses(1)
	k := f.Components
	f.Pool.Do(chunks(f.b), func(c, worker int) {
		if ctx.Err() != nil {
			return
		}
		s := e.scratch(worker)
		lo := c * chunk
		b := min(chunk, f.b-lo)
		e.responsibilities(s, f.x[lo*f.n:(lo+b)*f.n], b, 1, inv)
		copy(f.logp[lo:], s.logp[:b])
		for i := range b {
			for j := range k {
				f.resp[(lo+i)*k+j] = s.resp[j*chunk+i]
			}
		}
	})
	return ctx.Err()
}

// expectFull needs no eigenvectors: with the Cholesky factorisation C = UᵀU,
// dᵀC⁻¹d = ‖dU⁻¹‖² (d a row), and U⁻¹ is triangular.
func (f *fit) expectFull(ctx context.Context) error {
	k := f.Components
	whiten := make([]*gemm.Matrix, k)
	shift, logc := make([][]float64, k), make([]float64, k)
	errs := make([]error, k)
	f.Pool.Do(k, func(j, _ int) {
		whiten[j], shift[j], logc[j], errs[j] = whitening(f.m.comps[j].dense, f.m.mean(j))
		logc[j] += math.Log(f.m.weights[j])
	})
	for j, err := range errs {
		if err != nil {
			return fmt.Errorf("component %d: %w", j, err)
		}
	}
	type scratch struct {
		y []float64
		w gemm.Workspace
	}
	work := make([]scratch, f.Pool.Threads())
	for j := range k { // the factor of one component at a time stays in the cache
		f.Pool.Do(chunks(f.b), func(c, worker int) {
			if ctx.Err() != nil {
				return
			}
			s := &work[worker]
			if s.y == nil {
				s.y = make([]float64, chunk*f.n)
			}
			lo := c * chunk
			b := min(chunk, f.b-lo)
			for i := range b {
				copy(s.y[i*f.n:], shift[j])
			}
			whiten[j].Add(s.y, f.x[lo*f.n:(lo+b)*f.n], b, &s.w)
			for i := range b {
				q := 0.0
				for _, v := range s.y[i*f.n : (i+1)*f.n] {
					q += v * v
				}
				f.resp[(lo+i)*k+j] = logc[j] - q/2
			}
		})
	}
	f.Pool.Do(chunks(f.b), func(c, _ int) {
		for i := c * chunk; i < min((c+1)*chunk, f.b); i++ {
			f.logp[i] = softmax(f.resp[i*k : (i+1)*k])
		}
	})
	return ctx.Err()
}

// whitening returns U⁻¹ of C = UᵀU packed, -mU⁻¹, and -½ log det(2πC).
func whitening(cov, mean []float64) (*gemm.Matrix, []float64, float64, error) {
	n := len(mean)
	var chol mat.Cholesky
	if !chol.Factorize(mat.NewSymDense(n, cov)) {
		return nil, nil, 0, fmt.Errorf("covariance is not positive definite; raise Reg")
	}
	var u, inv mat.TriDense
	chol.UTo(&u)
	if err := inv.InverseTri(&u); err != nil {
		return nil, nil, 0, fmt.Errorf("covariance is close to singular (%w); raise Reg", err)
	}
	shift := mat.NewVecDense(n, nil)
	shift.MulVec(inv.T(), mat.NewVecDense(n, mean))
	shift.ScaleVec(-1, shift)
	return gemm.PackUpper(inv.RawTriangular().Data, n), shift.RawVector().Data,
		-(float64(n)*math.Log(2*math.Pi) + chol.LogDet()) / 2, nil
}

// softmax turns log-weights into weights that sum to one, and returns the log
// of the sum of what they were.
func softmax(x []float64) float64 {
	top := math.Inf(-1)
	for _, v := range x {
		top = max(top, v)
	}
	sum := 0.0
	for i, v := range x {
		x[i] = math.Exp(v - top)
		sum += x[i]
	}
	for i := range x {
		x[i] /= sum
	}
	return top + math.Log(sum)
}
