package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// Activate writes Mask·SiLU(A·x + B), or A·x + B where it is Linear, for readers
// other than a convolution, which computes it on the fly. Inputs: those of the
// Prologue.
type Activate struct {
	core
	Prologue
}

// NewActivate returns the activation that a convolution of in would read.
func NewActivate(rt *Runtime, in Input) (*G.Node, error) {
	if in.Affine == nil {
		return nil, fmt.Errorf("op: activate: no affine map")
	}
	in, err := in.blocked(rt, "activate")
	if err != nil {
		return nil, err
	}
	return apply(&Activate{core: newCore(rt, "activate", blocked, in.X.Shape()...), Prologue: in.prologue()}, in.nodes()...)
}

// Attributes lists the Prologue.
func (a *Activate) Attributes() []Attribute { return a.attributes() }

// FLOP counts the work of the Prologue.
func (a *Activate) FLOP() int64 { return a.flop(a.count()) }

// Do computes the activation.
func (a *Activate) Do(v ...G.Value) (out G.Value, err error) {
	defer a.guard(&err)
	x, pre, _ := a.read(v)
	kernel.Activate(a.rt.ws, a.buf(), x, pre, imageShape(a.shape))
	return a.out, nil
}

// DiffWRT reports gradients for all inputs but the mask.
func (a *Activate) DiffWRT(inputs int) []bool {
	d := everyInput(inputs)
	if a.Mask {
		d[2] = false
	}
	return d
}

// SymDiff returns the gradients of x and of the affine map.
func (a *Activate) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	grad, err := toBlocked(a.rt, grad)
	if err != nil {
		return nil, err
	}
	g := &ActivateGrad{core: newCore(a.rt, "activate.dz", blocked, a.shape...), Prologue: a.Prologue}
	dz, err := apply(g, append(G.Nodes{grad}, in...)...)
	if err != nil {
		return nil, err
	}
	da, b, err := newTap(a.rt, "affine", lanes, dz, in[1].Shape()...)
	if err != nil {
		return nil, err
	}
	g.sums = &kernel.PrologueGrad{}
	g.sums.Scale, g.sums.Shift = split(b)
	dx, err := newScaled(a.rt, dz, in[1], false)
	grads := G.Nodes{dx, da}
	if a.Mask {
		grads = append(grads, nil)
	}
	return grads, err
}

// ActivateGrad is dz = dy·Mask·SiLU'(A·x + B), or dy where it is Linear, and in a
// tap with result "affine" (2,N,C) Σ dz·x and Σ dz of each plane. Inputs: dy, those of the Prologue.
type ActivateGrad struct {
	core
	noDiff
	Prologue
	sums *kernel.PrologueGrad
}

// Attributes lists the Prologue.
func (g *ActivateGrad) Attributes() []Attribute { return g.attributes() }

// FLOP counts the Prologue, the derivative of SiLU and the sums.
func (g *ActivateGrad) FLOP() int64 { return g.flop(g.count()) + g.gradFLOP(g.count()) }

// Do computes the gradient.
func (g *ActivateGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer g.guard(&err)
	x, pre, _ := g.read(v[1:])
	kernel.ActivateGrad(g.rt.ws, g.buf(), floats(v[0]), x, pre, g.sums, imageShape(g.shape))
	return g.out, nil
}

var (
	_ operation = (*Activate)(nil)
	_ operation = (*ActivateGrad)(nil)
)
