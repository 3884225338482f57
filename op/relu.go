package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// ReLU is max(x, 0), of an activation or a plain array.
type ReLU struct{ core }

// NewReLU applies ReLU to every value of x.
func NewReLU(rt *Runtime, x *G.Node) (*G.Node, error) {
	if l := layoutOf(x); l != plain && l != blocked {
		return nil, fmt.Errorf("op: relu: %v is %v", x, l)
	}
	return apply(&ReLU{newCore(rt, "relu", layoutOf(x), x.Shape()...)}, x)
}

// FLOP counts one comparison for each value.
func (r *ReLU) FLOP() int64 { return r.count() }

// Do computes the function.
func (r *ReLU) Do(v ...G.Value) (out G.Value, err error) {
	defer r.guard(&err)
	kernel.ReLU(r.rt.ws, r.buf(), floats(v[0]))
	return r.out, nil
}

// DiffWRT reports that the input has a gradient.
func (r *ReLU) DiffWRT(int) []bool { return []bool{true} }

// SymDiff passes the gradient where the result is positive.
func (r *ReLU) SymDiff(_ G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	grad, err := inLayout(r.rt, grad, r.layout)
	if err != nil {
		return nil, err
	}
	n, err := apply(&ReLUGrad{core: newCore(r.rt, "relu.dx", r.layout, r.shape...)}, grad, out)
	return G.Nodes{n}, err
}

// ReLUGrad is dx = dy where the result y of a ReLU is positive, 0 elsewhere.
// Inputs: dy, y.
type ReLUGrad struct {
	core
	noDiff
}

// FLOP counts one comparison for each value.
func (r *ReLUGrad) FLOP() int64 { return r.count() }

// Do computes the gradient.
func (r *ReLUGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer r.guard(&err)
	kernel.ReLUGrad(r.rt.ws, r.buf(), floats(v[0]), floats(v[1]))
	return r.out, nil
}

// inLayout returns an activation in the layout wanted, blocked or plain.
func inLayout(rt *Runtime, n *G.Node, l layout) (*G.Node, error) {
	if l == blocked {
		return toBlocked(rt, n)
	}
	return Unblock(rt, n)
}

var (
	_ operation = (*ReLU)(nil)
	_ operation = (*ReLUGrad)(nil)
)
