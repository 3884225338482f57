package op

import (
	"fmt"
	"strings"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// Scaled is coef·x (+ constant) with numbers (2,N,C) for each sample and channel,
// coefficients, then constants. Gradients take this form; Grad adds them without
// writing each. Inputs: x, (coef, constant).
type Scaled struct {
	core
	noDiff
	Constant bool // the constants are added
}

// Attributes lists Constant.
func (s *Scaled) Attributes() []Attribute { return []Attribute{{"constant", s.Constant}} }

// FLOP counts the product, and the sum.
func (s *Scaled) FLOP() int64 { return Term{Scaled: true, Constant: s.Constant}.flop() * s.count() }

func newScaled(rt *Runtime, x, coef *G.Node, constant bool) (*G.Node, error) {
	return apply(&Scaled{core: newCore(rt, "scaled", blocked, x.Shape()...), Constant: constant}, x, coef)
}

// Do computes the product where nobody has fused it.
func (s *Scaled) Do(v ...G.Value) (out G.Value, err error) {
	defer s.guard(&err)
	coef, constant := split(floats(v[1]))
	if !s.Constant {
		constant = nil
	}
	kernel.Accumulate(s.rt.ws, s.buf(), []kernel.Term{{Coef: coef, X: floats(v[0])}}, constant, imageShape(s.shape))
	return s.out, nil
}

// Term is a term of a Sum.
type Term struct {
	Scaled   bool // coef·x: the input after x is (2,N,C) of coefficients, then constants
	Constant bool // + constant; with Scaled only
}

func (t Term) flop() int64 {
	n := int64(0)
	if t.Scaled {
		n++
	}
	if t.Constant {
		n++
	}
	return n
}

// Sum adds nodes of one shape; terms that are Scaled are multiplied on the way.
// Inputs: those of each term.
type Sum struct {
	core
	Terms []Term
	terms []kernel.Term
	plain [][]float32 // the terms where they are plain
	shift []float32   // sum of the constants
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
	if l != blocked { // of arrays some may be in blocks already
		for _, n := range nodes {
			if layoutOf(n) != l {
				return nil, fmt.Errorf("op: add: %v is %v, the others are %v", n, layoutOf(n), l)
			}
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
		s.Terms = append(s.Terms, Term{Scaled: ok, Constant: ok && o.Constant})
		if !ok {
			ins = append(ins, n)
			continue
		}
		ins = append(ins, o.in...)
		if o.Constant {
			shifts++
		}
	}
	s.terms, s.plain = make([]kernel.Term, len(nodes)), make([][]float32, len(nodes))
	if shifts > 1 {
		s.shift = kernel.Alloc(s.shape[0] * pad16(s.shape[1]))
	}
	return apply(s, ins...)
}

// Attributes lists the terms.
func (s *Sum) Attributes() []Attribute {
	words := make([]string, len(s.Terms))
	for i, t := range s.Terms {
		words[i] = "x"
		if t.Scaled {
			words[i] = "coef·x"
		}
		if t.Constant {
			words[i] += "+constant"
		}
	}
	return []Attribute{{"terms", strings.Join(words, ",")}}
}

// FLOP counts the sums between the terms and the work of each.
func (s *Sum) FLOP() int64 {
	n := int64(len(s.Terms) - 1)
	for _, t := range s.Terms {
		n += t.flop()
	}
	return n * s.count()
}

// Do computes the sum in one pass.
func (s *Sum) Do(v ...G.Value) (out G.Value, err error) {
	defer s.guard(&err)
	if s.layout != blocked {
		for i, t := range v {
			s.plain[i] = floats(t)
		}
		kernel.Sum(s.rt.ws, s.buf(), s.plain)
		return s.out, nil
	}
	var constant []float32
	clear(s.shift)
	for i := range s.terms {
		s.terms[i] = kernel.Term{X: floats(v[0])}
		v = v[1:]
		if !s.Terms[i].Scaled {
			continue
		}
		coef, shift := split(floats(v[0]))
		v = v[1:]
		s.terms[i].Coef = coef
		switch {
		case !s.Terms[i].Constant:
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
		d[i] = len(s.in) == len(s.Terms)
	}
	return d
}

// SymDiff passes the gradient on to each term.
func (s *Sum) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	if len(s.in) != len(s.Terms) {
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
