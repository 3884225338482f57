package gmm

import (
	"sort"

	"github.com/condmean/condmean/internal/rng"
)

// Sampler draws samples of a mixture one by one. It must not be used
// concurrently.
type Sampler struct {
	m    *Mixture
	cum  []float64 // sums of the weights
	s    rng.Stream
	e, z []float64
}

// NewSampler returns a sampler of m.
func NewSampler(m *Mixture) *Sampler {
	s := &Sampler{m: m, cum: make([]float64, len(m.weights)), e: make([]float64, m.n), z: make([]float64, m.n)}
	sum := 0.0
	for k, w := range m.weights {
		sum += w
		s.cum[k] = sum
	}
	return s
}

// Draw fills x (N) with a sample, a function of (seed, purpose, step, sample)
// alone.
func (s *Sampler) Draw(x []float64, seed, purpose, step, sample uint64) {
	k := s.choose(seed, purpose, step, sample)
	s.s.Normal(s.e)
	s.m.comps[k].colour(x, s.m.mean(k), s.e, s.z)
}

// choose begins a sample's stream and returns its component.
func (s *Sampler) choose(seed, purpose, step, sample uint64) int {
	s.s.Reset(seed, rng.Purpose(purpose), step, sample)
	last := len(s.cum) - 1
	return min(sort.SearchFloat64s(s.cum, s.s.Rand().Float64()*s.cum[last]), last)
}
