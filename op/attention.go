package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// AttentionAttributes describe an attention and its gradient.
type AttentionAttributes struct {
	Heads  int
	Width  int // features of a head
	Memory int // keys and values of the layer's own, before those of the pixels
}

func (a AttentionAttributes) attributes() []Attribute {
	l := []Attribute{{"heads", a.Heads}, {"width", a.Width}}
	if a.Memory > 0 {
		l = append(l, Attribute{"memory", a.Memory})
	}
	return l
}

// Attention is softmax attention between the pixels of each sample. Its input x
// (N,3·Heads·Width,…) has the queries of all heads, Width channels each, then
// their keys, then their values; with q, k, v of a head as rows of pixels,
//
//	y = softmax(q·kᵀ/√Width)·v
//
// over all pixels, (N,Heads·Width,…). A further input m (2,Heads,Memory,Width) has
// keys and values that come before those of the pixels.
type Attention struct {
	core
	AttentionAttributes
	k     kernel.AttentionSpec
	stats *kernel.AttentionStats // nil: nobody asks for gradients
}

// AttentionOptions are the heads and optional parts of an attention.
type AttentionOptions struct {
	Heads  int
	Memory *G.Node // keys then values: (2,Heads,M,Width), for linear attention (2,Heads,Width,M); nil: none
}

// NewAttention adds attention between the pixels of qkv (N,3·Heads·Width,L) or
// (N,3·Heads·Width,H,W).
func NewAttention(rt *Runtime, qkv *G.Node, o AttentionOptions) (*G.Node, error) {
	a := &Attention{}
	in, err := newAttention(rt, "attention", qkv, o, func(shape []int, k kernel.AttentionSpec) {
		a.core, a.AttentionAttributes, a.k = newCore(rt, "attention", blocked, shape...), attributesOf(k), k
	})
	if err != nil {
		return nil, err
	}
	return apply(a, in...)
}

func attributesOf(k kernel.AttentionSpec) AttentionAttributes {
	return AttentionAttributes{Heads: k.Heads, Width: k.Width, Memory: k.Memory}
}

// newAttention returns the inputs of an attention, and tells the shape of its
// result and what its kernel is to do.
func newAttention(rt *Runtime, name string, qkv *G.Node, o AttentionOptions, tell func(shape []int, k kernel.AttentionSpec)) (G.Nodes, error) {
	x, err := toBlocked(rt, qkv)
	if err != nil {
		return nil, err
	}
	shape := x.Shape().Clone()
	if o.Heads < 1 || shape[1]%(3*o.Heads) != 0 {
		return nil, fmt.Errorf("op: %s: %d channels are not queries, keys and values of %d heads", name, shape[1], o.Heads)
	}
	k := kernel.AttentionSpec{In: imageShape(shape), Heads: o.Heads, Width: shape[1] / (3 * o.Heads)}
	in := G.Nodes{x}
	if o.Memory != nil {
		columns, want := 0, []int{2, k.Heads, 0, k.Width}
		if name == linearAttention {
			want = []int{2, k.Heads, k.Width, 0}
		}
		for i, d := range o.Memory.Shape() {
			if i < len(want) && want[i] == 0 {
				columns, want[i] = d, d
			}
		}
		if err := expect(name, "the memory", o.Memory, plain, want...); err != nil {
			return nil, err
		}
		k.Memory = columns
		in = append(in, o.Memory)
	}
	if err := k.Check(); err != nil {
		return nil, fmt.Errorf("op: %s: %w", name, err)
	}
	shape[1] /= 3
	tell(shape, k)
	return in, nil
}

// Attributes lists AttentionAttributes.
func (a *Attention) Attributes() []Attribute { return a.attributes() }

// softmaxFLOP counts the maximum, difference, exponential and sum of a logit.
const softmaxFLOP = 4

// FLOP counts both products, and the softmax.
func (a *Attention) FLOP() int64 {
	return (4*int64(a.Width) + softmaxFLOP) * a.logits()
}

// logits counts pairs of a query and a key, over all heads.
func (a *Attention) logits() int64 {
	pixels := a.count() / int64(a.shape[0]*a.shape[1])
	return int64(a.shape[0]*a.Heads) * pixels * (pixels + int64(a.Memory))
}

// Do computes the attention.
func (a *Attention) Do(v ...G.Value) (out G.Value, err error) {
	defer a.guard(&err)
	a.k.Forward(a.rt.ws, a.buf(), floats(v[0]), memoryOf(v[1:]), a.stats)
	return a.out, nil
}

// memoryOf returns the first of the values, nil if there is none.
func memoryOf(v []G.Value) []float32 {
	if len(v) == 0 {
		return nil
	}
	return floats(v[0])
}

// DiffWRT reports gradients for the activation and the memory.
func (a *Attention) DiffWRT(inputs int) []bool { return everyInput(inputs) }

// everyInput reports a gradient for each input.
func everyInput(inputs int) []bool {
	d := make([]bool, inputs)
	for i := range d {
		d[i] = true
	}
	return d
}

// SymDiff returns the gradients of the activation and the memory.
func (a *Attention) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	grad, err := toBlocked(a.rt, grad)
	if err != nil {
		return nil, err
	}
	rows := a.shape[0] * a.Heads * (a.k.In.H * a.k.In.W)
	a.stats = &kernel.AttentionStats{Top: make([]float32, rows), Inverse: make([]float32, rows)}
	g := &AttentionGrad{core: newCore(a.rt, "attention.dx", blocked, in[0].Shape()...), AttentionAttributes: a.AttentionAttributes, forward: a}
	dx, err := apply(g, append(G.Nodes{grad, out}, in...)...)
	if err != nil || a.Memory == 0 {
		return G.Nodes{dx}, err
	}
	dm, b, err := newTap(a.rt, "memory", plain, dx, in[1].Shape()...)
	g.dmemory = b
	return G.Nodes{dx, dm}, err
}

// AttentionGrad is the gradient of an Attention with respect to its activation, of
// its inputs dy, y and those of the Attention, and in a tap with result "memory" to
// the memory. With P the softmax and Σ over the features of a query,
//
//	dv = Pᵀ·dy   dS = P∘(dy·vᵀ - Σ dy·y)   dq = dS·k/√Width   dk = dSᵀ·q/√Width
type AttentionGrad struct {
	core
	noDiff
	AttentionAttributes
	forward *Attention
	dmemory []float32
}

// Attributes lists AttentionAttributes.
func (g *AttentionGrad) Attributes() []Attribute { return g.attributes() }

// FLOP counts five products and the softmax.
func (g *AttentionGrad) FLOP() int64 {
	return (10*int64(g.Width) + softmaxFLOP + 3) * g.forward.logits()
}

// Do computes the gradients.
func (g *AttentionGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer g.guard(&err)
	g.forward.k.Backward(g.rt.ws, g.buf(), g.dmemory, floats(v[0]), floats(v[1]), floats(v[2]), memoryOf(v[3:]), *g.forward.stats)
	return g.out, nil
}

var (
	_ operation = (*Attention)(nil)
	_ operation = (*AttentionGrad)(nil)
)
