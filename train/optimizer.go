package train

import (
	"fmt"
	"math"

	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/model"
)

// Optimizer moves parameters along their gradients. Its state is exported, so
// that a checkpoint continues exactly.
type Optimizer interface {
	// Step moves params by grads, which are aligned with them, times scale.
	// step counts from 1.
	Step(pool *par.Pool, params, grads []*model.Tensor, step int, lr, scale float64)
	// State returns the state's tensors; they are the optimizer's own.
	State() []model.Tensor
}

// Adam is the optimizer of Kingma and Ba (2015) as PyTorch computes it, without
// weight decay:
//
//	m ← β₁m + (1-β₁)g    v ← β₂v + (1-β₂)g²
//	θ ← θ - lr/(1-β₁^s) · m / (√v/√(1-β₂^s) + ε)
type Adam struct {
	Beta1, Beta2, Eps float64
	m, v              []model.Tensor
}

var _ Optimizer = (*Adam)(nil)

// NewAdam returns Adam with PyTorch's defaults and zero moments for params.
func NewAdam(params []*model.Tensor) *Adam {
	a := &Adam{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
	for _, p := range params {
		a.m = append(a.m, model.Tensor{Name: p.Name + ".exp_avg", Shape: p.Shape, Data: make([]float32, len(p.Data))})
		a.v = append(a.v, model.Tensor{Name: p.Name + ".exp_avg_sq", Shape: p.Shape, Data: make([]float32, len(p.Data))})
	}
	return a
}

// State returns the first and second moments.
func (a *Adam) State() []model.Tensor { return append(append([]model.Tensor(nil), a.m...), a.v...) }

// Step applies one update.
func (a *Adam) Step(pool *par.Pool, params, grads []*model.Tensor, step int, lr, scale float64) {
	s := float64(step)
	rate := float32(lr / (1 - math.Pow(a.Beta1, s)))
	root := float32(1 / math.Sqrt(1-math.Pow(a.Beta2, s)))
	b1, b2, eps, g0 := float32(a.Beta1), float32(a.Beta2), float32(a.Eps), float32(scale)
	inChunks(pool, params, func(i, lo, hi int) {
		p, g, m, v := params[i].Data[lo:hi], grads[i].Data[lo:hi], a.m[i].Data[lo:hi], a.v[i].Data[lo:hi]
		for k := range p {
			x := g0 * g[k]
			m[k] += (1 - b1) * (x - m[k])
			v[k] = b2*v[k] + (1-b2)*x*x
			p[k] -= rate * m[k] / (float32(math.Sqrt(float64(v[k])))*root + eps)
		}
	})
}

// inChunks calls f on ranges of all tensors, in parallel.
func inChunks(pool *par.Pool, tensors []*model.Tensor, f func(i, lo, hi int)) {
	const size = 8192
	type chunk struct{ i, lo, hi int }
	var chunks []chunk
	for i, t := range tensors {
		for lo := 0; lo < len(t.Data); lo += size {
			chunks = append(chunks, chunk{i, lo, min(lo+size, len(t.Data))})
		}
	}
	pool.Do(len(chunks), func(c, _ int) { f(chunks[c].i, chunks[c].lo, chunks[c].hi) })
}

// newOptimizer returns the optimizer of a configuration.
func newOptimizer(name string, params []*model.Tensor) (Optimizer, error) {
	switch name {
	case "adam", "":
		return NewAdam(params), nil
	}
	return nil, fmt.Errorf("train.optimizer: %q is unknown, want adam", name)
}

// gradNorm returns the Euclidean norm of all gradients, or an error that names
// a tensor with a value that is not finite.
func gradNorm(grads []*model.Tensor) (float64, error) {
	sum := 0.0
	for _, g := range grads {
		s := 0.0
		for _, v := range g.Data {
			s += float64(v) * float64(v)
		}
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return 0, fmt.Errorf("gradient of %s is not finite", g.Name)
		}
		sum += s
	}
	return math.Sqrt(sum), nil
}
