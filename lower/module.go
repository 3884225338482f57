package lower

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/condmean/condmean/lower/hlo"
	"github.com/condmean/condmean/op"
)

// Program is a graph as a module of its own. Its arguments are the leaves that are
// arrays, the running statistics and the factors of dropout, in the order in which
// the graph uses them; its results are the outputs, then mean and variance of the
// running statistics that the graph moves, in that order.
type Program struct {
	Text  []byte
	Args  []Arg
	Moved []Moved
}

// Arg is an argument of a Program. Data is the graph's own memory, row-major.
type Arg struct {
	Name  string
	Shape []int
	Data  []float32
	Draws op.Operation // whose factors it is, see [Draw]; nil of others
}

// NewProgram lowers what the outputs depend on.
func NewProgram(p hlo.Precision, outputs ...*G.Node) (*Program, error) {
	m := hlo.New()
	m.Precision = p
	a := &arguments{module: m, running: map[*op.Running][2]hlo.Value{}}
	values, moved, err := Graph(m, a, outputs...)
	if err != nil {
		return nil, err
	}
	for _, r := range moved {
		values = append(values, r.Mean, r.Variance)
	}
	return &Program{Text: m.Text(values...), Args: a.args, Moved: moved}, nil
}

// arguments makes an argument of whatever a graph reads.
type arguments struct {
	module  *hlo.Module
	args    []Arg
	running map[*op.Running][2]hlo.Value
}

var _ Source = (*arguments)(nil)

func (a *arguments) add(g Arg) hlo.Value {
	a.args = append(a.args, g)
	return a.module.Arg(hlo.F32, g.Shape...)
}

// Leaf implements Source.
func (a *arguments) Leaf(n *G.Node) (v hlo.Value, ok bool) {
	data, ok := Values(n)
	if !ok {
		return v, false
	}
	return a.add(Arg{Name: n.Name(), Shape: n.Shape().Clone(), Data: data}), true
}

// Values returns the memory of a leaf that is an array.
func Values(leaf *G.Node) (data []float32, ok bool) {
	t, ok := leaf.Value().(*tensor.Dense)
	if !ok {
		return nil, false
	}
	return t.Float32s(), true
}

// Running implements Source.
func (a *arguments) Running(r *op.Running) (mean, variance hlo.Value) {
	v, ok := a.running[r]
	if !ok {
		c := []int{len(r.Mean)}
		v = [2]hlo.Value{a.add(Arg{Name: "running mean", Shape: c, Data: r.Mean}), a.add(Arg{Name: "running variance", Shape: c, Data: r.Var})}
		a.running[r] = v
	}
	return v[0], v[1]
}

// Factors implements Source.
func (a *arguments) Factors(o op.Operation) hlo.Value {
	shape := FactorShape(o)
	n := 1
	for _, d := range shape {
		n *= d
	}
	return a.add(Arg{Name: o.Name(), Shape: shape, Data: make([]float32, n), Draws: o})
}
