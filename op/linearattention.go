package op

import (
	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

const linearAttention = "linear attention"

// LinearAttention is attention without a product of queries and keys. Its input x
// is that of an Attention, and with q, k, v of a head as rows of pixels, and
// softmaxes over the features of a query and over the keys for each feature,
//
//	y = softmax(q)/√Width · (softmax(k)ᵀ·v).
//
// A further input m (2,Heads,Width,Memory) has keys and values that come before
// those of the pixels.
type LinearAttention struct {
	core
	AttentionAttributes
	k kernel.LinearAttention
}

// NewLinearAttention adds linear attention between the pixels of qkv.
func NewLinearAttention(rt *Runtime, qkv *G.Node, o AttentionOptions) (*G.Node, error) {
	a := &LinearAttention{}
	in, err := newAttention(rt, linearAttention, qkv, o, func(shape []int, k kernel.AttentionSpec) {
		a.core, a.AttentionAttributes, a.k = newCore(rt, "linearattention", blocked, shape...), attributesOf(k), kernel.LinearAttention{AttentionSpec: k}
	})
	if err != nil {
		return nil, err
	}
	return apply(a, in...)
}

// Attributes lists AttentionAttributes.
func (a *LinearAttention) Attributes() []Attribute { return a.attributes() }

// FLOP counts both products and both softmaxes.
func (a *LinearAttention) FLOP() int64 { return (4*int64(a.Width) + 2*softmaxFLOP) * a.count() }

// Do computes the attention.
func (a *LinearAttention) Do(v ...G.Value) (out G.Value, err error) {
	defer a.guard(&err)
	a.k.Forward(a.rt.ws, a.buf(), floats(v[0]), memoryOf(v[1:]))
	return a.out, nil
}

// DiffWRT reports gradients for the activation and the memory.
func (a *LinearAttention) DiffWRT(inputs int) []bool { return everyInput(inputs) }

// SymDiff returns the gradients of the activation and the memory.
func (a *LinearAttention) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	grad, err := toBlocked(a.rt, grad)
	if err != nil {
		return nil, err
	}
	g := &LinearAttentionGrad{core: newCore(a.rt, "linearattention.dx", blocked, in[0].Shape()...), AttentionAttributes: a.AttentionAttributes, forward: a}
	dx, err := apply(g, append(G.Nodes{grad}, in...)...)
	if err != nil || a.Memory == 0 {
		return G.Nodes{dx}, err
	}
	dm, b, err := newTap(a.rt, "memory", plain, dx, in[1].Shape()...)
	g.dmemory = b
	return G.Nodes{dx, dm}, err
}

// LinearAttentionGrad is the gradient of a LinearAttention with respect to its
// activation, of its inputs dy and those of the LinearAttention, and in a tap with
// result "memory" to the memory.
type LinearAttentionGrad struct {
	core
	noDiff
	AttentionAttributes
	forward *LinearAttention
	dmemory []float32
}

// Attributes lists AttentionAttributes.
func (g *LinearAttentionGrad) Attributes() []Attribute { return g.attributes() }

// FLOP counts five products and both softmaxes, with their gradients.
func (g *LinearAttentionGrad) FLOP() int64 {
	return (10*int64(g.Width) + 2*(softmaxFLOP+4)) * g.forward.count()
}

// Do computes the gradients.
func (g *LinearAttentionGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer g.guard(&err)
	g.forward.k.Backward(g.rt.ws, g.buf(), g.dmemory, floats(v[0]), floats(v[1]), memoryOf(v[2:]))
	return g.out, nil
}

var (
	_ operation = (*LinearAttention)(nil)
	_ operation = (*LinearAttentionGrad)(nil)
)
