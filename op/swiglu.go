package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// SwiGLU is y (N,H) = SiLU(u)·v of the halves (u, v) of each row of its input
// (N,2H).
type SwiGLU struct{ core }

// NewSwiGLU gates one half of each row of x by the other.
func NewSwiGLU(rt *Runtime, x *G.Node) (*G.Node, error) {
	n, c, err := rowsOf("swiglu", x)
	if err != nil {
		return nil, err
	}
	if c%2 != 0 {
		return nil, fmt.Errorf("op: swiglu: rows of %d values have no halves", c)
	}
	return apply(&SwiGLU{newCore(rt, "swiglu", plain, n, c/2)}, x)
}

// FLOP counts SiLU and the product.
func (s *SwiGLU) FLOP() int64 { return (siluFLOP + 1) * s.count() }

// Do computes the function.
func (s *SwiGLU) Do(v ...G.Value) (out G.Value, err error) {
	defer s.guard(&err)
	kernel.SwiGLU(s.rt.ws, s.buf(), floats(v[0]), s.shape[0])
	return s.out, nil
}

// DiffWRT reports that the input has a gradient.
func (s *SwiGLU) DiffWRT(int) []bool { return []bool{true} }

// SymDiff returns the gradient of both halves.
func (s *SwiGLU) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	dx, err := apply(&SwiGLUGrad{core: newCore(s.rt, "swiglu.dx", plain, in[0].Shape()...)}, grad, in[0])
	return G.Nodes{dx}, err
}

// SwiGLUGrad is the gradient of a SwiGLU, of its inputs dy (N,H) and x (N,2H):
// du = dy·v·SiLU'(u), then dv = dy·SiLU(u).
type SwiGLUGrad struct {
	core
	noDiff
}

// FLOP counts the derivatives and the products.
func (s *SwiGLUGrad) FLOP() int64 { return (siluGradFLOP + 3) * s.count() / 2 }

// Do computes the gradient.
func (s *SwiGLUGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer s.guard(&err)
	kernel.SwiGLUGrad(s.rt.ws, s.buf(), floats(v[0]), floats(v[1]), s.shape[0])
	return s.out, nil
}

var (
	_ operation = (*SwiGLU)(nil)
	_ operation = (*SwiGLUGrad)(nil)
)
