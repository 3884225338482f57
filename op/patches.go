package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// PatchAttributes describe Patches: windows of Size×Size pixels, Stride apart, of
// an image with Padding zeros on each side.
type PatchAttributes struct{ Size, Stride, Padding int }

func (a PatchAttributes) attributes() []Attribute {
	return []Attribute{{"size", a.Size}, {"stride", a.Stride}, {"padding", a.Padding}}
}

// Patches lays the pixels of windows of an image side by side as channels:
//
//	y[n, (c·Size + i)·Size + j, r, s] = x[n, c, r·Stride + i - Padding, s·Stride + j - Padding],
//
// zeros outside the image. A convolution of one tap that reads it, with a weight
// (O,C,Size,Size), is one of Size×Size taps of x with that stride and padding; of
// 2×2 pixels, 2 apart, it is the pixel-unshuffle.
type Patches struct {
	core
	PatchAttributes
}

// NewPatches returns the windows of x (N,C,H,W) as (N,C·Size²,⌊(H+2P-Size)/Stride⌋+1,…).
func NewPatches(rt *Runtime, x *G.Node, a PatchAttributes) (*G.Node, error) {
	s := x.Shape()
	if len(s) != 4 {
		return nil, fmt.Errorf("op: patches: the input has shape %v, want (N,C,H,W)", s)
	}
	const most = 16
	if a.Size < 1 || a.Size > most || a.Stride < 1 || a.Stride > most || a.Padding < 0 || a.Padding >= a.Size {
		return nil, fmt.Errorf("op: patches: size %d, stride %d and padding %d, want at most %d and a padding below the size", a.Size, a.Stride, a.Padding, most)
	}
	h, w := s[2]+2*a.Padding-a.Size, s[3]+2*a.Padding-a.Size
	if h < 0 || w < 0 {
		return nil, fmt.Errorf("op: patches: windows of %d pixels do not fit an image of shape %v", a.Size, s)
	}
	x, err := toBlocked(rt, x)
	if err != nil {
		return nil, err
	}
	c := newCore(rt, "patches", blocked, s[0], s[1]*a.Size*a.Size, h/a.Stride+1, w/a.Stride+1)
	return apply(&Patches{core: c, PatchAttributes: a}, x)
}

// Attributes lists PatchAttributes.
func (p *Patches) Attributes() []Attribute { return p.attributes() }

// FLOP returns 0.
func (p *Patches) FLOP() int64 { return 0 }

// Do copies the windows.
func (p *Patches) Do(v ...G.Value) (out G.Value, err error) {
	defer p.guard(&err)
	kernel.Patches(p.rt.ws, p.buf(), floats(v[0]), imageShape(p.in[0].Shape()), imageShape(p.shape), kernel.Window(p.PatchAttributes))
	return p.out, nil
}

// DiffWRT reports that the input has a gradient.
func (p *Patches) DiffWRT(int) []bool { return []bool{true} }

// SymDiff adds the gradients of a pixel's places.
func (p *Patches) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	grad, err := toBlocked(p.rt, grad)
	if err != nil {
		return nil, err
	}
	dx, err := apply(&PatchesGrad{core: newCore(p.rt, "patches.dx", blocked, in[0].Shape()...), PatchAttributes: p.PatchAttributes}, grad)
	return G.Nodes{dx}, err
}

// PatchesGrad is the adjoint of Patches: each pixel is the sum of its places in
// the input.
type PatchesGrad struct {
	core
	noDiff
	PatchAttributes
}

// Attributes lists PatchAttributes.
func (p *PatchesGrad) Attributes() []Attribute { return p.attributes() }

// FLOP counts the sums.
func (p *PatchesGrad) FLOP() int64 { return int64(p.in[0].Shape().TotalSize()) }

// Do adds up.
func (p *PatchesGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer p.guard(&err)
	kernel.PatchesGrad(p.rt.ws, p.buf(), floats(v[0]), imageShape(p.shape), imageShape(p.in[0].Shape()), kernel.Window(p.PatchAttributes))
	return p.out, nil
}

var (
	_ operation = (*Patches)(nil)
	_ operation = (*PatchesGrad)(nil)
)
