package op

import G "gorgonia.org/gorgonia"

// steps run operations in a fixed order, one call after the other. Where the inputs
// of each are is found once, so that between two operations there is no look-up, no
// allocation and no other goroutine: small networks on one sample would spend a third
// of their time there.
type steps struct {
	list   []step
	values []G.Value       // of all nodes: of leaves those they share, of operations those of the last run
	place  map[*G.Node]int // of a node among the values
}

// step is one operation.
type step struct {
	op  operation
	in  []int     // places of the inputs
	v   []G.Value // the inputs, in a run
	out int       // place of the result
}

// newSteps returns the steps of nodes that are given inputs before users.
func newSteps(order G.Nodes) *steps {
	s := &steps{values: make([]G.Value, len(order)), place: make(map[*G.Node]int, len(order))}
	for i, n := range order {
		s.place[n] = i
		o, ok := n.Op().(operation)
		if !ok {
			s.values[i] = n.Value()
			continue
		}
		st := step{op: o, out: i}
		for _, in := range inputsOf(n) {
			st.in = append(st.in, s.place[in])
		}
		st.v = make([]G.Value, len(st.in))
		s.list = append(s.list, st)
	}
	return s
}

// run computes the values of all operations.
func (s *steps) run() error {
	for i := range s.list {
		st := &s.list[i]
		for k, place := range st.in {
			st.v[k] = s.values[place]
		}
		v, err := st.op.Do(st.v...)
		if err != nil {
			return err
		}
		s.values[st.out] = v
	}
	return nil
}

// value returns what the last run computed of a node.
func (s *steps) value(n *G.Node) G.Value { return s.values[s.place[n]] }
