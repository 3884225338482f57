package model

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/op"
)

// experts is the conditional mean of a mixture of Gaussians with low-rank
// covariances as a network: each expert is one component's filter, and a softmax of
// their log densities weighs them. Samples of other shapes are taken as vectors. It is
// drawn at random, or begins with a mixture fitted to samples, see [FromMixture];
// training by the loss of the noise then moves means, directions and variances.
type experts struct {
	configs.Experts
	values int // of a sample
}

var _ architecture = (*experts)(nil)

// newExperts lays out the parameters.
func newExperts(c configs.Model, shape []int) (architecture, error) {
	a := &experts{Experts: c.Experts, values: dims.Count(shape)}
	if a.Rank > a.values {
		return nil, fmt.Errorf("model.experts.rank: %d directions, but samples have %d values; want at most as many", a.Rank, a.values)
	}
	return a, nil
}

// Names of the parameters, and of the table of log SNRs by level.
const (
	expertDirections = "experts.directions"
	expertMeans      = "experts.means"
	expertVariances  = "experts.log_variances"
	expertRest       = "experts.log_rest"
	expertWeights    = "experts.log_weights"
	expertLevels     = "log_snr"
)

func (a *experts) declare(d *declaration) {
	d.buffer(expertLevels, ramp(8, -8), a.Levels)
	d.parameter(expertDirections, normal(1/math.Sqrt(float64(a.values))), a.Count, a.Rank, a.values)
	d.parameter(expertMeans, normal(1), a.Count, a.values)
	d.parameter(expertVariances, constant(0), a.Count, a.Rank)
	d.parameter(expertRest, constant(-2), a.Count)
	d.parameter(expertWeights, constant(0), a.Count)
}

// ramp goes from one value to another in equal steps.
func ramp(from, to float64) initializer {
	return func(values []float32, _ *rng.Stream) {
		for i := range values {
			values[i] = float32(from + (to-from)*float64(i)/math.Max(1, float64(len(values)-1)))
		}
	}
}

// forward builds ε̂; see op.Experts.
func (a *experts) forward(b *builder, x, level *G.Node) *G.Node {
	return b.do(func() (*G.Node, error) {
		rho, err := op.NewInterpolate(b.net.rt, b.param(expertLevels), level)
		if err != nil {
			return nil, err
		}
		return op.NewExperts(b.net.rt, x, rho, op.ExpertInputs{Directions: b.param(expertDirections), Means: b.param(expertMeans),
			Variances: b.param(expertVariances), Rest: b.param(expertRest), Weights: b.param(expertWeights)}, b.frozen())
	})
}

func (a *experts) ends() (first, last string) { return "", "" }

func (a *experts) checkBatch(int) error { return nil }

// Levels tells a network that holds the SNRs of its levels, such as one of experts, what
// they are. Others do not ask.
func (net *Network) Levels(snr []float64) error {
	t := net.byName[expertLevels]
	if t == nil {
		return nil
	}
	if len(snr) != len(t.Data) {
		return fmt.Errorf("model: %d levels for a network of %d", len(snr), len(t.Data))
	}
	for i, v := range snr {
		t.Data[i] = float32(math.Log(v))
	}
	return nil
}

// FromMixture sets a network of experts to the filters of a mixture of as many
// components of kind PPCA, of the network's rank, fitted to normalised samples.
func (net *Network) FromMixture(m *gmm.Mixture) error {
	a, ok := net.arch.(*experts)
	if !ok || m.Kind() != gmm.PPCA || m.Components() != a.Count || m.Dim() != a.values {
		return fmt.Errorf("model: a mixture of %d components in %d dimensions is not one for this network of kind %s", m.Components(), m.Dim(), net.config.Kind)
	}
	net.mu.Lock()
	defer net.mu.Unlock()
	if net.predictors > 0 {
		return fmt.Errorf("model: mixture: %w", errOpen)
	}
	set := func(name string, at int, values ...float64) {
		for i, v := range values {
			net.byName[name].Data[at+i] = float32(v)
		}
	}
	for k, w := range m.Weights() {
		axes, variances, rest := m.Principal(k)
		if len(variances) != a.Rank {
			return fmt.Errorf("model: a mixture of rank %d for experts of rank %d", len(variances), a.Rank)
		}
		set(expertDirections, k*a.Rank*a.values, axes...)
		set(expertMeans, k*a.values, m.Mean(k)...)
		for i, v := range variances {
			set(expertVariances, k*a.Rank+i, logVariance(v))
		}
		set(expertRest, k, logVariance(rest))
		set(expertWeights, k, math.Log(math.Max(w, 1e-30)))
	}
	return nil
}

// logVariance is the logarithm of a variance, of which none is smaller than what noise
// at any level hides.
func logVariance(v float64) float64 { return math.Log(math.Max(v, 1e-9)) }
