package op

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// Rescale is y = Factor·x + Shift of each value of its input.
type Rescale struct {
	core
	Factor, Shift  float64
	coef, constant []float32 // (N, C padded to 16) of a blocked input
}

// NewRescale multiplies x by factor and adds shift.
func NewRescale(rt *Runtime, x *G.Node, factor, shift float64) (*G.Node, error) {
	for _, v := range []float64{factor, shift} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("op: rescale: %v·x + %v is not finite", factor, shift)
		}
	}
	l := layoutOf(x)
	if l != plain && l != blocked {
		return nil, fmt.Errorf("op: rescale: %v is %v, want an array or an activation", x, l)
	}
	r := &Rescale{core: newCore(rt, "rescale", l, x.Shape()...), Factor: factor, Shift: shift}
	if l == blocked {
		r.coef, r.constant = perChannel(x.Shape(), factor), perChannel(x.Shape(), shift)
	}
	return apply(r, x)
}

// perChannel returns v for each sample and channel of an activation, zeros in the
// lanes beyond.
func perChannel(s []int, v float64) []float32 {
	row := pad16(s[1])
	b := kernel.Alloc(s[0] * row)
	for n := range s[0] {
		for c := range s[1] {
			b[n*row+c] = float32(v)
		}
	}
	return b
}

// Attributes tells factor and shift.
func (r *Rescale) Attributes() []Attribute {
	return []Attribute{{"factor", r.Factor}, {"offset", r.Shift}}
}

// FLOP counts a product and a sum for each value.
func (r *Rescale) FLOP() int64 { return 2 * r.count() }

// Do computes the map.
func (r *Rescale) Do(v ...G.Value) (out G.Value, err error) {
	defer r.guard(&err)
	if r.layout == blocked {
		kernel.Accumulate(r.rt.ws, r.buf(), []kernel.Term{{Coef: r.coef, X: floats(v[0])}}, r.constant, imageShape(r.shape))
	} else {
		kernel.Rescale(r.rt.ws, r.buf(), floats(v[0]), float32(r.Factor), float32(r.Shift))
	}
	return r.out, nil
}

// DiffWRT reports that the input has a gradient.
func (r *Rescale) DiffWRT(int) []bool { return []bool{true} }

// SymDiff multiplies the gradient by the factor.
func (r *Rescale) SymDiff(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	dx, err := NewRescale(r.rt, grad, r.Factor, 0)
	return G.Nodes{dx}, err
}

var _ operation = (*Rescale)(nil)
