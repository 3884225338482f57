package model

import (
	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op"
)

// This file has the builder's layers of networks with attention on images.

// has reports whether the network has a tensor.
func (b *builder) has(name string) bool { return b.net.byName[name] != nil }

// channels returns the channels of an activation, 0 after an error.
func (b *builder) channels(x *G.Node) int {
	if b.err != nil {
		return 0
	}
	return x.Shape()[1]
}

// groupNorm normalises x by o.Groups groups, with a scale-shift or shift film before
// or after it if there is one, as the reader of the result applies it.
func (b *builder) groupNorm(x *G.Node, name string, o op.NormOptions, film *G.Node) op.Input {
	affine := b.do(func() (*G.Node, error) {
		o.Kind, o.Mode = op.Group, b.mode
		moments, err := op.Moments(b.net.rt, x)
		if err != nil {
			return nil, err
		}
		return op.NewNorm(b.net.rt, x, moments, film, b.param(name+".weight"), b.param(name+".bias"), o)
	})
	return op.Input{X: x, Affine: affine}
}

// activate returns SiLU of in, as a convolution of an input with an affine map reads it.
func (b *builder) activate(in op.Input) *G.Node {
	if in.Affine == nil {
		return b.silu(in.X)
	}
	return b.do(func() (*G.Node, error) { return op.NewActivate(b.net.rt, in) })
}

// joint is one layer of the linear layers of the given names, which share their input.
func (b *builder) joint(in op.Input, names ...string) *G.Node {
	stack := func(suffix string) *G.Node {
		return b.do(func() (*G.Node, error) {
			var parts G.Nodes
			for _, n := range names {
				parts = append(parts, b.param(n+suffix))
			}
			return op.NewStack(b.net.rt, b.frozen(), parts...)
		})
	}
	weight, bias := stack(".weight"), stack(".bias")
	return b.do(func() (*G.Node, error) {
		return op.NewConv(b.net.rt, in, weight, bias, op.ConvOptions{Frozen: b.frozen()})
	})
}

func (b *builder) attention(qkv *G.Node, o op.AttentionOptions) *G.Node {
	return b.do(func() (*G.Node, error) { return op.NewAttention(b.net.rt, qkv, o) })
}

func (b *builder) linearAttention(qkv *G.Node, o op.AttentionOptions) *G.Node {
	return b.do(func() (*G.Node, error) { return op.NewLinearAttention(b.net.rt, qkv, o) })
}

// convUnbiased is a convolution without a bias.
func (b *builder) convUnbiased(x *G.Node, name string) *G.Node {
	return b.do(func() (*G.Node, error) {
		weight := b.param(name + ".weight")
		return op.NewConv(b.net.rt, op.Input{X: x}, weight, b.constant(0, weight.Shape()[0]), op.ConvOptions{Frozen: b.frozen()})
	})
}

// standardConv is a convolution of standardised weights.
func (b *builder) standardConv(in op.Input, name string, a op.StandardizeAttributes) *G.Node {
	weight := b.do(func() (*G.Node, error) { return op.NewStandardize(b.net.rt, b.frozen(), b.param(name+".weight"), a) })
	return b.do(func() (*G.Node, error) {
		return op.NewConv(b.net.rt, in, weight, b.param(name+".bias"), op.ConvOptions{Frozen: b.frozen()})
	})
}

// windowConv is a convolution of windows of an image, of any size and stride.
func (b *builder) windowConv(x *G.Node, name string, a op.PatchAttributes) *G.Node {
	defer b.segment()()
	windows := b.do(func() (*G.Node, error) { return op.NewPatches(b.net.rt, x, a) })
	return b.conv(op.Input{X: windows}, name, op.ConvOptions{})
}

// upsampleConv is a convolution of x at twice its size.
func (b *builder) upsampleConv(x *G.Node, name string) *G.Node {
	defer b.segment()()
	return b.conv(op.Input{X: b.upsample(x)}, name, op.ConvOptions{})
}

// pixelNorm normalises the channels of each pixel of x.
func (b *builder) pixelNorm(x *G.Node, gain string, a op.PixelNormAttributes) *G.Node {
	return b.do(func() (*G.Node, error) { return op.NewPixelNorm(b.net.rt, x, b.param(gain), a) })
}

// modulation is the affine map of the scale-shift film.
func (b *builder) modulation(film *G.Node) *G.Node {
	return b.do(func() (*G.Node, error) { return op.NewModulation(b.net.rt, film) })
}

// unitPlanes makes the planes of the first channels of x of length factor.
func (b *builder) unitPlanes(x *G.Node, channels int, factor float64) *G.Node {
	affine := b.do(func() (*G.Node, error) {
		moments, err := op.Moments(b.net.rt, x)
		if err != nil {
			return nil, err
		}
		return op.NewUnitPlanes(b.net.rt, x, moments, channels, factor)
	})
	return b.do(func() (*G.Node, error) {
		return op.NewActivate(b.net.rt, op.Input{X: x, Affine: affine, Linear: true})
	})
}

// pixels returns the pixels of a plane of x, 0 after an error.
func (b *builder) pixels(x *G.Node) float64 {
	if b.err != nil {
		return 0
	}
	return float64(x.Shape()[2] * x.Shape()[3])
}

func (b *builder) add(x, y *G.Node) *G.Node {
	return b.do(func() (*G.Node, error) { return op.Add(b.net.rt, x, y) })
}

func (b *builder) gelu(x *G.Node) *G.Node {
	return b.do(func() (*G.Node, error) { return op.NewGELU(b.net.rt, x) })
}

// subsample is every second pixel from pixel first on.
func (b *builder) subsample(x *G.Node, first int) *G.Node {
	return b.do(func() (*G.Node, error) { return op.NewSubsample2(b.net.rt, x, first) })
}

func (b *builder) rescale(x *G.Node, factor, shift float64) *G.Node {
	return b.do(func() (*G.Node, error) { return op.NewRescale(b.net.rt, x, factor, shift) })
}

// divide divides by a constant, 0 for 1.
func (b *builder) divide(x *G.Node, by float64) *G.Node {
	if by == 0 || by == 1 {
		return x
	}
	return b.rescale(x, 1/by, 0)
}

// quotient divides each sample of x by its own number.
func (b *builder) quotient(x, by *G.Node) *G.Node {
	return b.do(func() (*G.Node, error) { return op.NewQuotient(b.net.rt, x, by) })
}

// dropValues drops single values with probability p.
func (b *builder) dropValues(x *G.Node, p float64) *G.Node {
	b.layers++
	return b.do(func() (*G.Node, error) { return op.NewDropout(b.net.rt, x, p, b.layers, b.random) })
}
