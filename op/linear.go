package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// Linear is y = x·Wᵀ + b for its inputs x (N,I), W (O,I), b (O).
type Linear struct {
	core
	k      *kernel.Linear
	packed packing
}

// NewLinear adds a linear layer. frozen is as in ConvOptions.
func NewLinear(rt *Runtime, x, weight, bias *G.Node, frozen *Frozen) (*G.Node, error) {
	xs, ws := x.Shape(), weight.Shape()
	if len(xs) != 2 || len(ws) != 2 || xs[1] != ws[1] || layoutOf(x) != plain || layoutOf(weight) != plain {
		return nil, fmt.Errorf("op: linear: weight %s of shape %v does not fit an input of shape %v", weight.Name(), ws, xs)
	}
	if err := expect("linear", "the bias", bias, plain, ws[0]); err != nil {
		return nil, err
	}
	k, err := kernel.NewLinear(rt.ws, xs[0], xs[1], ws[0])
	if err != nil {
		return nil, fmt.Errorf("op: linear: weight %s: %w", weight.Name(), err)
	}
	return apply(&Linear{core: newCore(rt, "linear", plain, xs[0], ws[0]), k: k, packed: packing{frozen: frozen}}, x, weight, bias)
}

// FLOP counts a product and a sum for each weight and sample.
func (l *Linear) FLOP() int64 { return 2 * l.count() * int64(l.in[0].Shape()[1]) }

// Do computes the layer.
func (l *Linear) Do(v ...G.Value) (out G.Value, err error) {
	defer l.guard(&err)
	if l.packed.stale() {
		l.k.SetWeights(floats(v[1]), floats(v[2]))
	}
	l.k.Forward(l.buf(), floats(v[0]), nil)
	return l.out, nil
}

// DiffWRT reports gradients for all inputs.
func (l *Linear) DiffWRT(int) []bool { return []bool{true, true, true} }

// SymDiff returns the gradients of x, weight and bias.
func (l *Linear) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
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
	return G.Nodes{dx, dw, db}, err
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

// FLOP counts what the layer does, and the sums of the bias.
func (l *LinearGrad) FLOP() int64 {
	n := l.forward.FLOP()
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

// siluGradFLOP counts the work of y·SiLU'(x), SiLU' = s·(1 + x·(1-s)) with
// s = 1/(1+exp(-x)).
const siluGradFLOP = 8

// SiLU is x/(1+e^-x) on a plain array.
type SiLU struct{ core }

// FLOP counts negation, exponential, sum and quotient.
func (s *SiLU) FLOP() int64 { return 4 * s.count() }

// NewSiLU applies SiLU to every value of x.
func NewSiLU(rt *Runtime, x *G.Node) (*G.Node, error) {
	if layoutOf(x) != plain {
		return nil, fmt.Errorf("op: silu: %v is an activation, use NewActivate", x)
	}
	return apply(&SiLU{newCore(rt, "silu", plain, x.Shape()...)}, x)
}

// Do computes the function.
func (s *SiLU) Do(v ...G.Value) (out G.Value, err error) {
	defer s.guard(&err)
	kernel.SiLU(s.rt.ws, s.buf(), floats(v[0]))
	return s.out, nil
}

// DiffWRT reports that the input has a gradient.
func (s *SiLU) DiffWRT(int) []bool { return []bool{true} }

// SymDiff multiplies by the derivative.
func (s *SiLU) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	n, err := apply(&SiLUGrad{core: newCore(s.rt, "silu.dx", plain, s.shape...)}, grad, in[0])
	return G.Nodes{n}, err
}

// SiLUGrad is dx = dy·SiLU'(x) of its inputs dy and x.
type SiLUGrad struct {
	core
	noDiff
}

// FLOP counts the derivative and the product.
func (s *SiLUGrad) FLOP() int64 { return siluGradFLOP * s.count() }

// Do computes the gradient.
func (s *SiLUGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer s.guard(&err)
	kernel.SiLUGrad(s.rt.ws, s.buf(), floats(v[0]), floats(v[1]))
	return s.out, nil
}

var (
	_ operation = (*Linear)(nil)
	_ operation = (*LinearGrad)(nil)
	_ operation = (*SiLU)(nil)
	_ operation = (*SiLUGrad)(nil)
)
