package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/condmean/condmean/op/internal/kernel"
)

// LinearOptions say what a linear layer does beside the product.
type LinearOptions struct {
	// SiLU is applied to the result.
	SiLU bool
	// Residual, if not nil, is added to the result and of its shape. There is no
	// SiLU then.
	Residual *G.Node
	// Shape of a sample of the result, of O values; nil means (O).
	Shape []int
	// Frozen is as in ConvOptions.
	Frozen *Frozen
}

// Linear is y = x·Wᵀ + b (+ residual), or SiLU of it, for its inputs x (N,I),
// W (O,I), b (O) and residual (N,O). x, residual and y may have any shape (N,…) of
// as many values. With SiLU, a tap with result "sum" has the values before it.
type Linear struct {
	core
	SiLU     bool
	Residual bool
	k        *kernel.Linear
	packed   packing
	sum      []float32 // of a tap; nil: there is none
}

// NewLinear adds a linear layer.
func NewLinear(rt *Runtime, x, weight, bias *G.Node, o LinearOptions) (*G.Node, error) {
	xs, ws := x.Shape(), weight.Shape()
	if len(xs) < 2 || len(ws) != 2 || xs[1:].TotalSize() != ws[1] || layoutOf(x) != plain || layoutOf(weight) != plain {
		return nil, fmt.Errorf("op: linear: weight %s of shape %v does not fit an input of shape %v", weight.Name(), ws, xs)
	}
	if err := expect("linear", "the bias", bias, plain, ws[0]); err != nil {
		return nil, err
	}
	shape := []int{xs[0], ws[0]}
	if o.Shape != nil {
		shape = append(shape[:1], o.Shape...)
	}
	if tensor.Shape(shape).TotalSize() != xs[0]*ws[0] {
		return nil, fmt.Errorf("op: linear: weight %s of shape %v does not give samples of shape %v", weight.Name(), ws, o.Shape)
	}
	k, err := kernel.NewLinear(rt.ws, xs[0], ws[1], ws[0])
	if err != nil {
		return nil, fmt.Errorf("op: linear: weight %s: %w", weight.Name(), err)
	}
	l := &Linear{core: newCore(rt, "linear", plain, shape...), SiLU: o.SiLU, k: k, packed: packing{frozen: o.Frozen}}
	in := G.Nodes{x, weight, bias}
	if o.Residual != nil {
		if o.SiLU {
			return nil, fmt.Errorf("op: linear: weight %s: SiLU and a residual exclude each other", weight.Name())
		}
		if err := expect("linear", "the residual", o.Residual, plain, shape...); err != nil {
			return nil, err
		}
		l.Residual = true
		in = append(in, o.Residual)
	}
	return apply(l, in...)
}

// Attributes tells what is done beside the product.
func (l *Linear) Attributes() []Attribute {
	return []Attribute{{"silu", l.SiLU}, {"residual", l.Residual}}
}

// FLOP counts a product and a sum for each weight and sample, and what is done to
// the result.
func (l *Linear) FLOP() int64 {
	n := l.products()
	if l.SiLU {
		n += siluFLOP * l.count()
	}
	if l.Residual {
		n += l.count()
	}
	return n
}

// products counts a product and a sum for each weight and sample.
func (l *Linear) products() int64 { return 2 * l.count() * int64(l.in[1].Shape()[1]) }

// Do computes the layer.
func (l *Linear) Do(v ...G.Value) (out G.Value, err error) {
	defer l.guard(&err)
	if l.packed.stale() {
		l.k.SetWeights(floats(v[1]), floats(v[2]))
	}
	x, y := floats(v[0]), l.buf()
	switch {
	case l.SiLU && l.sum != nil:
		l.k.ForwardSiLU(y, l.sum, x)
	case l.SiLU:
		l.k.ForwardSiLU(y, y, x)
	case l.Residual:
		l.k.Forward(y, x, floats(v[3]))
	default:
		l.k.Forward(y, x, nil)
	}
	return l.out, nil
}

// DiffWRT reports gradients for all inputs.
func (l *Linear) DiffWRT(inputs int) []bool { return everyInput(inputs) }

// SymDiff returns the gradients of x, weight and bias, and of the residual.
func (l *Linear) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	if l.SiLU {
		sum, b, err := newTap(l.rt, "sum", plain, out, l.shape...)
		if err != nil {
			return nil, err
		}
		l.sum = b
		if grad, err = apply(&SiLUGrad{core: newCore(l.rt, "silu.dx", plain, l.shape...)}, grad, sum); err != nil {
			return nil, err
		}
	}
	dx, err := apply(&LinearGrad{core: newCore(l.rt, "linear.dx", plain, in[0].Shape()...), forward: l}, grad, in[1])
	if err != nil {
		return nil, err
	}
	w := &LinearGrad{core: newCore(l.rt, "linear.dw", plain, in[1].Shape()...), forward: l, Weights: true}
	dw, err := apply(w, grad, in[0])
	if err != nil {
		return nil, err
	}
	db, b, err := newTap(l.rt, "bias", plain, dw, in[2].Shape()...)
	w.db = b
	grads := G.Nodes{dx, dw, db}
	if l.Residual {
		grads = append(grads, grad)
	}
	return grads, err
}

// LinearGrad is the gradient of a linear layer: dy·W with respect to x, of the
// inputs dy and W; or, with Weights, dyᵀ·x with respect to W, of the inputs dy and
// x, and in a tap with result "bias" Σ dy over the samples.
type LinearGrad struct {
	core
	noDiff
	Weights bool
	forward *Linear
	db      []float32
}

// Attributes tells with respect to what.
func (l *LinearGrad) Attributes() []Attribute { return []Attribute{{"weights", l.Weights}} }

// FLOP counts what the product takes, and the sums of the bias.
func (l *LinearGrad) FLOP() int64 {
	n := l.forward.products()
	if l.Weights {
		n += l.forward.count()
	}
	return n
}

// Do computes the gradients.
func (l *LinearGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer l.guard(&err)
	if l.Weights {
		l.forward.k.BackwardWeights(l.buf(), l.db, floats(v[0]), floats(v[1]))
	} else {
		l.forward.k.BackwardData(l.buf(), floats(v[0]), floats(v[1]))
	}
	return l.out, nil
}

var (
	_ operation = (*Linear)(nil)
	_ operation = (*LinearGrad)(nil)
)
