package op

import G "gorgonia.org/gorgonia"

// Tap hands out a further result of its only input: the primary operation fills
// the buffer, and the tap, which depends on it, returns it.
type Tap struct {
	core
	noDiff
	Result string // which result, as the comment of the primary operation's type names it
	// give, if not nil, tells the primary operation where the result goes: the plan
	// finds room for it, which other operations use before and after.
	give func([]float32)
}

// Attributes tells which result it is.
func (t *Tap) Attributes() []Attribute { return []Attribute{{"result", t.Result}} }

// FLOP returns 0: the primary operation counts the work.
func (t *Tap) FLOP() int64 { return 0 }

// Do returns the buffer that the primary operation has filled.
func (t *Tap) Do(...G.Value) (G.Value, error) { return t.out, nil }

// newTap adds a tap on primary; the primary operation writes into the returned buffer.
func newTap(rt *Runtime, result string, l layout, primary *G.Node, shape ...int) (*G.Node, []float32, error) {
	t := &Tap{core: newCore(rt, "tap", l, shape...), Result: result}
	t.side = true
	b := t.buf()
	n, err := apply(t, primary)
	return n, b, err
}

// take makes b the buffer of the result.
func (t *Tap) take(b []float32) {
	t.setBuf(b)
	t.give(b)
}

// newLargeTap is newTap with a buffer that the plan assigns.
func newLargeTap(rt *Runtime, result string, l layout, primary *G.Node, give func([]float32), shape ...int) (*G.Node, error) {
	t := &Tap{core: newCore(rt, "tap", l, shape...), Result: result, give: give}
	t.side = true
	return apply(t, primary)
}

var _ operation = (*Tap)(nil)
