package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/condmean/condmean/op/internal/kernel"
)

// Reblock changes the layout of an activation in memory: to blocks of 16
// channels ("block"), or back to row-major ("unblock"). Shape and values stay.
type Reblock struct{ core }

// FLOP returns 0.
func (r *Reblock) FLOP() int64 { return 0 }

// expect refuses a node whose value is of another layout or shape than the
// operation reads as what.
func expect(operation, what string, n *G.Node, l layout, shape ...int) error {
	if got := layoutOf(n); got != l {
		return fmt.Errorf("op: %s: %s %v is %v, want %v", operation, what, n, got, l)
	}
	if !n.Shape().Eq(tensor.Shape(shape)) {
		return fmt.Errorf("op: %s: %s %v has shape %v, want %v", operation, what, n, n.Shape(), tensor.Shape(shape))
	}
	return nil
}

// toBlocked returns n itself if its value is blocked already.
func toBlocked(rt *Runtime, n *G.Node) (*G.Node, error) {
	switch layoutOf(n) {
	case blocked:
		return n, nil
	case lanes, mask:
		return nil, fmt.Errorf("op: %v is no activation", n)
	}
	if d := n.Shape().Dims(); d != 3 && d != 4 {
		return nil, fmt.Errorf("op: %v has shape %v, want (N,C,L) or (N,C,H,W)", n, n.Shape())
	}
	return apply(&Reblock{newCore(rt, "block", blocked, n.Shape()...)}, n)
}

// Unblock returns the activation x as a row-major array of its logical shape.
func Unblock(rt *Runtime, x *G.Node) (*G.Node, error) {
	switch layoutOf(x) {
	case plain:
		return x, nil
	case lanes, mask:
		return nil, fmt.Errorf("op: %v is no activation", x)
	}
	return apply(&Reblock{newCore(rt, "unblock", plain, x.Shape()...)}, x)
}

// Do copies the value into the other layout.
func (r *Reblock) Do(v ...G.Value) (out G.Value, err error) {
	defer r.guard(&err)
	if r.layout == blocked {
		kernel.Block(r.rt.ws, r.buf(), floats(v[0]), imageShape(r.shape))
	} else {
		kernel.Unblock(r.rt.ws, r.buf(), floats(v[0]), imageShape(r.shape))
	}
	return r.out, nil
}

// DiffWRT reports that the input has a gradient.
func (r *Reblock) DiffWRT(int) []bool { return []bool{true} }

// SymDiff copies the gradient into the input's layout.
func (r *Reblock) SymDiff(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	var n *G.Node
	var err error
	if r.layout == blocked {
		n, err = Unblock(r.rt, grad)
	} else {
		n, err = toBlocked(r.rt, grad)
	}
	return G.Nodes{n}, err
}

var _ operation = (*Reblock)(nil)
