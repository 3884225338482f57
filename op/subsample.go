package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// Subsample is every second pixel of an activation along all axes but samples and
// channels, from pixel First on: of n pixels ⌈n/2⌉ from 0 on, ⌊n/2⌋ from 1 on.
//
// Of a convolution of 3×3 taps with zeros around the image, it is the convolution
// with stride 2: with one row of zeros on each side from 0 on; with one below and
// one to the right only from 1 on.
type Subsample struct {
	core
	First int // 0 or 1
}

// NewSubsample2 returns every second pixel of x from first on, 0 or 1.
func NewSubsample2(rt *Runtime, x *G.Node, first int) (*G.Node, error) {
	if first != 0 && first != 1 {
		return nil, fmt.Errorf("op: subsample: the first pixel is %d, want 0 or 1", first)
	}
	s := x.Shape().Clone()
	for i := 2; i < len(s); i++ {
		if s[i] <= first {
			return nil, fmt.Errorf("op: subsample: shape %v has no pixel %d", x.Shape(), first)
		}
		s[i] = (s[i] - first + 1) / 2
	}
	x, err := toBlocked(rt, x)
	if err != nil {
		return nil, err
	}
	return apply(&Subsample{core: newCore(rt, "subsample", blocked, s...), First: first}, x)
}

// Attributes tells the first pixel.
func (s *Subsample) Attributes() []Attribute { return []Attribute{{"first", s.First}} }

// FLOP returns 0.
func (s *Subsample) FLOP() int64 { return 0 }

// Do copies the pixels.
func (s *Subsample) Do(v ...G.Value) (out G.Value, err error) {
	defer s.guard(&err)
	kernel.Subsample2(s.rt.ws, s.buf(), floats(v[0]), imageShape(s.in[0].Shape()), len(s.shape) == 4, s.First)
	return s.out, nil
}

// DiffWRT reports that the input has a gradient.
func (s *Subsample) DiffWRT(int) []bool { return []bool{true} }

// SymDiff puts the gradient back where its pixels were.
func (s *Subsample) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	grad, err := toBlocked(s.rt, grad)
	if err != nil {
		return nil, err
	}
	dx, err := apply(&SubsampleGrad{core: newCore(s.rt, "subsample.dx", blocked, in[0].Shape()...), First: s.First}, grad)
	return G.Nodes{dx}, err
}

// SubsampleGrad is the adjoint of a Subsample: its input at the pixels that were
// taken, 0 at the others.
type SubsampleGrad struct {
	core
	noDiff
	First int
}

// Attributes tells the first pixel.
func (s *SubsampleGrad) Attributes() []Attribute { return []Attribute{{"first", s.First}} }

// FLOP returns 0.
func (s *SubsampleGrad) FLOP() int64 { return 0 }

// Do applies the adjoint.
func (s *SubsampleGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer s.guard(&err)
	kernel.Subsample2Grad(s.rt.ws, s.buf(), floats(v[0]), imageShape(s.shape), len(s.shape) == 4, s.First)
	return s.out, nil
}

var (
	_ operation = (*Subsample)(nil)
	_ operation = (*SubsampleGrad)(nil)
)
