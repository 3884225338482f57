package train

import (
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/model"
)

// chunks cuts a list of tensors into ranges that workers share. The ranges
// depend on the tensors alone, so that results do not depend on threads.
type chunks struct {
	pool    *par.Pool
	ranges  []span
	partial []float64 // one number of each range
}

type span struct{ tensor, lo, hi int }

// newChunks cuts tensors; without a pool they are worked on by one thread.
func newChunks(pool *par.Pool, tensors []*model.Tensor) *chunks {
	if pool == nil {
		pool = par.New(1)
	}
	const size = 8192 // values: a few streams of them fit the first cache
	c := &chunks{pool: pool}
	for i, t := range tensors {
		for lo := 0; lo < len(t.Data); lo += size {
			c.ranges = append(c.ranges, span{i, lo, min(lo+size, len(t.Data))})
		}
	}
	c.partial = make([]float64, len(c.ranges))
	return c
}

// each calls f for all ranges [lo,hi) of all tensors i, in parallel.
func (c *chunks) each(f func(i, lo, hi int)) {
	c.pool.Do(len(c.ranges), func(k, _ int) {
		r := c.ranges[k]
		f(r.tensor, r.lo, r.hi)
	})
}

// sum adds up what f returns for all ranges, in their order.
func (c *chunks) sum(f func(i, lo, hi int) float64) float64 {
	c.pool.Do(len(c.ranges), func(k, _ int) {
		r := c.ranges[k]
		c.partial[k] = f(r.tensor, r.lo, r.hi)
	})
	total := 0.0
	for _, v := range c.partial {
		total += v
	}
	return total
}
