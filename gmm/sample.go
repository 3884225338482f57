package gmm

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"github.com/condmean/condmean/internal/par"
)

// Sample fills dst (B,N) with samples. Sample i of the batch is a function of
// (seed, purpose, first+i) alone; purpose is any constant that tells apart what
// the samples of one seed are for. It works on the given pool, that of an
// op.Runtime; nil means on the calling goroutine alone.
func (m *Mixture) Sample(pool *par.Pool, dst []float64, seed uint64, purpose uint64, first int) error {
	if len(dst)%m.n != 0 {
		return fmt.Errorf("gmm: %d values are no whole number of samples of dimension %d", len(dst), m.n)
	}
	if pool == nil {
		pool = par.New(1)
	}
	b := len(dst) / m.n
	work := make([]*Sampler, pool.Threads())
	for i := range work {
		work[i] = NewSampler(m)
	}
	// Samples of one component follow each other: its covariance stays in cache.
	order := make([]int, b)
	component := make([]int, b)
	for i := range order {
		order[i] = i
		component[i] = work[0].choose(seed, purpose, 0, uint64(first+i))
	}
	slices.SortStableFunc(order, func(i, j int) int { return component[i] - component[j] })
	pool.Do(chunks(b), func(c, worker int) {
		for _, i := range order[c*chunk : min((c+1)*chunk, b)] {
			work[worker].Draw(dst[i*m.n:(i+1)*m.n], seed, purpose, 0, uint64(first+i))
		}
	})
	return nil
}

// colour writes mean + C^½·e into x. z is scratch of at least r values; e is
// overwritten.
func (c *component) colour(x, mean, e, z []float64) {
	copy(x, mean)
	if c.u == nil {
		for i, v := range c.lambda {
			x[i] += math.Sqrt(v) * e[i]
		}
		return
	}
	n := len(mean)
	u := general(n, c.r, c.u)
	ev := vector(e)
	zv := vector(z[:c.r])
	if c.r == n { // U·√Λ·e
		for j, v := range c.lambda {
			zv.Data[j] = math.Sqrt(v) * e[j]
		}
	} else { // σ·e + U(√Λ - σ)·Uᵀe
		sigma := math.Sqrt(c.iso)
		blas64.Gemv(blas.Trans, 1, u, ev, 0, zv)
		for j, v := range c.lambda {
			zv.Data[j] *= math.Sqrt(v) - sigma
		}
		blas64.Axpy(sigma, ev, vector(x))
	}
	blas64.Gemv(blas.NoTrans, 1, u, zv, 1, vector(x))
}
