package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// Padding is what a convolution sees outside the image.
type Padding int

const (
	Zero      Padding = iota // zeros
	Replicate                // the nearest pixel of the image
)

// String returns the name PyTorch uses.
func (p Padding) String() string { return [...]string{"zeros", "replicate"}[p] }

// Input is what a convolution reads: X itself, or Mask·SiLU(A·X + B) if Affine
// is given, computed on the way in and never stored.
type Input struct {
	X      *G.Node // activation (N,C,L) or (N,C,H,W)
	Affine *G.Node // (2,N,C), A then B, from Norm; nil: X as it is
	Mask   *G.Node // (N,C) factors from DropoutMask; nil: none
}

// Conv is a convolution with stride 1 and an output of the input's size,
//
//	y = W * f(x) + b (+ residual),  f(x) = x or Mask·SiLU(A·x + B).
type Conv struct {
	core
	Out     int     // output channels
	Kernel  [2]int  // taps along H and W; a signal has 1 along H
	Padding Padding // outside the image
	input   Input
	weight  *G.Node
	bias    *G.Node
	resid   *G.Node
	packed  packing

	k       *kernel.Conv
	moments *kernel.Moments // filled where Moments of the output are wanted

	momentsNode *G.Node
}

// ConvOptions are the optional parts of a convolution.
type ConvOptions struct {
	Padding  Padding
	Residual *G.Node // added to the result
	Frozen   *Frozen // nil: weights are packed at each run
}

// NewConv adds a convolution of in by weight (O,C,k) or (O,C,k,k), k = 1 or 3,
// and bias (O).
func NewConv(rt *Runtime, in Input, weight, bias *G.Node, o ConvOptions) (*G.Node, error) {
	xs, ws := in.X.Shape(), weight.Shape()
	if len(xs) != 3 && len(xs) != 4 {
		return nil, fmt.Errorf("op: conv: input has shape %v, want (N,C,L) or (N,C,H,W)", xs)
	}
	if len(ws) != len(xs) || ws[1] != xs[1] {
		return nil, fmt.Errorf("op: conv: weight %s of shape %v does not fit an input of shape %v", weight.Name(), ws, xs)
	}
	if len(bias.Shape()) != 1 || bias.Shape()[0] != ws[0] {
		return nil, fmt.Errorf("op: conv: bias %s has shape %v, want (%d)", bias.Name(), bias.Shape(), ws[0])
	}
	x, err := toBlocked(rt, in.X)
	if err != nil {
		return nil, err
	}
	in.X = x
	shape := xs.Clone()
	shape[1] = ws[0]
	c := &Conv{core: newCore(rt, "conv", blocked, shape...), Out: ws[0], Kernel: [2]int{1, ws[2]}, Padding: o.Padding,
		input: in, weight: weight, bias: bias, packed: packing{frozen: o.Frozen}}
	if len(ws) == 4 {
		c.Kernel = [2]int{ws[2], ws[3]}
	}
	c.k, err = kernel.NewConv(kernel.ConvSpec{In: imageShape(xs), Out: c.Out, KH: c.Kernel[0], KW: c.Kernel[1], Replicate: o.Padding == Replicate}, rt.ws)
	if err != nil {
		return nil, fmt.Errorf("op: conv: weight %s: %w", weight.Name(), err)
	}
	ins := c.input.nodes()
	if o.Residual != nil {
		if !o.Residual.Shape().Eq(shape) {
			return nil, fmt.Errorf("op: conv: residual has shape %v, want %v", o.Residual.Shape(), shape)
		}
		if c.resid, err = toBlocked(rt, o.Residual); err != nil {
			return nil, err
		}
	}
	ins = append(ins, weight, bias)
	if c.resid != nil {
		ins = append(ins, c.resid)
	}
	return apply(c, ins...)
}

func (in Input) nodes() G.Nodes {
	ns := G.Nodes{in.X}
	if in.Affine != nil {
		ns = append(ns, in.Affine)
	}
	if in.Mask != nil {
		ns = append(ns, in.Mask)
	}
	return ns
}

// read returns the prologue of in and the values that follow it.
func (in Input) read(v []G.Value) (x []float32, pre kernel.Prologue, rest []G.Value) {
	x, v = floats(v[0]), v[1:]
	if in.Affine != nil {
		pre.Scale, pre.Shift = split(floats(v[0]))
		v = v[1:]
	}
	if in.Mask != nil {
		pre.Mask = floats(v[0])
		v = v[1:]
	}
	return x, pre, v
}

// Do computes the convolution.
func (c *Conv) Do(v ...G.Value) (out G.Value, err error) {
	defer c.guard(&err)
	x, pre, v := c.input.read(v)
	if c.packed.stale() {
		c.k.SetWeights(floats(v[0]), floats(v[1]))
	}
	var residual []float32
	if c.resid != nil {
		residual = floats(v[2])
	}
	c.k.Forward(c.buf(), x, pre, residual, c.moments)
	return c.out, nil
}

// DiffWRT reports gradients for all inputs but the mask.
func (c *Conv) DiffWRT(inputs int) []bool {
	d := make([]bool, inputs)
	for i, n := range c.in {
		d[i] = n != c.input.Mask
	}
	return d
}

// SymDiff returns the gradients of the inputs.
func (c *Conv) SymDiff(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	grad, err := toBlocked(c.rt, grad)
	if err != nil {
		return nil, err
	}
	bd := &ConvBackwardData{core: newCore(c.rt, "conv.dx", blocked, c.input.X.Shape()...), forward: c}
	ins := append(G.Nodes{grad, c.weight}, c.input.nodes()...)
	dz, err := apply(bd, ins...)
	if err != nil {
		return nil, err
	}
	grads := G.Nodes{dz}
	if a := c.input.Affine; a != nil {
		da, b, err := newTap(c.rt, "conv.daffine", lanes, dz, a.Shape()...)
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
	if c.input.Mask != nil {
		grads = append(grads, nil)
	}
	bw := &ConvBackwardWeights{core: newCore(c.rt, "conv.dw", plain, c.weight.Shape()...), forward: c}
	dw, err := apply(bw, append(G.Nodes{grad}, c.input.nodes()...)...)
	if err != nil {
		return nil, err
	}
	db, b, err := newTap(c.rt, "conv.db", plain, dw, c.Out)
	if err != nil {
		return nil, err
	}
	bw.db = b
	grads = append(grads, dw, db)
	if c.resid != nil {
		grads = append(grads, grad)
	}
	return grads, nil
}

// ConvBackwardData is the gradient of a convolution with respect to what its
// prologue computes before the affine map: dz = (Wᵀ*dy)·Mask·SiLU'(A·x + B), or
// Wᵀ*dy where there is no prologue.
type ConvBackwardData struct {
	core
	noDiff
	forward *Conv
	sums    *kernel.PrologueGrad // Σ dz·x and Σ dz of each plane
}

// Do computes the gradient.
func (c *ConvBackwardData) Do(v ...G.Value) (out G.Value, err error) {
	defer c.guard(&err)
	x, pre, _ := c.forward.input.read(v[2:])
	c.forward.k.SetWeightsBackward(floats(v[1]))
	c.forward.k.BackwardData(c.buf(), floats(v[0]), x, pre, c.sums)
	return c.out, nil
}

// ConvBackwardWeights is the gradient with respect to the weight and, in a
// tap, the bias.
type ConvBackwardWeights struct {
	core
	noDiff
	forward *Conv
	db      []float32
}

// Do computes the gradients.
func (c *ConvBackwardWeights) Do(v ...G.Value) (out G.Value, err error) {
	defer c.guard(&err)
	x, pre, _ := c.forward.input.read(v[1:])
	c.forward.k.BackwardWeights(c.buf(), c.db, floats(v[0]), x, pre)
	return c.out, nil
}

var (
	_ operation = (*Conv)(nil)
	_ operation = (*ConvBackwardData)(nil)
	_ operation = (*ConvBackwardWeights)(nil)
)
