package onnx

import (
	"fmt"
	"math"
	"slices"

	"github.com/condmean/condmean/op"
)

// norm translates a normalisation; see op.Norm. It becomes a map that its readers
// apply, as in the network's graph.
func (t *translator) norm(o *op.Norm, in []value) (value, error) {
	gamma, beta := in[0].data, in[1].data
	rest := in[2:]
	if o.NeedsMoments() {
		rest = rest[1:]
	}
	if gamma == nil || beta == nil {
		return value{}, fmt.Errorf("its parameters are computed; want the network's own")
	}
	var scale, shift string // 1+s and b of the scale-shift
	switch {
	case o.Film && o.Shift:
		shift = rest[0].name
	case o.Film:
		halves := t.split(rest[0].name, 1, 2)
		scale, shift = t.plus(halves[0], 1), halves[1]
	}
	if o.Kind == op.Batch {
		if o.NeedsMoments() {
			return value{}, fmt.Errorf("a batch norm of a network in training")
		}
		gain, offset := running(o, gamma, beta)
		if o.After || !o.Film {
			return value{affine: t.then(gain, offset, scale, shift)}, nil
		}
		// gain·((1+s)·x + b) + offset
		return value{affine: t.perSample(t.scaled(scale, gain), t.sum(t.mul(shift, t.row(gain)), t.row(offset)))}, nil
	}
	first, after := func(x string) string { return x }, t.then(gamma, beta, "", "")
	switch {
	case o.Film && o.After:
		after = t.then(gamma, beta, scale, shift)
	case o.Film:
		first = t.perSample(scale, shift)
	}
	groups, channels := o.Groups, len(gamma)
	if o.Kind == op.Instance {
		groups = channels
	}
	return value{affine: func(x string) string {
		x = first(x)
		flat := t.reshape(x, 0, groups, -1)
		flat = t.add("InstanceNormalization", []string{flat,
			t.same(1, groups), t.same(0, groups)},
			attribute{"epsilon", float32(o.Eps)})
		return after(t.add("Reshape", []string{flat, t.add("Shape", []string{x})}))
	}}, nil
}

// running folds running statistics into a factor and an offset for each channel.
func running(o *op.Norm, gamma, beta []float32) (gain, offset []float32) {
	gain, offset = make([]float32, len(gamma)), make([]float32, len(gamma))
	for c, g := range gamma {
		a := float64(g) / math.Sqrt(float64(o.Running.Var[c])+o.Eps)
		gain[c], offset[c] = float32(a), float32(float64(beta[c])-a*float64(o.Running.Mean[c]))
	}
	return gain, offset
}

// then is scale·(gain·x + offset) + shift, with numbers for each channel and, where
// they have a name, for each sample and channel.
func (t *translator) then(gain, offset []float32, scale, shift string) func(string) string {
	if shift == "" {
		return func(x string) string { return t.constantMap(x, gain, offset) }
	}
	moved := t.row(offset)
	if scale != "" {
		moved = t.mul(scale, moved)
	}
	return t.perSample(t.scaled(scale, gain), t.sum(moved, shift))
}

// scaled is scale·gain, or gain where there is no scale.
func (t *translator) scaled(scale string, gain []float32) string {
	if scale == "" {
		return t.row(gain)
	}
	return t.mul(scale, t.row(gain))
}

// row is a constant (1,C).
func (t *translator) row(values []float32) string { return t.constants(values, 1, len(values)) }

// perSample is scale·x + shift with numbers (N,C) or (1,C); no scale is one.
func (t *translator) perSample(scale, shift string) func(string) string {
	return func(x string) string {
		if scale != "" {
			x = t.mul(x, t.planes(scale, t.axes))
		}
		return t.sum(x, t.planes(shift, t.axes))
	}
}

// constantMap is gain·x + offset of each channel.
func (t *translator) constantMap(x string, gain, offset []float32) string {
	return t.sum(t.mul(x, t.channels(gain, t.axes)), t.channels(offset, t.axes))
}

// modulation is (1+s)·x + b of the halves (s, b) of film.
func (t *translator) modulation(film value) value {
	halves := t.split(film.name, 1, 2)
	return value{affine: t.perSample(t.plus(halves[0], 1), halves[1])}
}

// pixelNorm normalises the channels of each pixel; see op.PixelNorm.
func (t *translator) pixelNorm(in []value, o op.PixelNormAttributes) string {
	x, channels := in[0].name, in[0].shape[1]
	gain := t.weight(in[1], append([]int{1, channels}, slices.Repeat([]int{1}, in[0].image())...)...)
	over := []attribute{{"axes", []int{1}}, {"keepdims", 1}}
	if o.RMS {
		norm := t.add("Max", []string{t.add("ReduceL2", []string{x}, over...), t.number(o.Eps)})
		return t.mul(t.times(t.add("Div", []string{x, norm}), math.Sqrt(float64(channels))), gain)
	}
	centred := t.sub(x, t.add("ReduceMean", []string{x}, over...))
	variance := t.add("ReduceMean", []string{t.mul(centred, centred)}, over...)
	return t.mul(t.add("Div", []string{centred, t.add("Sqrt", []string{t.plus(variance, o.Eps)})}), gain)
}

// unitPlanes gives the planes of the first channels one length; see op.UnitPlanes.
func (t *translator) unitPlanes(a op.UnitAttributes, channels int) value {
	factor, rest := make([]float32, channels), make([]float32, channels)
	for c := range channels {
		if c < a.Channels {
			factor[c] = float32(a.Factor)
		} else {
			rest[c] = 1
		}
	}
	return value{affine: func(x string) string {
		length := t.add("ReduceL2", []string{t.reshape(x, 0, channels, -1)}, attribute{"axes", []int{2}}, attribute{"keepdims", 0})
		scale := t.add("Div", []string{t.row(factor), t.add("Max", []string{length, t.number(1e-12)})})
		return t.mul(x, t.planes(t.sum(scale, t.row(rest)), t.axes))
	}}
}
