package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// Mode is how a graph treats normalisation and dropout; it is fixed when the
// graph is built.
type Mode int

const (
	Train Mode = iota // batch statistics, running statistics updated, dropout
	Eval              // running statistics, no dropout
)

// NormKind says which elements share their mean and variance.
type NormKind int

const (
	Batch    NormKind = iota // a channel over the batch
	Group                    // Groups groups of channels of a sample
	Instance                 // a channel of a sample
)

// NormEps is added to variances, as PyTorch does by default.
const NormEps = 1e-5

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

// PlaneMoments holds the mean and centred sum of squares of each plane.
type PlaneMoments struct {
	core
	given bool // the convolution before fills the output
}

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
func (p *PlaneMoments) SymDiff(_ G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	k := &momentsGrad{core: newCore(p.rt, "moments.coef", lanes, p.shape...), pixels: pixels(p.in[0])}
	kn, err := apply(k, grad, out)
	if err != nil {
		return nil, err
	}
	dx, err := newScaled(p.rt, p.in[0], kn, true)
	if err != nil {
		return nil, err
	}
	return G.Nodes{dx}, nil
}

func pixels(n *G.Node) int {
	s := imageShape(n.Shape())
	return s.H * s.W
}

// momentsGrad turns (dm, dM2) into the coefficients of dx = coef·x + constant.
type momentsGrad struct {
	core
	noDiff
	pixels int
}

func (k *momentsGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer k.guard(&err)
	dm, dM2 := split(floats(v[0]))
	mean, _ := split(floats(v[1]))
	coef, constant := split(k.buf())
	for i := range coef {
		coef[i] = 2 * dM2[i]
		constant[i] = dm[i]/float32(k.pixels) - coef[i]*mean[i]
	}
	return k.out, nil
}

// Running holds the running statistics of a batch norm. They live outside of
// any graph: train and inference graphs share them, and checkpoints keep them.
type Running struct {
	Mean, Var []float32 // (C); the variance is the unbiased one
	Momentum  float32   // weight of the newest batch, 0.1 by default in PyTorch
}

// NormOptions describe a normalisation.
type NormOptions struct {
	Kind    NormKind
	Groups  int      // for Group
	Mode    Mode     // matters to Batch only
	Running *Running // for Batch
}

// NeedsMoments reports whether the normalisation looks at the batch: an
// inference graph of a batch norm does not.
func (o NormOptions) NeedsMoments() bool { return o.Kind != Batch || o.Mode == Train }

// Norm is a normalisation, with the affine parameters and an optional
// scale-shift before it folded in: a node (2,N,C) of A and B such that the
// normalised activation is A·x + B.
type Norm struct {
	core
	NormOptions
	Pixels  int     // of one plane of x
	moments *G.Node // nil where running statistics are used
	film    *G.Node // nil: no scale-shift
	math    normMath
}

// NewNorm normalises an activation by its Moments. film (N,2C), if not nil, is
// applied to the activation first, x ← (1+scale)·x + shift with scale and shift
// its two halves. gamma and beta have shape (C). moments may be nil where they
// are not needed.
func NewNorm(rt *Runtime, x, moments, film, gamma, beta *G.Node, o NormOptions) (*G.Node, error) {
	s := x.Shape()
	n, c := s[0], s[1]
	switch {
	case o.Kind == Group && (o.Groups < 1 || c%o.Groups != 0):
		return nil, fmt.Errorf("op: norm: %d channels do not divide into %d groups (%s)", c, o.Groups, gamma.Name())
	case o.Kind == Batch && (o.Running == nil || len(o.Running.Mean) != c || len(o.Running.Var) != c):
		return nil, fmt.Errorf("op: norm: running statistics do not have %d channels (%s)", c, gamma.Name())
	case film != nil && (len(film.Shape()) != 2 || film.Shape()[0] != n || film.Shape()[1] != 2*c):
		return nil, fmt.Errorf("op: norm: scale-shift has shape %v, want (%d,%d)", film.Shape(), n, 2*c)
	case gamma.Shape().TotalSize() != c || beta.Shape().TotalSize() != c:
		return nil, fmt.Errorf("op: norm: %s and %s have shapes %v and %v, want (%d)", gamma.Name(), beta.Name(), gamma.Shape(), beta.Shape(), c)
	}
	if !o.NeedsMoments() {
		moments = nil
	} else if moments == nil {
		return nil, fmt.Errorf("op: norm: no moments (%s)", gamma.Name())
	}
	op := &Norm{core: newCore(rt, "norm", lanes, 2, n, c), NormOptions: o, Pixels: pixels(x), moments: moments, film: film}
	op.math = newNormMath(rt.Pool(), o, n, c, op.Pixels)
	ins := G.Nodes{gamma, beta}
	if moments != nil {
		ins = append(ins, moments)
	}
	if film != nil {
		ins = append(ins, film)
	}
	return apply(op, ins...)
}

// Do computes A and B.
func (o *Norm) Do(v ...G.Value) (out G.Value, err error) {
	defer o.guard(&err)
	in := o.values(v)
	if o.moments == nil {
		o.math.use(o.Running)
	} else {
		o.math.measure(in)
		if o.Kind == Batch {
			o.math.update(o.Running)
		}
	}
	scale, shift := split(o.buf())
	o.math.affine(scale, shift, in)
	return o.out, nil
}

func (o *Norm) values(v []G.Value) normInputs {
	in := normInputs{gamma: floats(v[0]), beta: floats(v[1])}
	v = v[2:]
	if o.moments != nil {
		in.mean, in.m2 = split(floats(v[0]))
		v = v[1:]
	}
	if o.film != nil {
		in.film = floats(v[0])
	}
	return in
}

// DiffWRT reports gradients for all inputs.
func (o *Norm) DiffWRT(inputs int) []bool {
	d := make([]bool, inputs)
	for i := range d {
		d[i] = true
	}
	return d
}

// SymDiff returns the gradients of gamma, beta, the moments and the scale-shift.
func (o *Norm) SymDiff(_ G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	g := &NormGrad{core: newCore(o.rt, "norm.dmoments", lanes, o.shape...), forward: o}
	dm, err := apply(g, append(G.Nodes{grad}, o.in...)...)
	if err != nil {
		return nil, err
	}
	c := o.shape[2]
	dgamma, bg, err := newTap(o.rt, "norm.dgamma", plain, dm, c)
	if err != nil {
		return nil, err
	}
	dbeta, bb, err := newTap(o.rt, "norm.dbeta", plain, dm, c)
	if err != nil {
		return nil, err
	}
	g.dgamma, g.dbeta = bg, bb
	grads := G.Nodes{dgamma, dbeta}
	if o.moments != nil {
		grads = append(grads, dm)
	}
	if o.film != nil {
		df, b, err := newTap(o.rt, "norm.dfilm", plain, dm, o.film.Shape()...)
		if err != nil {
			return nil, err
		}
		g.dfilm = b
		grads = append(grads, df)
	}
	return grads, nil
}

// NormGrad is the gradient of a Norm: with respect to the moments, and in taps
// with respect to gamma, beta and the scale-shift.
type NormGrad struct {
	core
	noDiff
	forward              *Norm
	dgamma, dbeta, dfilm []float32
}

// Do computes the gradients.
func (g *NormGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer g.guard(&err)
	dA, dB := split(floats(v[0]))
	dm, dM2 := split(g.buf())
	o := g.forward
	o.math.backward(normGrads{dm: dm, dM2: dM2, gamma: g.dgamma, beta: g.dbeta, film: g.dfilm}, dA, dB, o.values(v[1:]))
	return g.out, nil
}

var (
	_ operation = (*PlaneMoments)(nil)
	_ operation = (*Norm)(nil)
	_ operation = (*NormGrad)(nil)
)
