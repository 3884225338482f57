package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// Scaled is coef·x (+ constant) with coefficients (2,N,C) for each sample and
// channel. Gradients take this form; Grad adds them without writing each.
type Scaled struct {
	core
	noDiff
	constant bool // the second half of the coefficients is added
}

func newScaled(rt *Runtime, x, coef *G.Node, constant bool) (*G.Node, error) {
	return apply(&Scaled{core: newCore(rt, "scaled", blocked, x.Shape()...), constant: constant}, x, coef)
}

// Do computes the product where nobody has fused it.
func (s *Scaled) Do(v ...G.Value) (out G.Value, err error) {
	defer s.guard(&err)
	coef, constant := split(floats(v[1]))
	if !s.constant {
		constant = nil
	}
	kernel.Accumulate(s.rt.ws, s.buf(), []kernel.Term{{Coef: coef, X: floats(v[0])}}, constant, imageShape(s.shape))
	return s.out, nil
}

// Sum adds nodes of one shape; terms that are Scaled are multiplied on the way.
type Sum struct {
	core
	scaled []bool // which terms bring coefficients
	shifts []bool // which of those add their constants
	terms  []kernel.Term
	shift  []float32 // sum of the constants
}

// Add returns a + b.
func Add(rt *Runtime, a, b *G.Node) (*G.Node, error) {
	if !a.Shape().Eq(b.Shape()) {
		return nil, fmt.Errorf("op: add: shapes %v and %v differ", a.Shape(), b.Shape())
	}
	return newSum(rt, G.Nodes{a, b})
}

// newSum adds nodes of one shape in the order given.
func newSum(rt *Runtime, nodes G.Nodes) (*G.Node, error) {
	l := plain
	for _, n := range nodes {
		if layoutOf(n) != plain {
			l = layoutOf(n)
		}
	}
	s := &Sum{core: newCore(rt, "sum", l, nodes[0].Shape()...)}
	var ins G.Nodes
	shifts := 0
	for _, n := range nodes {
		if l == blocked {
			var err error
			if n, err = toBlocked(rt, n); err != nil {
				return nil, err
			}
		}
		o, ok := n.Op().(*Scaled)
		s.scaled = append(s.scaled, ok)
		s.shifts = append(s.shifts, ok && o.constant)
		if !ok {
			ins = append(ins, n)
			continue
		}
		ins = append(ins, o.in...)
		if o.constant {
			shifts++
		}
	}
	s.terms = make([]kernel.Term, len(nodes))
	if shifts > 1 {
		s.shift = kernel.Alloc(s.shape[0] * pad16(s.shape[1]))
	}
	return apply(s, ins...)
}

// Do computes the sum in one pass.
func (s *Sum) Do(v ...G.Value) (out G.Value, err error) {
	defer s.guard(&err)
	if s.layout != blocked {
		y := s.buf()
		copy(y, floats(v[0]))
		for _, t := range v[1:] {
			for i, x := range floats(t) {
				y[i] += x
			}
		}
		return s.out, nil
	}
	var constant []float32
	clear(s.shift)
	for i := range s.terms {
		s.terms[i] = kernel.Term{X: floats(v[0])}
		v = v[1:]
		if !s.scaled[i] {
			continue
		}
		coef, shift := split(floats(v[0]))
		v = v[1:]
		s.terms[i].Coef = coef
		switch {
		case !s.shifts[i]:
		case s.shift == nil:
			constant = shift
		default:
			constant = s.shift
			for k, x := range shift {
				s.shift[k] += x
			}
		}
	}
	kernel.Accumulate(s.rt.ws, s.buf(), s.terms, constant, imageShape(s.shape))
	return s.out, nil
}

// DiffWRT reports gradients for all terms; sums made by Grad itself, which hold
// Scaled terms, are not differentiated.
func (s *Sum) DiffWRT(inputs int) []bool {
	d := make([]bool, inputs)
	for i := range d {
		d[i] = len(s.in) == len(s.scaled)
	}
	return d
}

// SymDiff passes the gradient on to each term.
func (s *Sum) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	if len(s.in) != len(s.scaled) {
		return nil, errNoSecondOrder
	}
	grads := make(G.Nodes, len(in))
	for i := range grads {
		grads[i] = grad
	}
	return grads, nil
}

var (
	_ operation = (*Scaled)(nil)
	_ operation = (*Sum)(nil)
)
