package op

import (
	"encoding/binary"
	"fmt"
	"hash"
	"hash/fnv"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Gorgonia merges nodes of equal 32-bit hash when it compiles a graph, and our
// operations own their buffers, so no two nodes of a graph may hash alike. The
// hash of an operation is that of its number, the hash of a leaf that of its
// name: where another node has it already, the next number or a longer name is
// tried, which is as deterministic as the first.

// number gives an operation that is about to join the graph its number: its place
// in the graph, or one beyond all places.
func number(g *G.ExprGraph, o operation) {
	const further = 1 << 32
	c := o.base()
	c.id = uint64(len(g.AllNodes()))
	for hashTaken(g, nodeHash(c.shape, func(h hash.Hash) { o.WriteHash(h) }, c.in)) {
		c.id += further
	}
}

// newLeaf adds a leaf that holds v.
func newLeaf(g *G.ExprGraph, name string, v G.Value) *G.Node {
	shape := v.Shape()
	hashed := name
	for hashTaken(g, nodeHash(shape, func(h hash.Hash) { h.Write([]byte(hashed)) }, nil)) {
		hashed += "'"
	}
	n := G.NewUniqueNode(G.In(g), G.WithType(typeOf(shape)), G.WithShape(shape...), G.WithName(hashed), G.WithValue(v))
	G.WithName(name)(n) // the hash stays
	return n
}

// NewInput adds a leaf that shares data, row-major of the given shape.
func NewInput(g *G.ExprGraph, name string, data []float32, shape ...int) *G.Node {
	return newLeaf(g, name, tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data)))
}

// nodeHash is the hash that Gorgonia gives a node: of type and shape, of a name or
// an operation, and of the inputs' hashes.
func nodeHash(shape tensor.Shape, own func(hash.Hash), in G.Nodes) uint32 {
	h := fnv.New32a() // never returns an error
	fmt.Fprintf(h, "%v%v", typeOf(shape), shape)
	own(h)
	h.Write([]byte{byte(len(in))})
	for _, n := range in {
		h.Write(binary.LittleEndian.AppendUint32(nil, n.Hashcode()))
	}
	return h.Sum32()
}

func hashTaken(g *G.ExprGraph, hash uint32) bool {
	for _, n := range g.AllNodes() {
		if n.Hashcode() == hash {
			return true
		}
	}
	return false
}
