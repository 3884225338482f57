package train

import (
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/model"
)

// SGDOptions are the settings of SGD.
type SGDOptions struct {
	Momentum    float64
	Nesterov    bool
	WeightDecay float64
	Groups      Groups
}

// SGD is stochastic gradient descent with momentum, as PyTorch computes it
// (without dampening):
//
//	g ← g + λ·θ    b ← μ·b + g (b = g at first)
//	θ ← θ - lr·b   or, with Nesterov's momentum,   θ ← θ - lr·(g + μ·b)
type SGD struct {
	o      SGDOptions
	params []*model.Tensor
	groups []Group
	b      []model.Tensor
	chunks *chunks
}

var _ Optimizer = (*SGD)(nil)

// NewSGD returns SGD for params. A nil pool
// means one thread, whose results are the same.
func NewSGD(pool *par.Pool, params []*model.Tensor, o SGDOptions) *SGD {
	s := &SGD{o: o, params: params, groups: o.Groups.perTensor(params, o.WeightDecay), chunks: newChunks(pool, params)}
	if o.Momentum != 0 {
		s.b = zerosLike(params, ".momentum_buffer")
	}
	return s
}

// State returns the momentum buffers, if there is momentum.
func (s *SGD) State() []model.Tensor { return append([]model.Tensor(nil), s.b...) }

// Step applies one update in a single pass over each tensor.
func (s *SGD) Step(grads []*model.Tensor, _ int, lr, scale float64) {
	by, mu := float32(scale), float32(s.o.Momentum)
	s.chunks.each(func(i, lo, hi int) {
		group := &s.groups[i]
		if group.LR == 0 {
			return
		}
		rate, l2 := float32(lr*group.LR), float32(group.WeightDecay)
		p, g := s.params[i].Data[lo:hi], grads[i].Data[lo:hi]
		for k, w := range p {
			x := by*g[k] + l2*w
			if s.b != nil { // zero at first, so that b = g then
				b := s.b[i].Data[lo:hi]
				b[k] = mu*b[k] + x
				if s.o.Nesterov {
					x += mu * b[k]
				} else {
					x = b[k]
				}
			}
			p[k] = w - rate*x
		}
	})
}
