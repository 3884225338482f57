package train

import (
	"cmp"
	"math"

	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
)

// AdamOptions are the settings of Adam. Zeros of Beta1, Beta2 and Eps mean
// PyTorch's defaults 0.9, 0.999 and 1e-8.
type AdamOptions struct {
	Beta1, Beta2, Eps float64
	WeightDecay       float64
	Decoupled         bool // weight decay as in AdamW, not as an L2 term of the gradient
	Groups            Groups
	Update            func(p, g, m, v []float32, c op.AdamCoefs) // the inner loop; nil: op.PortableAdam
}

// Adam is the optimizer of Kingma and Ba (ICLR 2015), and with Decoupled the
// AdamW of Loshchilov and Hutter (ICLR 2019), as PyTorch computes them:
//
//	θ ← θ - lr·λ·θ (AdamW)    or    g ← g + λ·θ (Adam)
//	m ← m + (1-β₁)(g - m)           v ← β₂v + (1-β₂)g²
//	θ ← θ - lr/(1-β₁^k) · m / (√v/√(1-β₂^k) + ε)
type Adam struct {
	o      AdamOptions
	params []*model.Tensor
	groups []Group
	m, v   []model.Tensor
	chunks *chunks
}

var _ Optimizer = (*Adam)(nil)

// NewAdam returns Adam with zero moments for params. A nil pool
// means one thread, whose results are the same.
func NewAdam(pool *par.Pool, params []*model.Tensor, o AdamOptions) *Adam {
	if o.Update == nil {
		o.Update = op.PortableAdam
	}
	o.Beta1, o.Beta2, o.Eps = cmp.Or(o.Beta1, 0.9), cmp.Or(o.Beta2, 0.999), cmp.Or(o.Eps, 1e-8)
	return &Adam{o: o, params: params, groups: o.Groups.perTensor(params, o.WeightDecay),
		m: zerosLike(params, ".exp_avg"), v: zerosLike(params, ".exp_avg_sq"), chunks: newChunks(pool, params)}
}

// State returns the first and second moments.
func (a *Adam) State() []model.Tensor { return append(append([]model.Tensor(nil), a.m...), a.v...) }

// Step applies one update in a single pass over each tensor.
func (a *Adam) Step(grads []*model.Tensor, update int, lr, scale float64) {
	bias1 := 1 - math.Pow(a.o.Beta1, float64(update))
	root2 := float32(math.Sqrt(1 - math.Pow(a.o.Beta2, float64(update))))
	// 1-β is rounded once: formed in float32 it would be off by up to 1e-5.
	all := op.AdamCoefs{By: float32(scale), Rest1: float32(1 - a.o.Beta1), Beta2: float32(a.o.Beta2), Rest2: float32(1 - a.o.Beta2), Root2: root2, Eps: float32(a.o.Eps)}
	a.chunks.each(func(i, lo, hi int) {
		group := &a.groups[i]
		if group.LR == 0 {
			return
		}
		c := all
		c.Rate = float32(lr * group.LR / bias1)
		c.Keep, c.L2 = 1, float32(group.WeightDecay)
		if a.o.Decoupled {
			c.Keep, c.L2 = float32(1-lr*group.LR*group.WeightDecay), 0
		}
		a.o.Update(a.params[i].Data[lo:hi], grads[i].Data[lo:hi], a.m[i].Data[lo:hi], a.v[i].Data[lo:hi], c)
	})
}
