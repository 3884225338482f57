package op

import (
	"fmt"
	"io"
	"strings"

	G "gorgonia.org/gorgonia"
)

// Operation is what every operation of this package tells of itself: enough to
// print a graph, to count its work and to build it for another backend. The
// exported fields of the concrete types are their attributes; the comments say
// how the output follows from them and from the inputs, all in logical shapes,
// whatever the layout in memory.
type Operation interface {
	G.SDOp
	// Name is the kind of the operation, such as conv.
	Name() string
	// Inputs are the nodes that the operation reads, in order.
	Inputs() G.Nodes
	// Attributes are the exported fields in words.
	Attributes() []Attribute
	// FLOP counts the additions, multiplications and elementary functions of one
	// run, each as one, padding included.
	FLOP() int64
}

// Attribute is one thing that an operation tells of itself.
type Attribute struct {
	Name  string
	Value any
}

// String returns name=value; of a property that is there, its name alone.
func (a Attribute) String() string {
	if a.Value == true {
		return a.Name
	}
	return fmt.Sprintf("%s=%v", a.Name, a.Value)
}

// Nodes lists what the outputs depend on and the outputs, inputs before their
// users, in an order that depends on the graph alone. A node without an
// [Operation] is a leaf: an input, a weight or a constant.
func Nodes(outputs ...*G.Node) G.Nodes { return topological(outputs...) }

// FLOP counts the work of all operations that the outputs depend on.
func FLOP(outputs ...*G.Node) int64 {
	total := int64(0)
	for _, n := range Nodes(outputs...) {
		if o, ok := n.Op().(Operation); ok {
			total += o.FLOP()
		}
	}
	return total
}

// WriteGraph prints what the outputs depend on, one node a line: its number,
// operation, attributes, shape and the numbers of its inputs.
func WriteGraph(w io.Writer, outputs ...*G.Node) error {
	number := map[*G.Node]int{}
	for i, n := range Nodes(outputs...) {
		number[n] = i
		line := fmt.Sprintf("%%%d = ", i)
		o, ok := n.Op().(Operation)
		if !ok {
			line += fmt.Sprintf("input %q %v", n.Name(), []int(n.Shape()))
		} else {
			line += o.Name()
			for _, a := range o.Attributes() {
				if a.Value != false {
					line += " " + a.String()
				}
			}
			line += fmt.Sprintf(" %v", []int(n.Shape()))
			var in []string
			for _, c := range o.Inputs() {
				in = append(in, fmt.Sprintf("%%%d", number[c]))
			}
			line += " (" + strings.Join(in, ", ") + ")"
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}
