package op

import G "gorgonia.org/gorgonia"

// tap hands out a second result of another operation: the primary operation
// fills the buffer, and the tap, which depends on it, returns it.
type tap struct {
	core
	noDiff
}

// Do returns the buffer that the primary operation has filled.
func (t *tap) Do(...G.Value) (G.Value, error) { return t.out, nil }

// newTap adds a tap on primary; the primary operation writes into the returned buffer.
func newTap(rt *Runtime, name string, l layout, primary *G.Node, shape ...int) (*G.Node, []float32, error) {
	t := &tap{core: newCore(rt, name, l, shape...)}
	t.side = true
	b := t.buf()
	n, err := apply(t, primary)
	return n, b, err
}
