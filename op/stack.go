package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Stack is its inputs, arrays that differ in their first axis at most, one after
// the other along it: the weights of several layers of one input as those of one.
type Stack struct {
	core
	packed packing
}

// NewStack stacks arrays. frozen, which may be nil, is as in ConvOptions: what it
// says has not changed is not copied again.
func NewStack(rt *Runtime, frozen *Frozen, parts ...*G.Node) (*G.Node, error) {
	if len(parts) == 0 {
		return nil, fmt.Errorf("op: stack: no arrays")
	}
	shape := parts[0].Shape().Clone()
	if len(shape) == 0 {
		return nil, fmt.Errorf("op: stack: %s is a number", parts[0].Name())
	}
	shape[0] = 0
	for _, p := range parts {
		s := p.Shape().Clone()
		if len(s) == 0 {
			return nil, fmt.Errorf("op: stack: %s is a number", p.Name())
		}
		if err := expect("stack", "an array", p, plain, append(s[:1], shape[1:]...)...); err != nil {
			return nil, err
		}
		shape[0] += p.Shape()[0]
	}
	s := &Stack{core: newCore(rt, "stack", plain, shape...), packed: packing{frozen: frozen}}
	s.side = frozen != nil // the copy must last
	return apply(s, parts...)
}

// FLOP returns 0.
func (s *Stack) FLOP() int64 { return 0 }

// Do copies the parts.
func (s *Stack) Do(v ...G.Value) (out G.Value, err error) {
	defer s.guard(&err)
	y := s.buf()
	if s.packed.stale() {
		for _, p := range v {
			y = y[copy(y, floats(p)):]
		}
	}
	return s.out, nil
}

// DiffWRT reports gradients for all parts.
func (s *Stack) DiffWRT(inputs int) []bool { return everyInput(inputs) }

// SymDiff cuts the gradient into its parts.
func (s *Stack) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	grads, first := make(G.Nodes, len(in)), 0
	for i, p := range in {
		var err error
		if grads[i], err = newRows(s.rt, grad, first, p.Shape()); err != nil {
			return nil, err
		}
		first += p.Shape()[0]
	}
	return grads, nil
}

// Rows is so many rows, as its shape says, of its input, from First on.
type Rows struct {
	core
	noDiff
	First int
}

func newRows(rt *Runtime, x *G.Node, first int, shape tensor.Shape) (*G.Node, error) {
	return apply(&Rows{core: newCore(rt, "rows", plain, shape...), First: first}, x)
}

// Attributes tells the first row.
func (r *Rows) Attributes() []Attribute { return []Attribute{{"first", r.First}} }

// FLOP returns 0.
func (r *Rows) FLOP() int64 { return 0 }

// Do copies the rows.
func (r *Rows) Do(v ...G.Value) (out G.Value, err error) {
	defer r.guard(&err)
	copy(r.buf(), floats(v[0])[r.First*(r.size()/r.shape[0]):])
	return r.out, nil
}

var (
	_ operation = (*Stack)(nil)
	_ operation = (*Rows)(nil)
)
