package op

import (
	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// SymDiff returns the gradients of the inputs.
func (c *Conv) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	grad, err := toBlocked(c.rt, grad)
	if err != nil {
		return nil, err
	}
	prologue, weight := in[:c.inputs()], in[c.inputs()]
	bd := &ConvBackwardData{core: newCore(c.rt, "conv.dx", blocked, in[0].Shape()...), ConvAttributes: c.ConvAttributes, forward: c}
	dz, err := apply(bd, append(G.Nodes{grad, weight}, prologue...)...)
	if err != nil {
		return nil, err
	}
	grads := G.Nodes{dz}
	if c.Affine {
		a := in[1]
		da, b, err := newTap(c.rt, "affine", lanes, dz, a.Shape()...)
		if err != nil {
			return nil, err
		}
		bd.sums = &kernel.PrologueGrad{}
		bd.sums.Scale, bd.sums.Shift = split(b)
		dx, err := newScaled(c.rt, dz, a, false)
		if err != nil {
			return nil, err
		}
		grads = G.Nodes{dx, da}
	}
	if c.Mask {
		grads = append(grads, nil)
	}
	bw := &ConvBackwardWeights{core: newCore(c.rt, "conv.dw", plain, weight.Shape()...), ConvAttributes: c.ConvAttributes, forward: c}
	dw, err := apply(bw, append(G.Nodes{grad}, prologue...)...)
	if err != nil {
		return nil, err
	}
	db, b, err := newTap(c.rt, "bias", plain, dw, c.Out)
	if err != nil {
		return nil, err
	}
	bw.db = b
	grads = append(grads, dw, db)
	if c.Residual {
		grads = append(grads, grad)
	}
	return grads, nil
}

// ConvBackwardData is the gradient of a convolution with respect to what its
// prologue computes before the affine map: dz = (Wᵀ*dy)·Mask·SiLU'(A·x + B), or
// Wᵀ*dy where there is no prologue or a Linear one. Inputs: dy, W, those of the
// Prologue.
//
// With an affine map a tap has the result "affine" (2,N,C): Σ dz·x and Σ dz of
// each plane.
type ConvBackwardData struct {
	core
	noDiff
	ConvAttributes
	forward *Conv
	sums    *kernel.PrologueGrad // Σ dz·x and Σ dz of each plane
}

// Attributes lists ConvAttributes.
func (c *ConvBackwardData) Attributes() []Attribute { return c.attributes() }

// FLOP counts the work of the forward pass, that of the derivative of SiLU and
// that of the sums.
func (c *ConvBackwardData) FLOP() int64 {
	return c.taps(c.forward) + c.flop(c.count()) + c.gradFLOP(c.count())
}

// Do computes the gradient.
func (c *ConvBackwardData) Do(v ...G.Value) (out G.Value, err error) {
	defer c.guard(&err)
	x, pre, _ := c.read(v[2:])
	c.forward.k.SetWeightsBackward(floats(v[1]))
	c.forward.k.BackwardData(c.buf(), floats(v[0]), x, pre, c.sums)
	return c.out, nil
}

// ConvBackwardWeights is the gradient with respect to the weight, and in a tap
// with result "bias" to the bias. Inputs: dy, those of the Prologue.
type ConvBackwardWeights struct {
	core
	noDiff
	ConvAttributes
	forward *Conv
	db      []float32
}

// Attributes lists ConvAttributes.
func (c *ConvBackwardWeights) Attributes() []Attribute { return c.attributes() }

// FLOP counts the work of the forward pass and the sums of the bias.
func (c *ConvBackwardWeights) FLOP() int64 {
	return c.taps(c.forward) + c.flop(int64(c.forward.in[0].Shape().TotalSize())) + c.forward.count()
}

// Do computes the gradients.
func (c *ConvBackwardWeights) Do(v ...G.Value) (out G.Value, err error) {
	defer c.guard(&err)
	x, pre, _ := c.read(v[1:])
	c.forward.k.BackwardWeights(c.buf(), c.db, floats(v[0]), x, pre)
	return c.out, nil
}

var (
	_ operation = (*ConvBackwardData)(nil)
	_ operation = (*ConvBackwardWeights)(nil)
)
