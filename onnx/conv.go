package onnx

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op"
)

// conv translates a convolution with what it reads on the way.
func (t *translator) conv(n *G.Node, o *op.Conv, in []value) (value, error) {
	x, axes := in[0], in[0].image()
	rest := in[1:]
	if o.Affine {
		rest = rest[1:]
	}
	w, bias := rest[0], rest[1]
	if w.data == nil || bias.data == nil {
		return value{}, fmt.Errorf("its weight is computed; want one of the network's own")
	}
	kernel := o.Kernel[2-axes:]
	strides, begin, end := []int{1, 1}[:axes], make([]int, axes), make([]int, axes)
	for i, k := range kernel {
		begin[i], end[i] = k/2, k/2
	}
	source := x.name
	dims := append([]int{o.Out, o.In}, kernel...)
	switch first, halve := t.halved[n]; {
	case x.window != nil:
		if o.Affine {
			return value{}, fmt.Errorf("a normalisation of patches")
		}
		p := x.window
		dims = []int{o.Out, o.In / (p.Size * p.Size), p.Size, p.Size}
		kernel, strides = []int{p.Size, p.Size}, []int{p.Stride, p.Stride}
		begin, end = []int{p.Padding, p.Padding}, []int{p.Padding, p.Padding}
	default:
		source = t.read(in, o.Prologue)
		if o.Padding == op.Replicate {
			source = t.pad(source, begin, end)
			begin, end = make([]int, axes), make([]int, axes)
		}
		if halve { // of pixels first, first+2, … alone
			strides = []int{2, 2}
			begin = []int{1 - first, 1 - first}
		}
	}
	y := t.add("Conv", []string{source, t.weight(w, dims...), t.weight(bias, o.Out)},
		attribute{"kernel_shape", kernel}, attribute{"strides", strides}, attribute{"pads", append(append([]int{}, begin...), end...)})
	if o.Residual {
		y = t.sum(y, rest[2].name)
	}
	return value{name: y}, nil
}

// read applies a prologue to the first of its inputs.
func (t *translator) read(in []value, p op.Prologue) string {
	x := in[0].name
	if p.Affine {
		x = in[1].affine(x)
		if !p.Linear {
			x = t.silu(x)
		}
	}
	return x
}

// pad repeats the pixels at the border.
func (t *translator) pad(x string, begin, end []int) string {
	amounts := append([]int{0, 0}, begin...)
	amounts = append(append(amounts, 0, 0), end...)
	some := false
	for _, a := range amounts {
		some = some || a > 0
	}
	if !some {
		return x
	}
	return t.add("Pad", []string{x, t.ints(amounts...)}, attribute{"mode", "edge"})
}
