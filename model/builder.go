package model

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op"
)

// builder adds the layers of one graph over a network's weights. After the
// first error its methods return nil and do nothing, so that the network reads
// as mathematics; err tells in the end.
type builder struct {
	net    *Network
	g      *G.ExprGraph
	mode   op.Mode
	random *op.Randomness
	share  op.Share           // of a batch
	leaves map[string]*G.Node // weights already in the graph
	layers int                // dropout layers so far
	// segments are the parts of the network whose inner values the backward pass may
	// compute again.
	segments []op.Segment
	err      error
}

func newBuilder(net *Network, mode op.Mode) *builder {
	return &builder{net: net, g: G.NewGraph(), mode: mode, random: &op.Randomness{}, leaves: map[string]*G.Node{}}
}

// do runs f unless an error has occurred before.
func (b *builder) do(f func() (*G.Node, error)) *G.Node {
	if b.err != nil {
		return nil
	}
	n, err := f()
	if err != nil {
		b.err = err
		return nil
	}
	return n
}

// segment begins a part of the network whose inner values the backward pass may compute
// again, such as a residual block, and returns what ends it. A segment within another
// is part of that.
func (b *builder) segment() (end func()) {
	first := len(b.g.AllNodes())
	return func() { b.segments = append(b.segments, op.Segment(b.g.AllNodes()[first:])) }
}

// param returns the leaf of a weight.
func (b *builder) param(name string) *G.Node {
	if n := b.leaves[name]; n != nil {
		return n
	}
	t := b.net.byName[name]
	if t == nil {
		panic(fmt.Sprintf("model: no tensor %s", name))
	}
	n := op.NewInput(b.g, name, t.Data, t.Shape...)
	b.leaves[name] = n
	return n
}

// constant returns a leaf (c) that holds v everywhere.
func (b *builder) constant(v float32, c int) *G.Node {
	name := fmt.Sprintf("const.%v.%d", v, c)
	if n := b.leaves[name]; n != nil {
		return n
	}
	data := make([]float32, c)
	for i := range data {
		data[i] = v
	}
	n := op.NewInput(b.g, name, data, c)
	b.leaves[name] = n
	return n
}

func (b *builder) embed(level *G.Node, dim int) *G.Node {
	return b.do(func() (*G.Node, error) { return op.NewTimeEmbedding(b.net.rt, level, dim) })
}

func (b *builder) linear(x *G.Node, name string) *G.Node {
	return b.linearWith(x, name, op.LinearOptions{})
}

func (b *builder) linearWith(x *G.Node, name string, o op.LinearOptions) *G.Node {
	o.Frozen = b.frozen()
	return b.do(func() (*G.Node, error) {
		return op.NewLinear(b.net.rt, x, b.param(name+".weight"), b.param(name+".bias"), o)
	})
}

// linearSiLU is SiLU(W·x + b).
func (b *builder) linearSiLU(x *G.Node, name string) *G.Node {
	return b.linearWith(x, name, op.LinearOptions{SiLU: true})
}

// layerNorm normalises each row of x, then scales and shifts it by film.
func (b *builder) layerNorm(x, film *G.Node) *G.Node {
	return b.do(func() (*G.Node, error) { return op.NewLayerNorm(b.net.rt, x, film) })
}

// swiglu is SiLU(u)·v of the halves (u, v) of each row of x.
func (b *builder) swiglu(x *G.Node) *G.Node {
	return b.do(func() (*G.Node, error) { return op.NewSwiGLU(b.net.rt, x) })
}

// softmaxGate is c·softmax(q·(1+s)) of each row.
func (b *builder) softmaxGate(q, s *G.Node, c float64) *G.Node {
	return b.do(func() (*G.Node, error) { return op.NewSoftmaxGate(b.net.rt, q, s, c) })
}

func (b *builder) product(x, y *G.Node) *G.Node {
	return b.do(func() (*G.Node, error) { return op.NewProduct(b.net.rt, x, y) })
}

// frozen returns what tells inference graphs that weights do not change.
func (b *builder) frozen() *op.Frozen {
	if b.mode == op.Eval {
		return &b.net.frozen
	}
	return nil
}

func (b *builder) silu(x *G.Node) *G.Node {
	return b.do(func() (*G.Node, error) { return op.NewSiLU(b.net.rt, x) })
}

func (b *builder) relu(x *G.Node) *G.Node {
	return b.do(func() (*G.Node, error) { return op.NewReLU(b.net.rt, x) })
}

// film scales and shifts x where no norm follows that would do it.
func (b *builder) film(x, film *G.Node) *G.Node {
	return b.do(func() (*G.Node, error) { return op.NewFilm(b.net.rt, x, film) })
}

func (b *builder) conv(in op.Input, name string, o op.ConvOptions) *G.Node {
	o.Frozen = b.frozen()
	return b.do(func() (*G.Node, error) {
		return op.NewConv(b.net.rt, in, b.param(name+".weight"), b.param(name+".bias"), o)
	})
}

// norm normalises x, after the scale-shift film if there is one; the
// convolution that reads the result applies it, and SiLU.
func (b *builder) norm(kind normalization, x, film *G.Node, name string) op.Input {
	affine := b.do(func() (*G.Node, error) {
		o := op.NormOptions{Kind: kind.kind, Mode: b.mode, Share: b.share, Frozen: b.frozen()}
		if o.Kind == op.Group {
			o.Groups = norms.groups
		}
		if o.Kind == op.Batch {
			if b.net.held[name+".running_mean"] {
				o.Mode = op.Eval
			}
			o.Running = &op.Running{
				Mean: b.net.byName[name+".running_mean"].Data, Var: b.net.byName[name+".running_var"].Data, Momentum: norms.momentum}
		}
		var moments *G.Node
		if o.NeedsMoments() {
			var err error
			if moments, err = op.Moments(b.net.rt, x); err != nil {
				return nil, err
			}
		}
		gamma, beta := b.affine(kind, name, x.Shape()[1])
		return op.NewNorm(b.net.rt, x, moments, film, gamma, beta, o)
	})
	return op.Input{X: x, Affine: affine}
}

func (b *builder) affine(kind normalization, name string, c int) (gamma, beta *G.Node) {
	if !kind.affine {
		return b.constant(1, c), b.constant(0, c)
	}
	return b.param(name + ".weight"), b.param(name + ".bias")
}

// dropout returns the mask for x with probability p, nil where nothing is dropped.
func (b *builder) dropout(x *G.Node, p float64) *G.Node {
	if b.mode == op.Eval || p == 0 {
		return nil
	}
	b.layers++
	return b.do(func() (*G.Node, error) {
		return op.NewDropoutMask(b.net.rt, x, p, b.layers, b.random)
	})
}

func (b *builder) concat(x, y *G.Node) *G.Node {
	return b.do(func() (*G.Node, error) { return op.NewConcat(b.net.rt, x, y) })
}

func (b *builder) avgPool(x *G.Node) *G.Node {
	return b.do(func() (*G.Node, error) { return op.NewAvgPool2(b.net.rt, x) })
}

func (b *builder) upsample(x *G.Node) *G.Node {
	return b.do(func() (*G.Node, error) { return op.NewUpsample2(b.net.rt, x) })
}
