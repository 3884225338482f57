package op

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// PixelNormAttributes describe a norm over the channels of each pixel.
type PixelNormAttributes struct {
	RMS bool    // by the root mean square; otherwise by mean and variance
	Eps float64 // added to the variance; or the least norm of an RMS norm
}

func (a PixelNormAttributes) attributes() []Attribute {
	return []Attribute{{"rms", a.RMS}, {"eps", a.Eps}}
}

// PixelNorm normalises the channels x of each pixel of an activation,
//
//	y = g·(x - m)/√(v + Eps), or with RMS y = g·√C·x/max(‖x‖₂, Eps),
//
// with m and v mean and variance over the channels. Inputs: x, g (C values).
type PixelNorm struct {
	core
	PixelNormAttributes
	gain []float32 // padded to blocks
}

// NewPixelNorm normalises each pixel of x (N,C,L) or (N,C,H,W); gain has C values,
// in whatever shape.
func NewPixelNorm(rt *Runtime, x, gain *G.Node, a PixelNormAttributes) (*G.Node, error) {
	x, err := toBlocked(rt, x)
	if err != nil {
		return nil, err
	}
	s := x.Shape()
	if layoutOf(gain) != plain || gain.Shape().TotalSize() != s[1] {
		return nil, fmt.Errorf("op: pixel norm: %s of shape %v for %d channels", gain.Name(), gain.Shape(), s[1])
	}
	if !(a.Eps > 0) || math.IsInf(a.Eps, 0) {
		return nil, fmt.Errorf("op: pixel norm: epsilon is %v, want a positive number (%s)", a.Eps, gain.Name())
	}
	return apply(&PixelNorm{core: newCore(rt, "pixelnorm", blocked, s...), PixelNormAttributes: a, gain: kernel.Alloc(pad16(s[1]))}, x, gain)
}

// Attributes lists PixelNormAttributes.
func (p *PixelNorm) Attributes() []Attribute { return p.attributes() }

// FLOP counts the sums and the map.
func (p *PixelNorm) FLOP() int64 { return 6 * p.count() }

// Do computes the norm.
func (p *PixelNorm) Do(v ...G.Value) (out G.Value, err error) {
	defer p.guard(&err)
	copy(p.gain, floats(v[1]))
	kernel.PixelNorm(p.PixelNormAttributes).Forward(p.rt.ws, p.buf(), floats(v[0]), p.gain, imageShape(p.shape))
	return p.out, nil
}

// DiffWRT reports gradients for the activation and the gain.
func (p *PixelNorm) DiffWRT(int) []bool { return []bool{true, true} }

// SymDiff returns the gradients of the activation and the gain.
func (p *PixelNorm) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	grad, err := toBlocked(p.rt, grad)
	if err != nil {
		return nil, err
	}
	g := &PixelNormGrad{core: newCore(p.rt, "pixelnorm.dx", blocked, p.shape...), PixelNormAttributes: p.PixelNormAttributes, gain: p.gain}
	dx, err := apply(g, grad, in[0], in[1])
	if err != nil {
		return nil, err
	}
	dg, b, err := newTap(p.rt, "gain", plain, dx, in[1].Shape()...)
	g.dgain, g.sums = b, kernel.Alloc(len(p.gain))
	return G.Nodes{dx, dg}, err
}

// PixelNormGrad is the gradient of a PixelNorm with respect to the activation, of
// its inputs dy, x and g, and in a tap with result "gain" to g: Σ dy·z over all
// pixels, with z the normalised x. With u = g·dy, r the factor of x or x-m in z,
// and means over the channels,
//
//	dx = (u - mean(u) - z·mean(u·z))·r,
//
// without mean(u) for an RMS norm, and dx = u·r where ‖x‖₂ is below Eps.
type PixelNormGrad struct {
	core
	noDiff
	PixelNormAttributes
	gain, dgain, sums []float32
}

// Attributes lists PixelNormAttributes.
func (g *PixelNormGrad) Attributes() []Attribute { return g.attributes() }

// FLOP counts the sums and the map.
func (g *PixelNormGrad) FLOP() int64 { return 15 * g.count() }

// Do computes the gradients.
func (g *PixelNormGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer g.guard(&err)
	copy(g.gain, floats(v[2]))
	kernel.PixelNorm(g.PixelNormAttributes).Backward(g.rt.ws, g.buf(), g.sums, floats(v[0]), floats(v[1]), g.gain, imageShape(g.shape))
	copy(g.dgain, g.sums)
	return g.out, nil
}

var (
	_ operation = (*PixelNorm)(nil)
	_ operation = (*PixelNormGrad)(nil)
)
