package op

import (
	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// Moments returns a node (2,N,C) with the mean m and the centred sum of
// squares Σ(x-m)² of every plane of the activation x. A convolution collects
// them while its output is in cache; elsewhere one pass is made.
func Moments(rt *Runtime, x *G.Node) (*G.Node, error) {
	s := x.Shape()
	p := &PlaneMoments{core: newCore(rt, "moments", lanes, 2, s[0], s[1])}
	if c, ok := x.Op().(*Conv); ok {
		if c.momentsNode != nil {
			return c.momentsNode, nil
		}
		p.given, p.side = true, true
		c.moments = &kernel.Moments{}
		c.moments.Mean, c.moments.M2 = split(p.buf())
		n, err := apply(p, x)
		c.momentsNode = n
		return n, err
	}
	x, err := toBlocked(rt, x)
	if err != nil {
		return nil, err
	}
	return apply(p, x)
}

// PlaneMoments holds (2,N,C) the mean and the centred sum of squares of each plane
// of its input.
type PlaneMoments struct {
	core
	given bool // the convolution before fills the output
}

// FLOP counts the sums of values and of squared differences.
func (p *PlaneMoments) FLOP() int64 { return 4 * int64(p.in[0].Shape().TotalSize()) }

// Do computes the moments unless the convolution before has done so.
func (p *PlaneMoments) Do(v ...G.Value) (out G.Value, err error) {
	defer p.guard(&err)
	if p.given {
		return p.out, nil
	}
	var m kernel.Moments
	m.Mean, m.M2 = split(p.buf())
	kernel.PlaneMoments(p.rt.ws, m, floats(v[0]), imageShape(p.in[0].Shape()))
	return p.out, nil
}

// DiffWRT reports a gradient for the activation.
func (p *PlaneMoments) DiffWRT(int) []bool {
	return []bool{true}
}

// SymDiff returns dx = dm/S + 2·dM2·(x - m) for planes of S pixels.
func (p *PlaneMoments) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	k := &MomentsGrad{core: newCore(p.rt, "moments.coef", lanes, p.shape...), Pixels: pixels(in[0])}
	kn, err := apply(k, grad, out)
	if err != nil {
		return nil, err
	}
	dx, err := newScaled(p.rt, in[0], kn, true)
	if err != nil {
		return nil, err
	}
	return G.Nodes{dx}, nil
}

func pixels(n *G.Node) int {
	s := imageShape(n.Shape())
	return s.H * s.W
}

// MomentsGrad turns the gradients (dm, dM₂) of moments (m, M₂) of planes of S
// pixels into those of the plane, dx = coef·x + constant: (2,N,C) of coef = 2·dM₂
// and constant = dm/S - 2·dM₂·m. Inputs: (dm, dM₂), (m, M₂).
type MomentsGrad struct {
	core
	noDiff
	Pixels int // S
}

// Attributes tells the pixels of a plane.
func (k *MomentsGrad) Attributes() []Attribute { return []Attribute{{"pixels", k.Pixels}} }

// FLOP counts the two formulas.
func (k *MomentsGrad) FLOP() int64 { return 2 * k.count() }

// Do computes the coefficients.
func (k *MomentsGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer k.guard(&err)
	dm, dM2 := split(floats(v[0]))
	mean, _ := split(floats(v[1]))
	coef, constant := split(k.buf())
	for i := range coef {
		coef[i] = 2 * dM2[i]
		constant[i] = dm[i]/float32(k.Pixels) - coef[i]*mean[i]
	}
	return k.out, nil
}

var (
	_ operation = (*PlaneMoments)(nil)
	_ operation = (*MomentsGrad)(nil)
)
