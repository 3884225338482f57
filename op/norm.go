package op

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
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

// NormEps is added to variances where nothing else is said, as PyTorch does by default.
const NormEps = 1e-5

// String returns the name in configurations.
func (k NormKind) String() string { return [...]string{"batch", "group", "instance"}[k] }

// String returns train or eval.
func (m Mode) String() string { return [...]string{"train", "eval"}[m] }

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
	Share   Share    // of a batch, over all of which Batch takes its statistics in Train
	Eps     float64  // added to variances; 0: NormEps
	After   bool     // the scale-shift is applied to the result, not to x
	Frozen  *Frozen  // as in ConvOptions, of parameters and Running; matters to Batch in Eval
}

// NeedsMoments reports whether the normalisation looks at the batch: an
// inference graph of a batch norm does not.
func (o NormOptions) NeedsMoments() bool { return o.Kind != Batch || o.Mode == Train }

// NormAttributes describe a normalisation and its gradient.
type NormAttributes struct {
	NormOptions
	Pixels int  // S, of one plane of x
	Film   bool // a scale-shift is folded in
	Shift  bool // of shifts alone, which leave the scale as it is
}

// attributes tells kind, groups, mode, ε, pixels, and what scale-shift there is.
func (a NormAttributes) attributes() []Attribute {
	l := []Attribute{{"kind", a.Kind}}
	switch a.Kind {
	case Group:
		l = append(l, Attribute{"groups", a.Groups})
	case Batch:
		l = append(l, Attribute{"mode", a.Mode})
		l = append(l, a.Share.attributes()...)
	}
	return append(l, Attribute{"eps", a.Eps}, Attribute{"pixels", a.Pixels},
		Attribute{"film", a.Film}, Attribute{"shift", a.Shift}, Attribute{"after", a.After})
}

// Norm is a normalisation, with the affine parameters and an optional
// scale-shift before or after it folded in: (2,N,C) of A and B such that the normalised
// activation is A·x + B. With (m, M₂) the moments of x, the scale-shift
// z = (1+s)·x + b, and μ and V mean and variance of z over all planes that Kind
// says,
//
//	A = γ/√(V+ε)·(1+s),  B = γ/√(V+ε)·(b - μ) + β.
//
// A scale-shift After the norm leaves z = x; the above, with s = b = 0, becomes
// A·(1+s) and B·(1+s) + b. With Shift s is 0. Without moments (see NeedsMoments)
// Running has μ and V. Inputs: γ (C), β (C), the moments (2,N,C) if needed, (s, b)
// as (N,2C) with Film, or b as (N,C) with Shift.
type Norm struct {
	core
	NormAttributes
	math  normMath
	fixed fixedNorm
}

// NewNorm normalises an activation by its Moments. film (N,2C), if not nil, is
// applied to the activation first, x ← (1+scale)·x + shift with scale and shift
// its two halves, or to the result with After; film (N,C) has shifts alone. gamma
// and beta have shape (C). moments may be nil where they are not needed.
func NewNorm(rt *Runtime, x, moments, film, gamma, beta *G.Node, o NormOptions) (*G.Node, error) {
	if len(x.Shape()) != 3 && len(x.Shape()) != 4 {
		return nil, fmt.Errorf("op: norm: input has shape %v, want (N,C,L) or (N,C,H,W)", x.Shape())
	}
	n, c := x.Shape()[0], x.Shape()[1]
	if o.Eps == 0 {
		o.Eps = NormEps
	}
	a := NormAttributes{NormOptions: o, Pixels: pixels(x), Film: film != nil}
	if err := a.check(c); err != nil {
		return nil, fmt.Errorf("op: norm: %w (%s)", err, gamma.Name())
	}
	for _, p := range []*G.Node{gamma, beta} {
		if err := expect("norm", "a parameter", p, plain, c); err != nil {
			return nil, err
		}
	}
	ins := G.Nodes{gamma, beta}
	if o.NeedsMoments() {
		if moments == nil {
			return nil, fmt.Errorf("op: norm: no moments (%s)", gamma.Name())
		}
		if err := expect("norm", "the moments", moments, lanes, 2, n, c); err != nil {
			return nil, err
		}
		ins = append(ins, moments)
	}
	if film != nil {
		width := 2 * c
		if s := film.Shape(); len(s) == 2 && s[1] == c {
			a.Shift, width = true, c
		}
		if err := expect("norm", "the scale-shift", film, plain, n, width); err != nil {
			return nil, err
		}
		ins = append(ins, film)
	}
	op := &Norm{core: newCore(rt, "norm", lanes, 2, n, c), NormAttributes: a}
	op.math = newNormMath(rt, a, n, c)
	op.fixed.packed.frozen = o.Frozen
	op.side = op.constant()
	return apply(op, ins...)
}

// check refuses options that do not fit together, or c channels.
func (o NormAttributes) check(c int) error {
	switch {
	case o.Kind != Batch && o.Kind != Group && o.Kind != Instance:
		return fmt.Errorf("kind %d is unknown", o.Kind)
	case o.Mode != Train && o.Mode != Eval:
		return fmt.Errorf("mode %d is unknown", o.Mode)
	case !(o.Eps > 0) || math.IsInf(o.Eps, 0):
		return fmt.Errorf("epsilon is %v, want a positive number", o.Eps)
	case o.After && !o.Film:
		return fmt.Errorf("a scale-shift after it is asked for, but there is none")
	case o.Kind == Group && (o.Groups < 1 || c%o.Groups != 0):
		return fmt.Errorf("%d channels do not divide into %d groups", c, o.Groups)
	case o.Kind != Group && o.Groups != 0:
		return fmt.Errorf("%d groups, which norms of kind %v do not have", o.Groups, o.Kind)
	case o.Kind == Batch && (o.Running == nil || len(o.Running.Mean) != c || len(o.Running.Var) != c):
		return fmt.Errorf("running statistics do not have %d channels", c)
	case o.Kind != Batch && o.Running != nil:
		return fmt.Errorf("running statistics, which norms of kind %v do not have", o.Kind)
	}
	return nil
}

// Attributes lists NormAttributes.
func (o *Norm) Attributes() []Attribute { return o.attributes() }

// FLOP counts the sums over planes and the formulas of A and B, about ten a plane.
func (o *Norm) FLOP() int64 { return 5 * o.count() }

// Do computes A and B.
func (o *Norm) Do(v ...G.Value) (out G.Value, err error) {
	defer o.guard(&err)
	in := o.values(v)
	scale, shift := split(o.buf())
	if !o.NeedsMoments() {
		stale := o.fixed.packed.stale()
		if stale {
			o.math.use(o.Running)
			o.fixed.prepare(o.math.mean, o.math.inv, in)
		}
		if stale || !o.constant() {
			o.math.fixed(&o.fixed, scale, shift, in)
		}
		return o.out, nil
	}
	if err := o.math.forward(scale, shift, in); err != nil {
		return nil, err
	}
	if o.Kind == Batch {
		o.math.update(o.Running)
	}
	return o.out, nil
}

// constant reports whether runs on the same weights give the same result, which the
// output then keeps.
func (o *Norm) constant() bool { return o.Frozen != nil && !o.NeedsMoments() && !o.Film }

func (o *Norm) values(v []G.Value) normInputs {
	in := normInputs{gamma: floats(v[0]), beta: floats(v[1])}
	v = v[2:]
	if o.NeedsMoments() {
		in.mean, in.m2 = split(floats(v[0]))
		v = v[1:]
	}
	if o.Film {
		in.film = floats(v[0])
	}
	return in
}

// DiffWRT reports gradients for all inputs.
func (o *Norm) DiffWRT(inputs int) []bool { return everyInput(inputs) }

// SymDiff returns the gradients of gamma, beta, the moments and the scale-shift.
func (o *Norm) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	g := &NormGrad{core: newCore(o.rt, "norm.dmoments", lanes, o.shape...), NormAttributes: o.NormAttributes, forward: o}
	dm, err := apply(g, append(G.Nodes{grad}, in...)...)
	if err != nil {
		return nil, err
	}
	c := o.shape[2]
	dgamma, bg, err := newTap(o.rt, "gamma", plain, dm, c)
	if err != nil {
		return nil, err
	}
	dbeta, bb, err := newTap(o.rt, "beta", plain, dm, c)
	if err != nil {
		return nil, err
	}
	g.dgamma, g.dbeta = bg, bb
	grads := G.Nodes{dgamma, dbeta}
	if o.NeedsMoments() {
		grads = append(grads, dm)
	}
	if o.Film {
		df, b, err := newTap(o.rt, "film", plain, dm, in[len(in)-1].Shape()...)
		if err != nil {
			return nil, err
		}
		g.dfilm = b
		grads = append(grads, df)
	}
	return grads, nil
}

// NormGrad is the gradient of a Norm with respect to the moments (2,N,C), 0 where
// it has none, and in taps with results "gamma" (C), "beta" (C) and "film" (N,2C)
// to those. Inputs: (dA, dB), those of the Norm.
type NormGrad struct {
	core
	noDiff
	NormAttributes
	forward              *Norm
	dgamma, dbeta, dfilm []float32
}

// Attributes lists NormAttributes.
func (g *NormGrad) Attributes() []Attribute { return g.attributes() }

// FLOP counts the chain rule through the formulas, about thirty a plane.
func (g *NormGrad) FLOP() int64 { return 15 * g.count() }

// Do computes the gradients.
func (g *NormGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer g.guard(&err)
	dA, dB := split(floats(v[0]))
	dm, dM2 := split(g.buf())
	o := g.forward
	if err := o.math.backward(normGrads{dm: dm, dM2: dM2, gamma: g.dgamma, beta: g.dbeta, film: g.dfilm}, dA, dB, o.values(v[1:])); err != nil {
		return nil, err
	}
	return g.out, nil
}

var (
	_ operation = (*Norm)(nil)
	_ operation = (*NormGrad)(nil)
)
