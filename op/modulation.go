package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"
)

// Modulation turns a scale-shift (s, b), its input (N,2C), into the affine map
// (2,N,C) of A = 1+s and B = b that a Prologue reads.
type Modulation struct{ core }

// NewModulation returns the affine map of film (N,2C).
func NewModulation(rt *Runtime, film *G.Node) (*G.Node, error) {
	n, c, err := rowsOf("modulation", film)
	if err != nil {
		return nil, err
	}
	if c%2 != 0 {
		return nil, fmt.Errorf("op: modulation: rows of %d values have no halves", c)
	}
	return apply(&Modulation{newCore(rt, "modulation", lanes, 2, n, c/2)}, film)
}

// FLOP counts the sums.
func (m *Modulation) FLOP() int64 { return m.count() / 2 }

// Do copies the numbers.
func (m *Modulation) Do(v ...G.Value) (out G.Value, err error) {
	defer m.guard(&err)
	a, b := split(m.buf())
	clear(a)
	clear(b)
	c, film := m.shape[2], floats(v[0])
	for n := range m.shape[1] {
		row := film[n*2*c:][:2*c]
		copy(b[n*pad16(c):], row[c:])
		for k, s := range row[:c] {
			a[n*pad16(c)+k] = 1 + s
		}
	}
	return m.out, nil
}

// DiffWRT reports that the input has a gradient.
func (m *Modulation) DiffWRT(int) []bool { return []bool{true} }

// SymDiff copies the gradients back.
func (m *Modulation) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	df, err := apply(&ModulationGrad{core: newCore(m.rt, "modulation.dfilm", plain, in[0].Shape()...)}, grad)
	return G.Nodes{df}, err
}

// ModulationGrad is the gradient (N,2C) of a Modulation, of its input (dA, dB)
// (2,N,C): dA, then dB of each sample.
type ModulationGrad struct {
	core
	noDiff
}

// FLOP returns 0.
func (m *ModulationGrad) FLOP() int64 { return 0 }

// Do copies the numbers.
func (m *ModulationGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer m.guard(&err)
	da, db := split(floats(v[0]))
	c := m.shape[1] / 2
	for n := range m.shape[0] {
		row := m.buf()[n*2*c:][:2*c]
		copy(row, da[n*pad16(c):][:c])
		copy(row[c:], db[n*pad16(c):][:c])
	}
	return m.out, nil
}

var (
	_ operation = (*Modulation)(nil)
	_ operation = (*ModulationGrad)(nil)
)
