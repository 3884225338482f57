package gmm

import (
	"context"
	"math"
	"sort"

	"github.com/condmean/condmean/dist"
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
	label    []int     // (B) component of the largest responsibility
	order    []int     // (n) dimensions by falling variance
}

func newFit(x []float64, n int, o FitOptions) *fit {
	f := &fit{FitOptions: o, x: x, b: len(x) / n, n: n, variance: make([]float64, n)}
	f.resp, f.logp = make([]float64, f.b*o.Components), make([]float64, f.b)
	f.label, f.order = make([]int, f.b), make([]int, n)
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
		f.order[j] = j
	}
	sort.SliceStable(f.order, func(a, b int) bool { return f.variance[f.order[a]] > f.variance[f.order[b]] })
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
	if err == nil {
		err = f.gatherExpectation()
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
	first, last := dist.Share(chunks(f.b), f.Group.Rank(), f.Group.Size())
	f.Pool.Do(last-first, func(c, worker int) {
		if ctx.Err() != nil {
			return
		}
		s := e.scratch(worker)
		lo := (first + c) * chunk
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

// softmax turns log-weights into weights that sum to one. It returns the log of
// the sum of what they were, and the index of the largest.
func softmax(x []float64) (logSum float64, largest int) {
	for i, v := range x {
		if v > x[largest] {
			largest = i
		}
	}
	top, sum := x[largest], 0.0
	for i, v := range x {
		x[i] = math.Exp(v - top)
		sum += x[i]
	}
	for i := range x {
		x[i] /= sum
	}
	return top + math.Log(sum), largest
}
