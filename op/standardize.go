package op

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// StandardizeAttributes describe Standardize.
type StandardizeAttributes struct {
	Eps   float64 // added to variances
	Floor bool    // Eps is the least variance instead
}

func (a StandardizeAttributes) attributes() []Attribute {
	return []Attribute{{"eps", a.Eps}, {"floor", a.Floor}}
}

// Standardize gives the weights w (O,…) of each output of a layer mean 0 and, nearly,
// variance 1:
//
//	y = (w - m)/√(v + Eps), or with Floor y = (w - m)/√max(v, Eps),
//
// with m and v the mean and the biased variance of an output's weights.
type Standardize struct {
	core
	StandardizeAttributes
	packed packing
}

// NewStandardize standardises a weight. frozen, which may be nil, is as in
// ConvOptions: what it says has not changed is not computed again.
func NewStandardize(rt *Runtime, frozen *Frozen, weight *G.Node, a StandardizeAttributes) (*G.Node, error) {
	if layoutOf(weight) != plain || len(weight.Shape()) < 2 {
		return nil, fmt.Errorf("op: standardize: %s of shape %v is not the weight of a layer", weight.Name(), weight.Shape())
	}
	if !(a.Eps > 0) || math.IsInf(a.Eps, 0) {
		return nil, fmt.Errorf("op: standardize: epsilon is %v, want a positive number (%s)", a.Eps, weight.Name())
	}
	s := &Standardize{core: newCore(rt, "standardize", plain, weight.Shape()...), StandardizeAttributes: a, packed: packing{frozen: frozen}}
	s.side = frozen != nil // the result must last
	return apply(s, weight)
}

// Attributes lists StandardizeAttributes.
func (s *Standardize) Attributes() []Attribute { return s.attributes() }

// FLOP counts the sums and the map.
func (s *Standardize) FLOP() int64 { return 6 * s.count() }

// Do standardises.
func (s *Standardize) Do(v ...G.Value) (out G.Value, err error) {
	defer s.guard(&err)
	y := s.buf()
	if s.packed.stale() {
		kernel.Standardize(s.StandardizeAttributes).Forward(s.rt.ws, y, floats(v[0]), s.shape[0])
	}
	return s.out, nil
}

// DiffWRT reports that the weight has a gradient.
func (s *Standardize) DiffWRT(int) []bool { return []bool{true} }

// SymDiff returns the gradient of the weight.
func (s *Standardize) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	g := &StandardizeGrad{core: newCore(s.rt, "standardize.dw", plain, s.shape...), StandardizeAttributes: s.StandardizeAttributes}
	dw, err := apply(g, grad, in[0])
	return G.Nodes{dw}, err
}

// StandardizeGrad is the gradient of a Standardize, of its inputs dy and w: with y the
// result and means over an output's weights,
//
//	dw = (dy - mean(dy) - y·mean(dy·y))/√(v + Eps),
//
// without the last term where Floor is above v.
type StandardizeGrad struct {
	core
	noDiff
	StandardizeAttributes
}

// Attributes lists StandardizeAttributes.
func (g *StandardizeGrad) Attributes() []Attribute { return g.attributes() }

// FLOP counts the sums and the map.
func (g *StandardizeGrad) FLOP() int64 { return 12 * g.count() }

// Do computes the gradient.
func (g *StandardizeGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer g.guard(&err)
	kernel.Standardize(g.StandardizeAttributes).Backward(g.rt.ws, g.buf(), floats(v[0]), floats(v[1]), g.shape[0])
	return g.out, nil
}

var (
	_ operation = (*Standardize)(nil)
	_ operation = (*StandardizeGrad)(nil)
)
