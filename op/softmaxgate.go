package op

import (
	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// SoftmaxGate is g = Scale·softmax(q·(1+s)) over each row of its inputs q and s
// (N,S): a soft choice of one of S slots.
type SoftmaxGate struct {
	core
	Scale float64
}

// NewSoftmaxGate returns the gates of logits q, sharpened by s.
func NewSoftmaxGate(rt *Runtime, q, s *G.Node, scale float64) (*G.Node, error) {
	n, slots, err := rowsOf("softmax gate", q)
	if err != nil {
		return nil, err
	}
	if err := expect("softmax gate", "the sharpness", s, plain, n, slots); err != nil {
		return nil, err
	}
	return apply(&SoftmaxGate{core: newCore(rt, "softmaxgate", plain, n, slots), Scale: scale}, q, s)
}

// Attributes tells the scale.
func (s *SoftmaxGate) Attributes() []Attribute { return []Attribute{{"scale", s.Scale}} }

// FLOP counts the logits, their maximum, exponentials, sum and quotients.
func (s *SoftmaxGate) FLOP() int64 { return 7 * s.count() }

// Do computes the gates.
func (s *SoftmaxGate) Do(v ...G.Value) (out G.Value, err error) {
	defer s.guard(&err)
	kernel.SoftmaxGate(s.rt.ws, s.buf(), floats(v[0]), floats(v[1]), s.shape[0], float32(s.Scale))
	return s.out, nil
}

// DiffWRT reports gradients for both inputs.
func (s *SoftmaxGate) DiffWRT(int) []bool { return []bool{true, true} }

// SymDiff returns the gradients of q and s.
func (s *SoftmaxGate) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	g := &SoftmaxGateGrad{core: newCore(s.rt, "softmaxgate.dq", plain, s.shape...), Scale: s.Scale}
	dq, err := apply(g, grad, out, in[0], in[1])
	if err != nil {
		return nil, err
	}
	ds, b, err := newTap(s.rt, "s", plain, dq, s.shape...)
	g.ds = b
	return G.Nodes{dq, ds}, err
}

// SoftmaxGateGrad is the gradient of a SoftmaxGate with respect to q, of its
// inputs dg, g, q and s, and in a tap with result "s" with respect to s. With
// du = g·(dg - Σ g·dg/Scale), the sum over rows, they are du·(1+s) and du·q.
type SoftmaxGateGrad struct {
	core
	noDiff
	Scale float64
	ds    []float32
}

// Attributes tells the scale.
func (s *SoftmaxGateGrad) Attributes() []Attribute { return []Attribute{{"scale", s.Scale}} }

// FLOP counts the sum and the products.
func (s *SoftmaxGateGrad) FLOP() int64 { return 7 * s.count() }

// Do computes the gradients.
func (s *SoftmaxGateGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer s.guard(&err)
	kernel.SoftmaxGateGrad(s.rt.ws, s.buf(), s.ds, floats(v[0]), floats(v[1]), floats(v[2]), floats(v[3]), s.shape[0], float32(s.Scale))
	return s.out, nil
}

var (
	_ operation = (*SoftmaxGate)(nil)
	_ operation = (*SoftmaxGateGrad)(nil)
)
