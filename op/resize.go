package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// Resize halves an activation by average pooling, or doubles it by repeating
// the nearest pixel, along all axes but samples and channels.
type Resize struct {
	core
	Up bool
}

// FLOP counts the sums and the factor of the averages.
func (r *Resize) FLOP() int64 {
	if r.Up {
		return 0
	}
	return (1 << (len(r.shape) - 2)) * r.count()
}

// Attributes lists Up, which the name tells too.
func (r *Resize) Attributes() []Attribute { return []Attribute{{"up", r.Up}} }

// NewAvgPool2 returns x at half the size, odd last pixels dropped as PyTorch does.
func NewAvgPool2(rt *Runtime, x *G.Node) (*G.Node, error) {
	s := x.Shape().Clone()
	for i := 2; i < len(s); i++ {
		if s[i] < 2 {
			return nil, fmt.Errorf("op: avgpool: shape %v cannot be halved", x.Shape())
		}
		s[i] /= 2
	}
	return newResize(rt, x, &Resize{core: newCore(rt, "avgpool", blocked, s...)})
}

// NewUpsample2 returns x at twice the size.
func NewUpsample2(rt *Runtime, x *G.Node) (*G.Node, error) {
	s := x.Shape().Clone()
	for i := 2; i < len(s); i++ {
		s[i] *= 2
	}
	return newResize(rt, x, &Resize{core: newCore(rt, "upsample", blocked, s...), Up: true})
}

func newResize(rt *Runtime, x *G.Node, r *Resize) (*G.Node, error) {
	x, err := toBlocked(rt, x)
	if err != nil {
		return nil, err
	}
	return apply(r, x)
}

// Do resizes.
func (r *Resize) Do(v ...G.Value) (out G.Value, err error) {
	defer r.guard(&err)
	s, fy := imageShape(r.in[0].Shape()), len(r.shape)-2
	if r.Up {
		kernel.Upsample2(r.rt.ws, r.buf(), floats(v[0]), s, fy)
	} else {
		kernel.AvgPool2(r.rt.ws, r.buf(), floats(v[0]), s, fy)
	}
	return r.out, nil
}

// DiffWRT reports that the input has a gradient.
func (r *Resize) DiffWRT(int) []bool { return []bool{true} }

// SymDiff returns the adjoint of the resizing applied to the gradient.
func (r *Resize) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	grad, err := toBlocked(r.rt, grad)
	if err != nil {
		return nil, err
	}
	n, err := apply(&ResizeGrad{core: newCore(r.rt, r.name+".dx", blocked, in[0].Shape()...), Up: r.Up}, grad)
	return G.Nodes{n}, err
}

// ResizeGrad is the adjoint of a Resize: sums over the copies of a pixel, or a
// share of the gradient for each averaged one, 0 for a dropped one.
type ResizeGrad struct {
	core
	noDiff
	Up bool
}

// Attributes lists Up.
func (r *ResizeGrad) Attributes() []Attribute { return []Attribute{{"up", r.Up}} }

// FLOP counts the sums, or the factor.
func (r *ResizeGrad) FLOP() int64 { return int64(r.in[0].Shape().TotalSize()) }

// Do applies the adjoint.
func (r *ResizeGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer r.guard(&err)
	s, fy := imageShape(r.shape), len(r.shape)-2
	if r.Up {
		kernel.Upsample2Grad(r.rt.ws, r.buf(), floats(v[0]), s, fy)
	} else {
		kernel.AvgPool2Grad(r.rt.ws, r.buf(), floats(v[0]), s, fy)
	}
	return r.out, nil
}

var (
	_ operation = (*Resize)(nil)
	_ operation = (*ResizeGrad)(nil)
)
