package lower

import (
	"github.com/condmean/condmean/lower/hlo"
	"github.com/condmean/condmean/op"
)

// convolution lowers convolutions and what changes the pixels of activations.
func (l *lowering) convolution(o op.Operation, in []value, shape []int) (value, bool) {
	switch o := o.(type) {
	case *op.Conv:
		return l.conv(o.ConvAttributes, in), true
	case *op.ConvBackwardData:
		return l.convBackwardData(o.ConvAttributes, in), true
	case *op.ConvBackwardWeights:
		return l.convBackwardWeights(o.ConvAttributes, in, shape), true
	case *op.Activate:
		return activation(l.reader(o.Prologue, in).y), true
	case *op.ActivateGrad:
		r := l.reader(o.Prologue, in[1:])
		return r.backward(l, in[0].Value), true
	case *op.Concat:
		return activation(l.Concat(3, in[0].Value, in[1].Value)), true
	case *op.Part:
		return activation(l.Cut(in[0].Value, 3, o.First, shape[1])), true
	case *op.Resize:
		return activation(l.resize(in[0].Value, o.Up, factors(shape))), true
	case *op.ResizeGrad:
		return activation(l.resizeGrad(in[0].Value, pixelsLast(shape), o.Up, factors(shape))), true
	case *op.Subsample:
		return activation(l.subsample(in[0].Value, o.First, factors(shape))), true
	case *op.SubsampleGrad:
		return activation(l.subsampleGrad(in[0].Value, pixelsLast(shape), o.First, factors(shape))), true
	case *op.Patches:
		return activation(l.patches(in[0].Value, o.PatchAttributes, pixelsLast(shape))), true
	case *op.PatchesGrad:
		return activation(l.patchesGrad(in[0].Value, o.PatchAttributes, pixelsLast(shape))), true
	case *op.DropoutMask:
		return array(l.source.Factors(o)), true
	case *op.Dropout:
		return l.dropout(o, in[0]), true
	case *op.DropoutGrad:
		return activation(l.Mul(in[0].Value, in[1].Value)), true
	}
	return value{}, false
}

// kernel is a weight (O,C,…) as (O,C,kh,kw).
func (l *lowering) kernel(w hlo.Value, a op.ConvAttributes) hlo.Value {
	return l.Reshape(w, a.Out, a.In, a.Kernel[0], a.Kernel[1])
}

// taps counts the taps of a kernel; one of a single tap is a matrix product.
func taps(a op.ConvAttributes) int { return a.Kernel[0] * a.Kernel[1] }

// around is how many pixels a kernel of odd size reaches beyond the image, or with
// edges, which are there already, none.
func around(a op.ConvAttributes) [2][2]int {
	if a.Padding == op.Replicate {
		return [2][2]int{}
	}
	h, w := a.Kernel[0]/2, a.Kernel[1]/2
	return [2][2]int{{h, h}, {w, w}}
}

func (l *lowering) conv(a op.ConvAttributes, in []value) value {
	r := l.reader(a.Prologue, in)
	weight, bias := r.rest[0].Value, r.rest[1].Value
	var y hlo.Value
	if taps(a) == 1 {
		y = l.Dot(r.y, l.Reshape(weight, a.Out, a.In), hlo.Axes{}, hlo.Axes{A: []int{3}, B: []int{1}})
	} else {
		s := r.y.Shape
		y = l.Convolve(l.edges(a, r.y), l.kernel(weight, a), "[b, 0, 1, f]x[o, i, 0, 1]->[b, 0, 1, f]", around(a), s[0], s[1], s[2], a.Out)
	}
	y = l.Add(y, l.channels(bias, y))
	if a.Residual {
		y = l.Add(y, r.rest[2].Value)
	}
	return activation(y)
}

func (l *lowering) convBackwardData(a op.ConvAttributes, in []value) value {
	dy, weight, r := in[0].Value, in[1].Value, l.reader(a.Prologue, in[2:])
	if taps(a) == 1 {
		return r.backward(l, l.Dot(dy, l.Reshape(weight, a.Out, a.In), hlo.Axes{}, hlo.Axes{A: []int{3}, B: []int{0}}))
	}
	// The kernel is turned around by an operation of its own: XLA is slow at
	// convolutions that do so.
	turned := l.Reverse(l.kernel(weight, a), 2, 3)
	s, pad := append([]int(nil), r.x.Shape...), around(a)
	if a.Padding == op.Replicate {
		for i, k := range a.Kernel {
			pad[i] = [2]int{k - 1, k - 1}
			s[1+i] += k - 1
		}
	}
	d := l.Convolve(dy, turned, "[b, 0, 1, f]x[i, o, 0, 1]->[b, 0, 1, f]", pad, s...)
	return r.backward(l, l.fold(a, d))
}

func (l *lowering) convBackwardWeights(a op.ConvAttributes, in []value, shape []int) value {
	dy, r := in[0].Value, l.reader(a.Prologue, in[1:])
	var dw hlo.Value
	if pixels := []int{0, 1, 2}; taps(a) == 1 {
		dw = l.Dot(dy, r.y, hlo.Axes{}, hlo.Axes{A: pixels, B: pixels})
	} else {
		dw = l.Convolve(l.edges(a, r.y), dy, "[f, 0, 1, b]x[i, 0, 1, o]->[f, b, 0, 1]", around(a), a.Out, a.In, a.Kernel[0], a.Kernel[1])
	}
	return array(l.Reshape(dw, shape...)).with("bias", array(l.Sum(dy, 0, 1, 2)))
}

// edges repeats the border of an activation for a convolution with replicate
// padding.
func (l *lowering) edges(a op.ConvAttributes, x hlo.Value) hlo.Value {
	if a.Padding != op.Replicate {
		return x
	}
	for i, k := range a.Kernel {
		axis, last := 1+i, x.Shape[1+i]-1
		parts := []hlo.Value{x}
		for range k / 2 {
			parts = append([]hlo.Value{l.Cut(x, axis, 0, 1)}, append(parts, l.Cut(x, axis, last, 1))...)
		}
		x = l.Concat(axis, parts...)
	}
	return x
}

// fold is the adjoint of edges.
func (l *lowering) fold(a op.ConvAttributes, x hlo.Value) hlo.Value {
	if a.Padding != op.Replicate {
		return x
	}
	for i, k := range a.Kernel {
		axis, e := 1+i, k/2
		if e == 0 {
			continue
		}
		n := x.Shape[axis] - 2*e
		border := func(from, at int) hlo.Value { // a border's sum at pixel at
			pad := make([]hlo.Padding, 4)
			pad[axis] = hlo.Padding{Before: at, Behind: n - 1 - at}
			s := append([]int(nil), x.Shape...)
			s[axis] = 1
			return l.Pad(l.Reshape(l.Sum(l.Cut(x, axis, from, e), axis), s...), pad...)
		}
		x = l.Add(l.Add(l.Cut(x, axis, e, n), border(0, 0)), border(e+n, n-1))
	}
	return x
}
