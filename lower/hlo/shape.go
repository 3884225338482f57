package hlo

import (
	"fmt"
	"slices"
)

// Broadcast lays the axes of a along the given axes of a new shape.
func (m *Module) Broadcast(a Value, shape []int, axes ...int) Value {
	if len(axes) != len(a.Shape) {
		panic(fmt.Sprintf("hlo: broadcast of %s along axes %v", a.typ(), axes))
	}
	return m.op("broadcast_in_dim", "broadcast_dimensions = "+array(axes...), "", a.Elem, shape, a)
}

// Reshape changes the shape.
func (m *Module) Reshape(a Value, shape ...int) Value {
	if count(shape) != a.Size() {
		panic(fmt.Sprintf("hlo: reshape of %s to %v", a.typ(), shape))
	}
	if slices.Equal(shape, a.Shape) {
		return a
	}
	return m.op("reshape", "", "", a.Elem, shape, a)
}

// Transpose puts axis order[i] at place i.
func (m *Module) Transpose(a Value, order ...int) Value {
	shape := make([]int, len(order))
	for i, o := range order {
		shape[i] = a.Shape[o]
	}
	return m.op("transpose", "permutation = "+array(order...), "", a.Elem, shape, a)
}

// Reverse turns axes around.
func (m *Module) Reverse(a Value, axes ...int) Value {
	return m.op("reverse", "dimensions = "+array(axes...), "", a.Elem, a.Shape, a)
}

// Cut takes size elements of one axis, from start on.
func (m *Module) Cut(a Value, axis, start, size int) Value {
	from, to := make([]int, len(a.Shape)), slices.Clone(a.Shape)
	from[axis], to[axis] = start, start+size
	return m.Slice(a, from, to, nil)
}

// Slice takes the elements from … to, exclusive, in steps of stride; nil is 1.
func (m *Module) Slice(a Value, from, to, stride []int) Value {
	if stride == nil {
		stride = slices.Repeat([]int{1}, len(from))
	}
	shape := make([]int, len(from))
	for i := range from {
		shape[i] = (to[i] - from[i] + stride[i] - 1) / stride[i]
	}
	if slices.Equal(shape, a.Shape) {
		return a
	}
	p := fmt.Sprintf("start_indices = %s, limit_indices = %s, strides = %s", array(from...), array(to...), array(stride...))
	return m.op("slice", p, "", a.Elem, shape, a)
}

// At is entry i of the first axis, of a number of type i32 that is known when the
// module runs.
func (m *Module) At(a, i Value) Value {
	size := slices.Clone(a.Shape)
	size[0] = 1
	in := []Value{a, i}
	for range a.Shape[1:] {
		in = append(in, m.Scalar(I32, 0))
	}
	return m.Reshape(m.op("dynamic_slice", "slice_sizes = "+array(size...), "", a.Elem, size, in...), a.Shape[1:]...)
}

// Concat joins values along an axis.
func (m *Module) Concat(axis int, vs ...Value) Value {
	if len(vs) == 1 {
		return vs[0]
	}
	shape := slices.Clone(vs[0].Shape)
	for _, v := range vs[1:] {
		shape[axis] += v.Shape[axis]
	}
	return m.op("concatenate", fmt.Sprintf("dimension = %d : i64", axis), "", vs[0].Elem, shape, vs...)
}

// Padding is how many zeros are put before, behind and between the elements of an
// axis; negative numbers take elements away.
type Padding struct{ Before, Behind, Between int }

// Pad puts zeros around the elements of each axis.
func (m *Module) Pad(a Value, axes ...Padding) Value {
	shape, before, behind, between := slices.Clone(a.Shape), make([]int, len(axes)), make([]int, len(axes)), make([]int, len(axes))
	for i, p := range axes {
		before[i], behind[i], between[i] = p.Before, p.Behind, p.Between
		shape[i] += p.Before + p.Behind + p.Between*(shape[i]-1)
	}
	p := fmt.Sprintf("edge_padding_low = %s, edge_padding_high = %s, interior_padding = %s", array(before...), array(behind...), array(between...))
	return m.op("pad", p, "", a.Elem, shape, a, m.Scalar(a.Elem, 0))
}
