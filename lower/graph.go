package lower

import (
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/condmean/condmean/lower/hlo"
	"github.com/condmean/condmean/op"
)

// Source has the values of a module that a graph reads and does not compute.
type Source interface {
	// Leaf is the value of a leaf of the graph, or false for one that is a constant.
	Leaf(n *G.Node) (v hlo.Value, ok bool)
	// Running are the running mean and variance (C) of a batch norm.
	Running(r *op.Running) (mean, variance hlo.Value)
	// Factors are those of an [op.DropoutMask] or [op.Dropout], in their shape, as
	// Draw draws them.
	Factors(o op.Operation) hlo.Value
}

// Moved is how a training step leaves the running statistics of a batch norm.
type Moved struct {
	Running        *op.Running
	Mean, Variance hlo.Value
}

// Graph appends what the outputs of a graph depend on to a module and returns their
// values, in logical shapes or, of an activation that is an output, as (N,H,W,C),
// and the running statistics that the graph moves. An operation that it does not
// know is an error that names it.
func Graph(m *hlo.Module, s Source, outputs ...*G.Node) (values []hlo.Value, moved []Moved, err error) {
	l := &lowering{Module: m, source: s, values: map[*G.Node]value{}}
	for _, n := range op.Nodes(outputs...) {
		v, err := l.node(n)
		if err != nil {
			return nil, nil, fmt.Errorf("lower: %w", err)
		}
		l.values[n] = v
	}
	for _, n := range outputs {
		values = append(values, l.values[n].Value)
	}
	return values, l.moved, nil
}

// lowering is a graph on its way into a module.
type lowering struct {
	*hlo.Module
	source Source
	values map[*G.Node]value
	moved  []Moved
}

// value is the value of a node. That of an activation has the axes (N,H,W,C), a
// signal H = 1; all others have their logical ones.
type value struct {
	hlo.Value
	activation bool
	more       map[string]value // further results, for op.Tap
}

func array(v hlo.Value) value      { return value{Value: v} }
func activation(v hlo.Value) value { return value{Value: v, activation: true} }

// like is v as what w is, an activation or not.
func (w value) like(v hlo.Value) value { return value{Value: v, activation: w.activation} }

// with adds a further result.
func (w value) with(name string, v value) value {
	if w.more == nil {
		w.more = map[string]value{}
	}
	w.more[name] = v
	return w
}

// node returns the value of a node whose inputs have theirs.
func (l *lowering) node(n *G.Node) (value, error) {
	o, ok := n.Op().(op.Operation)
	if !ok {
		return l.leaf(n)
	}
	var in []value
	for _, k := range o.Inputs() {
		in = append(in, l.values[k])
	}
	v, err := l.operation(o, in, n.Shape())
	if err != nil {
		return v, err
	}
	want := []int(n.Shape())
	if v.activation {
		want = pixelsLast(want)
	}
	if !slices.Equal(v.Shape, want) {
		return v, fmt.Errorf("%v became %v, want %v", o, v.Shape, want)
	}
	return v, nil
}

// pixelsLast is the shape (N,H,W,C) of an activation (N,C,L) or (N,C,H,W).
func pixelsLast(s []int) []int {
	if len(s) == 3 {
		return []int{s[0], 1, s[2], s[1]}
	}
	return []int{s[0], s[2], s[3], s[1]}
}

func (l *lowering) leaf(n *G.Node) (value, error) {
	if n.Op() != nil {
		return value{}, fmt.Errorf("%v is no operation of package op", n)
	}
	if v, ok := l.source.Leaf(n); ok {
		return array(v), nil
	}
	switch v := n.Value().(type) {
	case *G.F32:
		return array(l.Scalar(hlo.F32, float64(*v))), nil
	case *tensor.Dense:
		return array(l.Array(v.Float32s(), n.Shape()...)), nil
	}
	return value{}, fmt.Errorf("leaf %q has no value", n.Name())
}

// layout changes between activations and arrays of a logical shape.
func (l *lowering) layout(x value, shape []int) value {
	if x.activation {
		return array(l.Reshape(l.Transpose(x.Value, 0, 3, 1, 2), shape...))
	}
	s := pixelsLast(shape)
	return activation(l.Transpose(l.Reshape(x.Value, s[0], s[3], s[1], s[2]), 0, 2, 3, 1))
}
