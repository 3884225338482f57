package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"
)

// Lookup is y (N,D), the rows of its input table (T,D) that its input t (N), whole
// numbers from 0 to T-1, says.
type Lookup struct{ core }

// NewLookup returns rows of a table (T,D) by their index (N).
func NewLookup(rt *Runtime, table, index *G.Node) (*G.Node, error) {
	rows, d, err := rowsOf("lookup", table)
	if err != nil {
		return nil, err
	}
	if len(index.Shape()) != 1 || layoutOf(index) != plain || rows > 1<<24 {
		return nil, fmt.Errorf("op: lookup: indices of shape %v in a table of %d rows, want (N) and at most 2^24", index.Shape(), rows)
	}
	return apply(&Lookup{newCore(rt, "lookup", plain, index.Shape()[0], d)}, table, index)
}

// FLOP returns 0.
func (l *Lookup) FLOP() int64 { return 0 }

// rowAt returns which of n rows t means.
func rowAt(t float32, n int) (int, error) {
	i := int(t)
	if !(t >= 0 && t < float32(n)) || float32(i) != t {
		return 0, fmt.Errorf("op: lookup: index %v, want a whole number from 0 to %d", t, n-1)
	}
	return i, nil
}

// Do copies the rows; it fails where an index is none.
func (l *Lookup) Do(v ...G.Value) (out G.Value, err error) {
	defer l.guard(&err)
	table, d := floats(v[0]), l.shape[1]
	for n, t := range floats(v[1]) {
		i, err := rowAt(t, len(table)/d)
		if err != nil {
			return nil, err
		}
		copy(l.buf()[n*d:][:d], table[i*d:])
	}
	return l.out, nil
}

// DiffWRT reports a gradient for the table.
func (l *Lookup) DiffWRT(int) []bool { return []bool{true, false} }

// SymDiff returns the gradient of the table.
func (l *Lookup) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	g := &LookupGrad{core: newCore(l.rt, "lookup.dtable", plain, in[0].Shape()...)}
	dt, err := apply(g, grad, in[1])
	return G.Nodes{dt, nil}, err
}

// LookupGrad is the gradient of a Lookup with respect to the table, of its inputs
// dy (N,D) and t (N): dy summed where it came from, 0 elsewhere.
type LookupGrad struct {
	core
	noDiff
}

// FLOP counts the sums.
func (g *LookupGrad) FLOP() int64 { return int64(g.in[0].Shape().TotalSize()) }

// Do adds the rows up.
func (g *LookupGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer g.guard(&err)
	dy, table, d := floats(v[0]), g.buf(), g.shape[1]
	clear(table)
	for n, t := range floats(v[1]) {
		i, err := rowAt(t, g.shape[0])
		if err != nil {
			return nil, err
		}
		for k, x := range dy[n*d:][:d] {
			table[i*d+k] += x
		}
	}
	return g.out, nil
}

var (
	_ operation = (*Lookup)(nil)
	_ operation = (*LookupGrad)(nil)
)
