package model

import (
	"math"

	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/op"
)

// declaration collects the tensors of a network, each with its initial values,
// in the order of the torch state dict.
type declaration struct {
	tensors []declared
}

// declared is a tensor before it has memory.
type declared struct {
	name   string
	shape  []int
	init   initializer
	buffer bool // a running statistic, not a parameter
}

// initializer writes the initial values of a tensor; r is the tensor's own
// stream of random numbers.
type initializer func(values []float32, r *rng.Stream)

func constant(v float32) initializer {
	return func(values []float32, _ *rng.Stream) { fill(values, v) }
}

// uniform draws from ±1/√fanIn, as PyTorch does by default for weights and
// biases of convolutions and linear layers (Kaiming uniform with a = √5).
func uniform(fanIn int) initializer { return uniformTimes(1, fanIn) }

// uniformTimes draws from ±factor/√fanIn.
func uniformTimes(factor float64, fanIn int) initializer {
	bound := factor / math.Sqrt(float64(fanIn))
	return func(values []float32, r *rng.Stream) {
		for i := range values {
			values[i] = float32((2*r.Rand().Float64() - 1) * bound)
		}
	}
}

func (d *declaration) parameter(name string, init initializer, shape ...int) {
	d.tensors = append(d.tensors, declared{name: name, shape: shape, init: init})
}

func (d *declaration) buffer(name string, init initializer, shape ...int) {
	d.tensors = append(d.tensors, declared{name: name, shape: shape, init: init, buffer: true})
}

// conv declares a convolution with 3 taps along each of one or two axes.
func (d *declaration) conv(name string, in, out, axes int) {
	shape := []int{out, in, 3, 3}[:2+axes]
	init := uniform(dims.Count(shape[1:]))
	d.parameter(name+".weight", init, shape...)
	d.parameter(name+".bias", init, out)
}

// convTaps declares a convolution of images with taps×taps taps.
func (d *declaration) convTaps(name string, in, out, taps int) {
	init := uniform(in * taps * taps)
	d.parameter(name+".weight", init, out, in, taps, taps)
	d.parameter(name+".bias", init, out)
}

func (d *declaration) linear(name string, in, out int) {
	init := uniform(in)
	d.parameter(name+".weight", init, out, in)
	d.parameter(name+".bias", init, out)
}

// linearZero declares a linear layer that gives nothing until it is trained.
func (d *declaration) linearZero(name string, in, out int) {
	d.parameter(name+".weight", constant(0), out, in)
	d.parameter(name+".bias", constant(0), out)
}

// norm declares a normalisation of c channels: weight 1, bias 0, running mean 0
// and variance 1.
func (d *declaration) norm(kind normalization, name string, c int) {
	if kind.affine {
		d.parameter(name+".weight", constant(1), c)
		d.parameter(name+".bias", constant(0), c)
	}
	if kind.kind == op.Batch {
		d.buffer(name+".running_mean", constant(0), c)
		d.buffer(name+".running_var", constant(1), c)
		d.buffer(name+".num_batches_tracked", constant(0))
	}
}

func fill(x []float32, v float32) {
	for i := range x {
		x[i] = v
	}
}
