package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// siluFLOP counts negation, exponential, sum and quotient of x/(1+exp(-x)).
const siluFLOP = 4

// siluGradFLOP counts the work of y·SiLU'(x), SiLU' = s·(1 + x·(1-s)) with
// s = 1/(1+exp(-x)).
const siluGradFLOP = 8

// SiLU is x/(1+e^-x) on a plain array or an activation.
type SiLU struct{ core }

// FLOP counts the function.
func (s *SiLU) FLOP() int64 { return siluFLOP * s.count() }

// NewSiLU applies SiLU to every value of x.
func NewSiLU(rt *Runtime, x *G.Node) (*G.Node, error) {
	l := layoutOf(x)
	if l != plain && l != blocked {
		return nil, fmt.Errorf("op: silu: %v is %v, want an array or an activation", x, l)
	}
	return apply(&SiLU{newCore(rt, "silu", l, x.Shape()...)}, x) // lanes beyond the channels stay zero
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
	grad, err := inLayout(s.rt, grad, s.layout)
	if err != nil {
		return nil, err
	}
	n, err := apply(&SiLUGrad{core: newCore(s.rt, "silu.dx", s.layout, s.shape...)}, grad, in[0])
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
	_ operation = (*SiLU)(nil)
	_ operation = (*SiLUGrad)(nil)
)
