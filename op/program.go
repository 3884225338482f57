package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"
)

// Program is a compiled graph: the nodes that the outputs depend on, run in a
// fixed order with planned buffers.
type Program struct {
	rt      *Runtime
	steps   *steps
	outputs G.Nodes
	// Unplanned and Planned are the bytes of all outputs of operations before
	// and after buffers were shared.
	Unplanned, Planned int
}

// NewProgram compiles the part of the graph that the outputs depend on. The
// values of outputs stay valid until the next run.
func NewProgram(outputs ...*G.Node) (*Program, error) {
	p := &Program{rt: runtimeOf(outputs), outputs: outputs}
	if p.rt == nil {
		return nil, fmt.Errorf("op: compile: no output is an operation of this package")
	}
	order, err := p.plan(outputs[0].Graph().ExactSubgraphRoots(outputs...))
	if err != nil {
		return nil, err
	}
	p.steps = newSteps(order)
	return p, nil
}

// Run computes the outputs from the present values of the inputs. It waits for
// other programs on the same Runtime.
func (p *Program) Run() error {
	p.rt.mu.Lock()
	defer p.rt.mu.Unlock()
	if err := p.steps.run(); err != nil {
		return fmt.Errorf("op: run: %w", err)
	}
	return nil
}

// Output returns the values of an output: plain ones row-major, a scalar as
// one number. The memory is the program's.
func (p *Program) Output(i int) []float32 {
	switch v := p.steps.value(p.outputs[i]).(type) {
	case *G.F32:
		return []float32{float32(*v)}
	default:
		return floats(v)
	}
}

// Outputs returns the nodes whose values the program computes.
func (p *Program) Outputs() G.Nodes { return p.outputs }

// Close lets the memory of the values go. The program must not be used afterwards.
func (p *Program) Close() error {
	p.steps = nil
	return nil
}

// runtimeOf returns what the outputs run on.
func runtimeOf(outputs G.Nodes) *Runtime {
	for _, n := range outputs {
		if o, ok := n.Op().(operation); ok {
			return o.base().rt
		}
	}
	return nil
}

// plan gives every operation of the graph an output buffer. A buffer serves
// again once the last reader of its value has run, so the peak is far below
// the sum. It returns the order in which the nodes will run.
func (p *Program) plan(g *G.ExprGraph) (order G.Nodes, err error) {
	if order, err = G.Sort(g); err != nil {
		return nil, fmt.Errorf("op: plan: %w", err)
	}
	for i, j := 0, len(order)-1; i < j; i, j = i+1, j-1 { // Sort lists users first
		order[i], order[j] = order[j], order[i]
	}
	if err := checkHashes(order); err != nil {
		return nil, err
	}
	last := map[*G.Node]int{} // position of the last reader
	for i, n := range order {
		for _, in := range inputsOf(n) {
			last[in] = i
		}
	}
	for _, n := range p.outputs {
		last[n] = len(order)
	}
	taps := map[*G.Node]G.Nodes{} // that the plan finds room for, by their operations
	for _, n := range order {
		if t, ok := n.Op().(*Tap); ok && t.give != nil {
			taps[t.in[0]] = append(taps[t.in[0]], n)
		}
	}
	var spans []*span
	assign := func(i int, n *G.Node, give func([]float32)) {
		s := &span{size: n.Op().(operation).base().size(), first: i, last: max(i, last[n]), give: give}
		p.Unplanned += 4 * s.room()
		spans = append(spans, s)
	}
	for i, n := range order {
		o, ok := n.Op().(operation)
		if !ok {
			if n.Op() != nil {
				return nil, fmt.Errorf("op: plan: %v is not an operation of this package", n)
			}
			continue
		}
		if c := o.base(); !c.side && c.shape.Dims() > 0 {
			assign(i, n, c.setBuf)
		}
		for _, tap := range taps[n] {
			assign(i, tap, tap.Op().(*Tap).take)
		}
	}
	size := arrange(spans)
	allocate(spans, size)
	p.Planned = 4 * size
	return order, nil
}

// checkHashes fails if two nodes hash alike, as foreign ones may: Gorgonia would
// merge them.
func checkHashes(nodes G.Nodes) error {
	seen := map[uint32]*G.Node{}
	for _, n := range nodes {
		h := n.Hashcode()
		if m, ok := seen[h]; ok && m != n {
			return fmt.Errorf("op: plan: nodes %v and %v hash alike", m, n)
		}
		seen[h] = n
	}
	return nil
}
