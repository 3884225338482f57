package model

import (
	"cmp"
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/op"
)

// mlp is a gated residual network on vectors; samples of other shapes are taken
// as vectors. Gates multiply, as the posterior over the components of a mixture
// multiplies what each component would say, and nothing assumes that
// neighbouring values belong together.
type mlp struct {
	configs.MLP
	shape []int // of a sample
	time  int   // width of the time embedding and of its layers
}

var _ architecture = (*mlp)(nil)

// newMLP lays out the layers.
func newMLP(c configs.Model, shape []int) (architecture, error) {
	a := &mlp{MLP: c.MLP, shape: shape, time: max(4, c.MLP.Width/8*2)}
	a.Gated = cmp.Or(a.Gated, a.Width)
	return a, nil
}

func (a *mlp) declare(d *declaration) {
	values := dims.Count(a.shape)
	d.linear("input", values, a.Width)
	d.linear("time_mlp.0", a.time, a.time)
	d.linear("time_mlp.2", a.time, a.time)
	for i := range a.Blocks {
		block := mlpBlock(i)
		d.linear(block+".film", a.time, 2*a.Width)
		d.linear(block+".up", a.Width, 2*a.Hidden)
		d.linearZero(block+".down", a.Hidden, a.Width)
	}
	for i := range a.Blocks {
		if a.Slots == 0 {
			break
		}
		gate := mlpGate(i)
		d.linear(gate+".film", a.time, 2*a.Width)
		d.linear(gate+".sharpness", a.time, a.Slots)
		d.parameter(gate+".query.weight", uniformTimes(sharp, a.Width), a.Slots, a.Width)
		d.parameter(gate+".query.bias", uniform(a.Width), a.Slots)
		d.linear(gate+".key", a.Slots, a.Gated)
		d.linear(gate+".value", a.Width, a.Gated)
		d.linearZero(gate+".out", a.Gated, a.Width)
	}
	d.linear("final.film", a.time, 2*a.Width)
	d.linearZero("output", a.Width, values)
}

// sharp widens the first weights of the gates' logits, so that a softmax prefers a
// few slots from the start: as logits of PyTorch's default it is nearly even, and
// all slots learn the same for long.
const sharp = 5

func mlpBlock(i int) string { return fmt.Sprintf("blocks.%d", i) }
func mlpGate(i int) string  { return fmt.Sprintf("gates.%d", i) }

// forward builds ε̂ = MLP(x, t); see the package comment.
func (a *mlp) forward(b *builder, x, level *G.Node) *G.Node {
	temb := b.linearSiLU(b.embed(level, a.time), "time_mlp.0")
	temb = b.linearSiLU(temb, "time_mlp.2")

	h := b.linear(x, "input")
	for i := range a.Blocks {
		h = a.block(b, h, temb, mlpBlock(i))
		if a.Slots > 0 {
			h = a.gate(b, h, temb, mlpGate(i))
		}
	}
	z := b.layerNorm(h, b.linear(temb, "final.film"))
	return b.linearWith(z, "output", op.LinearOptions{Shape: a.shape})
}

// block is layer norm → scale-shift → linear → SwiGLU → linear, plus the input.
func (a *mlp) block(b *builder, h, temb *G.Node, name string) *G.Node {
	defer b.segment()()
	z := b.layerNorm(h, b.linear(temb, name+".film"))
	z = b.swiglu(b.linear(z, name+".up"))
	return b.linearWith(z, name+".down", op.LinearOptions{Residual: h})
}

// gate adds what the slots that a softmax chooses make of the input.
func (a *mlp) gate(b *builder, h, temb *G.Node, name string) *G.Node {
	defer b.segment()()
	z := b.layerNorm(h, b.linear(temb, name+".film"))
	g := b.softmaxGate(b.linear(z, name+".query"), b.linear(temb, name+".sharpness"), math.Sqrt(float64(a.Slots)))
	z = b.product(b.linear(g, name+".key"), b.linear(z, name+".value"))
	return b.linearWith(z, name+".out", op.LinearOptions{Residual: h})
}

// ends names none: the values of a vector are no channels, which weights of other
// data could be averaged over.
func (a *mlp) ends() (first, last string) { return "", "" }

func (a *mlp) checkBatch(int) error { return nil }
