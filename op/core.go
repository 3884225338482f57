package op

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/condmean/condmean/op/internal/kernel"
)

// layout is how a value lies in memory.
type layout int

const (
	plain   layout = iota // row-major, as the logical shape says
	blocked               // (N, C/16, H, W, 16), an activation
	lanes                 // (2, N, C padded to 16): two numbers a sample and channel
	mask                  // (N, C padded to 16)
)

// String says what a value of the layout is.
func (l layout) String() string {
	return [...]string{"an array", "an activation", "coefficients", "a mask"}[l]
}

// core is what every operation has in common; it implements all of
// gorgonia.Op and gorgonia.SDOp except Do, DiffWRT and SymDiff.
type core struct {
	rt     *Runtime
	name   string       // kind of the operation, e.g. "conv"
	id     uint64       // number in its graph
	in     G.Nodes      // inputs, in order
	shape  tensor.Shape // logical shape of the output
	layout layout
	side   bool          // the output has a buffer of its own: another operation fills it, or runs leave it as it is
	out    *tensor.Dense // output buffer; assigned by the plan, or on first use
}

// operation is an Operation as this package sees it.
type operation interface {
	Operation
	base() *core
}

func newCore(rt *Runtime, name string, l layout, shape ...int) core {
	return core{rt: rt, name: name, layout: l, shape: tensor.Shape(shape)}
}

// apply adds o to the graph of its inputs.
func apply(o operation, in ...*G.Node) (*G.Node, error) {
	c := o.base()
	c.in = in
	number(in[0].Graph(), o)
	n, err := G.ApplyOp(o, in...)
	if err != nil {
		return nil, fmt.Errorf("op: %s: %w", c.name, err)
	}
	return n, nil
}

func (c *core) base() *core { return c }

// Name returns the kind of the operation.
func (c *core) Name() string { return c.name }

// Inputs returns the nodes that the operation reads, in order.
func (c *core) Inputs() G.Nodes { return c.in }

// Attributes returns none.
func (c *core) Attributes() []Attribute { return nil }

// count is the number of values of the output.
func (c *core) count() int64 { return int64(c.shape.TotalSize()) }

// Arity returns the number of inputs.
func (c *core) Arity() int { return len(c.in) }

// Type returns a fresh function type at each call: Gorgonia hands it back to a pool.
func (c *core) Type() hm.Type {
	ts := make([]hm.Type, 0, len(c.in)+1)
	for _, n := range c.in {
		ts = append(ts, typeOf(n.Shape()))
	}
	return hm.NewFnType(append(ts, typeOf(c.shape))...)
}

func typeOf(s tensor.Shape) hm.Type {
	if s.Dims() == 0 {
		return tensor.Float32
	}
	return G.TensorType{Dims: s.Dims(), Of: tensor.Float32}
}

// InferShape returns the logical shape, which is known when the node is made.
func (c *core) InferShape(...G.DimSizer) (tensor.Shape, error) { return c.shape.Clone(), nil }

// ReturnsPtr, CallsExtern and OverwritesInput say that outputs are not Gorgonia's to
// allocate or share; the buffer plan does.
func (c *core) ReturnsPtr() bool     { return false }
func (c *core) CallsExtern() bool    { return false }
func (c *core) OverwritesInput() int { return -1 }

// WriteHash writes the number.
func (c *core) WriteHash(h hash.Hash) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], c.id)
	h.Write([]byte(c.name)) // hash.Hash never returns an error
	h.Write(b[:])
}

// Hashcode returns a 32-bit hash of the number.
func (c *core) Hashcode() uint32 {
	h := fnv.New32a()
	c.WriteHash(h)
	return h.Sum32()
}

// String names the operation with its number and logical output shape.
func (c *core) String() string { return fmt.Sprintf("%s#%d%v", c.name, c.id, []int(c.shape)) }

// errNoSecondOrder is returned where a gradient of a gradient is asked for.
var errNoSecondOrder = errors.New("second derivatives are not supported")

// noDiff is embedded by operations that are not differentiated any further.
type noDiff struct{}

// DiffWRT reports that no input has a gradient.
func (noDiff) DiffWRT(inputs int) []bool { return make([]bool, inputs) }

// SymDiff always fails.
func (noDiff) SymDiff(G.Nodes, *G.Node, *G.Node) (G.Nodes, error) { return nil, errNoSecondOrder }

// size returns the number of floats of the output in its layout.
func (c *core) size() int {
	switch c.layout {
	case blocked:
		return imageShape(c.shape).Len()
	case lanes:
		return 2 * c.shape[1] * pad16(c.shape[2])
	case mask:
		return c.shape[0] * pad16(c.shape[1])
	}
	return c.shape.TotalSize()
}

// buf returns the output buffer, made on first use where no plan assigned one.
func (c *core) buf() []float32 {
	if c.out == nil {
		c.setBuf(kernel.Alloc(c.size()))
	}
	return floats(c.out)
}

func (c *core) setBuf(b []float32) {
	shape := c.shape
	if c.layout != plain {
		shape = tensor.Shape{len(b)}
	}
	c.out = tensor.New(tensor.WithShape(shape...), tensor.WithBacking(b))
}

// guard turns a panic of a kernel into an error that names the operation.
func (c *core) guard(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("op: %s: %v", c, r)
	}
}

// floats returns the values of a dense tensor; Data would allocate.
func floats(v G.Value) []float32 { return v.(*tensor.Dense).Float32s() }

func pad16(c int) int { return (c + 15) &^ 15 }

// imageShape views a logical activation shape as an image; a signal has height 1.
func imageShape(s tensor.Shape) kernel.Shape {
	if len(s) == 3 {
		return kernel.Shape{N: s[0], C: s[1], H: 1, W: s[2]}
	}
	return kernel.Shape{N: s[0], C: s[1], H: s[2], W: s[3]}
}

// split returns the two halves of a lanes buffer.
func split(b []float32) (first, second []float32) { return b[:len(b)/2], b[len(b)/2:] }

// layoutOf returns how the value of a node lies in memory.
func layoutOf(n *G.Node) layout {
	if o, ok := n.Op().(operation); ok {
		return o.base().layout
	}
	return plain
}
