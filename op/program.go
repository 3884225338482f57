package op

import (
	"fmt"
	"sort"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
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
	var free [][]float32
	done := make([][][]float32, len(order)+1) // buffers to release after a position
	for i, n := range order {
		o, ok := n.Op().(operation)
		if !ok {
			if n.Op() != nil {
				return nil, fmt.Errorf("op: plan: %v is not an operation of this package", n)
			}
			continue
		}
		c := o.base()
		if !c.side && c.shape.Dims() > 0 {
			size := c.size()
			p.Unplanned += 4 * size
			var b []float32
			sort.SliceStable(free, func(i, j int) bool { return cap(free[i]) < cap(free[j]) })
			if k := sort.Search(len(free), func(k int) bool { return cap(free[k]) >= size }); k < len(free) {
				b = free[k][:size]
				free = append(free[:k], free[k+1:]...)
			} else {
				b = kernel.Alloc(size)
				p.Planned += 4 * size
			}
			c.setBuf(b)
			done[last[n]] = append(done[last[n]], b)
		}
		if i < len(order) {
			free = append(free, done[i]...)
		}
	}
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
