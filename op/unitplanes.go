package op

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
)

// UnitAttributes describe UnitPlanes.
type UnitAttributes struct {
	Channels int     // the first ones, whose planes are made of length Factor
	Factor   float64 // above 0
	Pixels   int     // S, of one plane
}

// unitFloor is the least length that is divided by, as in PyTorch's normalize.
const unitFloor = 1e-12

// UnitPlanes turns the moments (m, M₂) of planes x of S pixels, its input (2,N,C), into
// the affine map (2,N,C) that makes the planes of the first channels of one length and
// leaves the others:
//
//	A = Factor/max(‖x‖₂, 1e-12),  ‖x‖₂² = M₂ + S·m²,  or A = 1;  B = 0.
type UnitPlanes struct {
	core
	UnitAttributes
}

// NewUnitPlanes returns the affine map of the activation x, whose Moments are given.
func NewUnitPlanes(rt *Runtime, x, moments *G.Node, channels int, factor float64) (*G.Node, error) {
	s := x.Shape()
	if err := expect("unit planes", "the moments", moments, lanes, 2, s[0], s[1]); err != nil {
		return nil, err
	}
	if channels < 0 || channels > s[1] || !(factor > 0) || math.IsInf(factor, 0) {
		return nil, fmt.Errorf("op: unit planes: %d channels of %d and a factor of %v, want a positive number", channels, s[1], factor)
	}
	a := UnitAttributes{Channels: channels, Factor: factor, Pixels: pixels(x)}
	return apply(&UnitPlanes{core: newCore(rt, "unitplanes", lanes, 2, s[0], s[1]), UnitAttributes: a}, moments)
}

func (a UnitAttributes) attributes() []Attribute {
	return []Attribute{{"channels", a.Channels}, {"factor", a.Factor}, {"pixels", a.Pixels}}
}

// Attributes lists UnitAttributes.
func (u *UnitPlanes) Attributes() []Attribute { return u.attributes() }

// FLOP counts the formula.
func (u *UnitPlanes) FLOP() int64 { return 3 * u.count() }

// Do computes A and B.
func (u *UnitPlanes) Do(v ...G.Value) (out G.Value, err error) {
	defer u.guard(&err)
	mean, m2 := split(floats(v[0]))
	scale, shift := split(u.buf())
	clear(scale)
	clear(shift)
	eachLane(u.shape, func(lane, c int) {
		scale[lane] = 1
		if c < u.Channels {
			scale[lane] = float32(u.Factor / max(u.length(mean[lane], m2[lane]), unitFloor))
		}
	})
	return u.out, nil
}

// length is ‖x‖₂ of a plane with these moments.
func (a UnitAttributes) length(mean, m2 float32) float64 {
	return math.Sqrt(float64(m2) + float64(a.Pixels)*float64(mean)*float64(mean))
}

// eachLane visits the planes of numbers (2,N,C); lane is where one lies in either half.
func eachLane(shape []int, visit func(lane, c int)) {
	for n := range shape[1] {
		for c := range shape[2] {
			visit(n*pad16(shape[2])+c, c)
		}
	}
}

// DiffWRT reports that the moments have a gradient.
func (u *UnitPlanes) DiffWRT(int) []bool { return []bool{true} }

// SymDiff returns the gradient of the moments.
func (u *UnitPlanes) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	dm, err := apply(&UnitPlanesGrad{core: newCore(u.rt, "unitplanes.dmoments", lanes, u.shape...), UnitAttributes: u.UnitAttributes}, grad, in[0])
	return G.Nodes{dm}, err
}

// UnitPlanesGrad is the gradient (2,N,C) of UnitPlanes with respect to the moments, of
// its inputs (dA, dB) and (m, M₂): with r = ‖x‖₂,
//
//	dM₂ = -Factor·dA/(2r³),  dm = 2S·m·dM₂,
//
// and 0 where A is constant.
type UnitPlanesGrad struct {
	core
	noDiff
	UnitAttributes
}

// Attributes lists UnitAttributes.
func (g *UnitPlanesGrad) Attributes() []Attribute { return g.attributes() }

// FLOP counts the formulas.
func (g *UnitPlanesGrad) FLOP() int64 { return 5 * g.count() }

// Do computes the gradient.
func (g *UnitPlanesGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer g.guard(&err)
	dA, _ := split(floats(v[0]))
	mean, m2 := split(floats(v[1]))
	dm, dM2 := split(g.buf())
	clear(dm)
	clear(dM2)
	eachLane(g.shape, func(lane, c int) {
		r := g.length(mean[lane], m2[lane])
		if c >= g.Channels || r < unitFloor {
			return
		}
		d := -g.Factor * float64(dA[lane]) / (2 * r * r * r)
		dm[lane], dM2[lane] = float32(2*float64(g.Pixels)*float64(mean[lane])*d), float32(d)
	})
	return g.out, nil
}

var (
	_ operation = (*UnitPlanes)(nil)
	_ operation = (*UnitPlanesGrad)(nil)
)
