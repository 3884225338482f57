package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// Concat joins its two inputs, activations, along the channels.
type Concat struct{ core }

// FLOP returns 0.
func (c *Concat) FLOP() int64 { return 0 }

// NewConcat returns [a, b] of shape (N, Ca+Cb, …).
func NewConcat(rt *Runtime, a, b *G.Node) (*G.Node, error) {
	s, t := a.Shape().Clone(), b.Shape()
	if len(s) != len(t) || s[0] != t[0] || !s[2:].Eq(t[2:]) {
		return nil, fmt.Errorf("op: concat: shapes %v and %v differ in more than their channels", s, t)
	}
	s[1] += t[1]
	a, err := toBlocked(rt, a)
	if err != nil {
		return nil, err
	}
	if b, err = toBlocked(rt, b); err != nil {
		return nil, err
	}
	return apply(&Concat{newCore(rt, "concat", blocked, s...)}, a, b)
}

// Do copies both parts.
func (c *Concat) Do(v ...G.Value) (out G.Value, err error) {
	defer c.guard(&err)
	kernel.Concat(c.rt.ws, c.buf(), floats(v[0]), floats(v[1]), imageShape(c.in[0].Shape()), imageShape(c.in[1].Shape()))
	return c.out, nil
}

// DiffWRT reports gradients for both parts.
func (c *Concat) DiffWRT(int) []bool { return []bool{true, true} }

// SymDiff cuts the gradient into its parts.
func (c *Concat) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	grad, err := toBlocked(c.rt, grad)
	if err != nil {
		return nil, err
	}
	grads := make(G.Nodes, 2)
	for i := range grads {
		p := &Part{core: newCore(c.rt, "part", blocked, in[i].Shape()...), First: i * in[0].Shape()[1], which: i, whole: c}
		if grads[i], err = apply(p, grad); err != nil {
			return nil, err
		}
	}
	return grads, nil
}

// Part is the channels of its input, from First on, that one part of a
// concatenation has.
type Part struct {
	core
	noDiff
	First int
	which int
	whole *Concat
}

// Attributes tells the first channel.
func (p *Part) Attributes() []Attribute { return []Attribute{{"first", p.First}} }

// FLOP returns 0.
func (p *Part) FLOP() int64 { return 0 }

// Do copies the part.
func (p *Part) Do(v ...G.Value) (out G.Value, err error) {
	defer p.guard(&err)
	dst := [2][]float32{}
	dst[p.which] = p.buf()
	kernel.Split(p.rt.ws, dst[0], dst[1], floats(v[0]), imageShape(p.whole.in[0].Shape()), imageShape(p.whole.in[1].Shape()))
	return p.out, nil
}

var (
	_ operation = (*Concat)(nil)
	_ operation = (*Part)(nil)
)
