package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"
)

// Quotient is y = x/t of its inputs x (N,…) and t (N): each sample divided by its
// own number.
type Quotient struct{ core }

// NewQuotient divides the samples of x by t (N), which has no gradient.
func NewQuotient(rt *Runtime, x, t *G.Node) (*G.Node, error) {
	s := x.Shape()
	if len(s) < 1 {
		return nil, fmt.Errorf("op: quotient: a number has no samples")
	}
	if err := expect("quotient", "the divisor", t, plain, s[0]); err != nil {
		return nil, err
	}
	x, err := Unblock(rt, x)
	if err != nil {
		return nil, err
	}
	return apply(&Quotient{newCore(rt, "quotient", plain, s...)}, x, t)
}

// FLOP counts a quotient for each value.
func (q *Quotient) FLOP() int64 { return q.count() }

// Do divides.
func (q *Quotient) Do(v ...G.Value) (out G.Value, err error) {
	defer q.guard(&err)
	x, y, t := floats(v[0]), q.buf(), floats(v[1])
	size := len(x) / len(t)
	for n, d := range t {
		row := y[n*size:][:size]
		for i, v := range x[n*size:][:size] {
			row[i] = v / d
		}
	}
	return q.out, nil
}

// DiffWRT reports a gradient for x.
func (q *Quotient) DiffWRT(int) []bool { return []bool{true, false} }

// SymDiff divides the gradient.
func (q *Quotient) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	dx, err := NewQuotient(q.rt, grad, in[1])
	return G.Nodes{dx, nil}, err
}

var _ operation = (*Quotient)(nil)
