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

// ConvAttributes describe a convolution and its gradients.
type ConvAttributes struct {
	In, Out  int     // channels
	Kernel   [2]int  // taps along H and W; a signal has 1 along H
	Padding  Padding // outside the image
	Prologue         // f
	Residual bool    // an activation of the result's shape is added
}

// Conv is a convolution with stride 1 and an output of the input's size,
//
//	y = W * f(x) + b (+ residual),  f(x) = x or Mask·SiLU(A·x + B) or A·x + B.
//
// Inputs: those of the Prologue, W (O,C,k) or (O,C,k,k), or of any shape (O,…) with C
// values of each output for one tap, b (O), the residual.
type Conv struct {
	core
	ConvAttributes
	packed packing

	k       *kernel.Conv
	moments *kernel.Moments // filled where Moments of the output are wanted

	momentsNode *G.Node
}

// Attributes lists ConvAttributes.
func (c *Conv) Attributes() []Attribute { return c.attributes() }

// FLOP counts a product and a sum for each tap of each output, the bias among
// the sums, and the work of prologue and residual.
func (c *Conv) FLOP() int64 {
	n := c.taps(c) + c.flop(int64(c.in[0].Shape().TotalSize()))
	if c.Residual {
		n += c.count()
	}
	return n
}

func (a ConvAttributes) attributes() []Attribute {
	return append([]Attribute{
		{"kernel", fmt.Sprintf("%dx%d", a.Kernel[0], a.Kernel[1])}, {"padding", a.Padding}},
		append(a.Prologue.attributes(), Attribute{"residual", a.Residual})...)
}

// taps counts the products and sums of all outputs of a convolution.
func (a ConvAttributes) taps(c *Conv) int64 {
	return 2 * c.count() * int64(a.In*a.Kernel[0]*a.Kernel[1])
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
	in, err := in.blocked(rt, "conv")
	if err != nil {
		return nil, err
	}
	xs, ws := in.X.Shape(), weight.Shape()
	single := len(ws) > 1 && ws[1:].TotalSize() == xs[1] // one tap
	if !single && (len(ws) != len(xs) || ws[1] != xs[1]) || layoutOf(weight) != plain {
		return nil, fmt.Errorf("op: conv: weight %s of shape %v does not fit an input of shape %v", weight.Name(), ws, xs)
	}
	if err := expect("conv", "the bias", bias, plain, ws[0]); err != nil {
		return nil, err
	}
	if o.Padding != Zero && o.Padding != Replicate {
		return nil, fmt.Errorf("op: conv: padding %d is unknown", o.Padding)
	}
	shape := xs.Clone()
	shape[1] = ws[0]
	a := ConvAttributes{In: xs[1], Out: ws[0], Kernel: [2]int{1, 1}, Padding: o.Padding, Prologue: in.prologue(), Residual: o.Residual != nil}
	if !single {
		copy(a.Kernel[4-len(ws):], ws[2:]) // a signal has one tap along H
	}
	c := &Conv{core: newCore(rt, "conv", blocked, shape...), ConvAttributes: a, packed: packing{frozen: o.Frozen}}
	c.k, err = kernel.NewConv(kernel.ConvSpec{In: imageShape(xs), Out: a.Out, KH: a.Kernel[0], KW: a.Kernel[1], Replicate: o.Padding == Replicate, Anew: o.Frozen == nil}, rt.ws)
	if err != nil {
		return nil, fmt.Errorf("op: conv: weight %s: %w", weight.Name(), err)
	}
	ins := append(in.nodes(), weight, bias)
	if o.Residual != nil {
		if !o.Residual.Shape().Eq(shape) {
			return nil, fmt.Errorf("op: conv: residual has shape %v, want %v", o.Residual.Shape(), shape)
		}
		residual, err := toBlocked(rt, o.Residual)
		if err != nil {
			return nil, err
		}
		ins = append(ins, residual)
	}
	return apply(c, ins...)
}

// Do computes the convolution.
func (c *Conv) Do(v ...G.Value) (out G.Value, err error) {
	defer c.guard(&err)
	x, pre, v := c.read(v)
	if c.packed.stale() {
		c.k.SetWeights(floats(v[0]), floats(v[1]))
	}
	var residual []float32
	if c.Residual {
		residual = floats(v[2])
	}
	c.k.Forward(c.buf(), x, pre, residual, c.moments)
	return c.out, nil
}

// DiffWRT reports gradients for all inputs but the mask.
func (c *Conv) DiffWRT(inputs int) []bool {
	d := everyInput(inputs)
	if c.Mask {
		d[2] = false
	}
	return d
}

var _ operation = (*Conv)(nil)
