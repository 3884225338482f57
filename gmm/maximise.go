package gmm

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/internal/gemm"
)

const (
	// gramBatch is the number of samples whose outer products are summed by
	// one matrix product, and gramRows the rows of the sum that a worker
	// computes at a time.
	gramBatch = 1024
	gramRows  = 64
)

// maximisation sets the parameters to the best ones under resp. It returns
// the number of empty components that it placed anew.
func (f *fit) maximisation(ctx context.Context) (reseeded int, err error) {
	k := f.Components
	next := &Mixture{n: f.n, kind: f.Kind, weights: make([]float64, k), means: make([]float64, k*f.n), comps: make([]component, k)}
	own, end := dist.Share(k, f.Group.Rank(), f.Group.Size())
	f.Pool.Do(end-own, func(i, _ int) {
		j := own + i
		mean := vector(next.mean(j))
		for i := range f.b {
			if r := f.resp[i*k+j]; r > negligible {
				next.weights[j] += r
				blas64.Axpy(r, vector(f.sample(i)), mean)
			}
		}
		if next.weights[j] >= 1 {
			blas64.Scal(1/next.weights[j], mean)
		}
	})
	if err := f.gatherMeans(next); err != nil {
		return 0, err
	}
	var empty []int
	for j, count := range next.weights {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if count < 1 {
			empty = append(empty, j)
			continue
		}
		if j < own || j >= end {
			continue
		}
		switch f.Kind {
		case Diag:
			next.comps[j] = f.diagonal(next.mean(j), j, count)
		default:
			next.comps[j] = component{r: f.n, dense: f.covariance(next.mean(j), j, count)}
		}
	}
	if f.Kind == PPCA {
		errs := make([]error, k)
		f.Pool.Do(k, func(j, _ int) {
			if c := &next.comps[j]; c.dense != nil {
				*c, errs[j] = principal(c.dense, f.n, f.Rank)
			}
		})
		for j, err := range errs {
			if err != nil {
				return 0, fmt.Errorf("component %d: %w", j, err)
			}
		}
	}
	if err := f.gatherComponents(next); err != nil {
		return 0, err
	}
	f.reseed(next, empty)
	sum := 0.0
	for _, v := range next.weights {
		sum += v
	}
	for j := range next.weights {
		next.weights[j] /= sum
	}
	f.m = next
	return len(empty), nil
}

// diagonal returns the weighted variances of component j, plus Reg.
func (f *fit) diagonal(mean []float64, j int, count float64) component {
	k := f.Components
	v := make([]float64, f.n)
	f.Pool.Do((f.n+gramRows-1)/gramRows, func(c, _ int) {
		lo, hi := c*gramRows, min((c+1)*gramRows, f.n)
		for i := range f.b {
			r := f.resp[i*k+j]
			if r <= negligible {
				continue
			}
			for l, x := range f.sample(i)[lo:hi] {
				d := x - mean[lo+l]
				v[lo+l] += r * d * d
			}
		}
		for l := lo; l < hi; l++ {
			v[l] = v[l]/count + f.Reg
		}
	})
	return component{r: f.n, lambda: v}
}

// covariance returns the weighted covariance (n,n) of component j, plus Reg
// on its diagonal. It gathers the samples that matter to the component, in
// batches Y of rows √r·(x-m), and sums YᵀY.
func (f *fit) covariance(mean []float64, j int, count float64) []float64 {
	k, n := f.Components, f.n
	cov := make([]float64, n*n)
	y := make([]float64, 0, gramBatch*n)
	type scratch struct {
		yt []float64
		w  gemm.Workspace[float64]
	}
	work := make([]scratch, f.Pool.Threads())
	flush := func() {
		rows := len(y) / n
		if rows == 0 {
			return
		}
		packed := gemm.Pack(y, rows, n)
		f.Pool.Do((n+gramRows-1)/gramRows, func(c, worker int) {
			s := &work[worker]
			if s.yt == nil {
				s.yt = make([]float64, gramRows*gramBatch)
			}
			lo, hi := c*gramRows, min((c+1)*gramRows, n)
			for i := range rows {
				for l, v := range y[i*n+lo : i*n+hi] {
					s.yt[l*rows+i] = v
				}
			}
			packed.Add(cov[lo*n:hi*n], s.yt, hi-lo, &s.w)
		})
		y = y[:0]
	}
	for i := range f.b {
		r := f.resp[i*k+j]
		if r <= negligible {
			continue
		}
		root := math.Sqrt(r)
		for l, v := range f.sample(i) {
			y = append(y, root*(v-mean[l]))
		}
		if len(y) == gramBatch*n {
			flush()
		}
	}
	flush()
	for i := range cov {
		cov[i] /= count
	}
	for i := range n {
		cov[i*n+i] += f.Reg
	}
	return cov
}

// principal returns the best low-rank plus isotropic component for a
// covariance: its q leading eigenvectors, and the mean of the other
// eigenvalues (Tipping and Bishop, 1999).
func principal(cov []float64, n, q int) (component, error) {
	var eig mat.EigenSym
	if !eig.Factorize(mat.NewSymDense(n, cov), true) {
		return component{}, fmt.Errorf("no eigenvalue decomposition")
	}
	values := eig.Values(nil) // ascending
	c := component{r: q, u: make([]float64, n*q), lambda: make([]float64, q)}
	for _, v := range values[:n-q] {
		c.iso += v / float64(n-q)
	}
	var vectors mat.Dense
	eig.VectorsTo(&vectors)
	for j := range q {
		c.lambda[j] = values[n-1-j]
		for i := range n {
			c.u[i*q+j] = vectors.At(i, n-1-j)
		}
	}
	return c, nil
}

// reseed places empty components on the samples of the lowest log density,
// each with the weight of one sample and the variances of the whole data.
func (f *fit) reseed(m *Mixture, empty []int) {
	if len(empty) == 0 {
		return
	}
	order := make([]int, f.b)
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return f.logp[order[a]] < f.logp[order[b]] })
	for e, j := range empty {
		copy(m.mean(j), f.sample(order[e]))
		m.weights[j] = 1
		c := component{r: f.n}
		switch f.Kind {
		case Diag:
			c.lambda = slices.Clone(f.variance)
		case Full:
			c.dense = make([]float64, f.n*f.n)
			for i, v := range f.variance {
				c.dense[i*f.n+i] = v
			}
		case PPCA: // isotropic, on the first axes
			for _, v := range f.variance {
				c.iso += v / float64(f.n)
			}
			c.r, c.u, c.lambda = f.Rank, make([]float64, f.n*f.Rank), make([]float64, f.Rank)
			for i := range c.lambda {
				c.lambda[i], c.u[i*f.Rank+i] = c.iso, 1
			}
		}
		m.comps[j] = c
	}
}
