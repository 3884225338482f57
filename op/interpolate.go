package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"
)

// Interpolate is y (N), what a table of T values, its input table (T), says at
// positions (N) from 0 to T-1, its input at: linear between whole numbers, and the
// first or the last value beyond them.
type Interpolate struct {
	core
	noDiff
}

// NewInterpolate reads a table at positions (N).
func NewInterpolate(rt *Runtime, table, at *G.Node) (*G.Node, error) {
	for _, n := range (G.Nodes{table, at}) {
		if len(n.Shape()) != 1 || layoutOf(n) != plain {
			return nil, fmt.Errorf("op: interpolate: positions of shape %v in a table of shape %v, want (N) and (T)", at.Shape(), table.Shape())
		}
	}
	return apply(&Interpolate{core: newCore(rt, "interpolate", plain, at.Shape()[0])}, table, at)
}

// FLOP counts the weights of two values and their sum.
func (i *Interpolate) FLOP() int64 { return 4 * i.count() }

// Do reads the table.
func (i *Interpolate) Do(v ...G.Value) (out G.Value, err error) {
	defer i.guard(&err)
	table, y := floats(v[0]), i.buf()
	for n, at := range floats(v[1]) {
		last := len(table) - 1
		at = min(max(at, 0), float32(last))
		k := min(int(at), max(0, last-1))
		part := at - float32(k)
		y[n] = (1-part)*table[k] + part*table[min(k+1, last)]
	}
	return i.out, nil
}

var _ operation = (*Interpolate)(nil)
