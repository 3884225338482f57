package data

import (
	"context"
	"math"

	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/internal/par"
)

// moments are statistics of samples: of each value the mean and the sum of
// squared differences from it, of all values the range and a hash.
type moments struct {
	count        float64
	mean, square []float64
	low, high    float64
	hash         contentHash
}

const (
	chunkSamples = 256 // samples a worker adds up at a time
	roundChunks  = 16  // chunks in memory at a time
)

// newMoments reads a source once, in full precision. Chunks are combined in
// their order, so that the result does not depend on the number of workers.
func newMoments(ctx context.Context, s Source, pool *par.Pool) (*moments, error) {
	n, d := s.Len(), dims.Count(s.Shape())
	empty := func() *moments {
		return &moments{mean: make([]float64, d), square: make([]float64, d), low: math.Inf(1), high: math.Inf(-1)}
	}
	total, parts := empty(), make([]*moments, min(roundChunks, (n+chunkSamples-1)/chunkSamples))
	for i := range parts {
		parts[i] = empty()
	}
	errs := make([]error, len(parts))
	w := asWide(s)
	single, double := make([][]float32, pool.Threads()), make([][]float64, pool.Threads())
	for first := 0; first < n; first += len(parts) * chunkSamples {
		pool.Do(len(parts), func(c, worker int) {
			lo := first + c*chunkSamples
			hi := min(lo+chunkSamples, n)
			if w != nil {
				errs[c] = measure(ctx, parts[c], w.read64, &double[worker], lo, hi)
			} else {
				errs[c] = measure(ctx, parts[c], s.Read, &single[worker], lo, hi)
			}
		})
		for c, p := range parts {
			if errs[c] != nil {
				return nil, errs[c]
			}
			total.add(p)
		}
	}
	return total, nil
}

// measure replaces m by the moments of samples [lo,hi), by Welford's recurrence.
// Samples are read into x, which is made where it is nil.
func measure[T float32 | float64](ctx context.Context, m *moments, read func(dst []T, index int) error, x *[]T, lo, hi int) error {
	m.count, m.low, m.high, m.hash = 0, math.Inf(1), math.Inf(-1), 0
	clear(m.mean)
	clear(m.square)
	if *x == nil {
		*x = make([]T, len(m.mean))
	}
	return firstError(ctx, max(hi-lo, 0), func(i int) error {
		if err := read(*x, lo+i); err != nil {
			return err
		}
		m.count++
		by := 1 / m.count
		for k, v := range *x {
			v := float64(v)
			delta := v - m.mean[k]
			m.mean[k] += delta * by
			m.square[k] += delta * (v - m.mean[k])
			m.low, m.high = min(m.low, v), max(m.high, v)
		}
		m.hash = hashSample(m.hash, *x)
		return nil
	})
}

// add combines two sets of samples (Chan, Golub and LeVeque, 1979).
func (m *moments) add(p *moments) {
	if p.count == 0 {
		return
	}
	count := m.count + p.count
	for k, mean := range p.mean {
		delta := mean - m.mean[k]
		m.mean[k] += delta * p.count / count
		m.square[k] += p.square[k] + delta*delta*m.count*p.count/count
	}
	m.count = count
	m.low, m.high = min(m.low, p.low), max(m.high, p.high)
	m.hash = m.hash.with(uint64(p.hash))
}
