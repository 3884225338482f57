package onnx

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// The messages of the format as far as they are written here, with the numbers of
// their fields (onnx.proto of IR version 8). They are values: a message's bytes are
// a function of its contents alone.

// elemType is a TensorProto.DataType.
type elemType int32

const (
	float32Type elemType = 1
	int64Type   elemType = 7
	boolType    elemType = 9
)

// tensor is a TensorProto with its values as little-endian raw_data.
type tensor struct {
	name string
	elem elemType
	dims []int
	raw  []byte
}

// floatTensor holds values of float32.
func floatTensor(name string, values []float32, dims ...int) tensor {
	raw := make([]byte, 0, 4*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return tensor{name: name, elem: float32Type, dims: dims, raw: raw}
}

// intTensor holds values of int64.
func intTensor(name string, values []int64, dims ...int) tensor {
	raw := make([]byte, 0, 8*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	return tensor{name: name, elem: int64Type, dims: dims, raw: raw}
}

// attribute is an AttributeProto; its value is a float32, int, string, []int or
// *graph.
type attribute struct {
	name  string
	value any
}

// node is a NodeProto of the default domain.
type node struct {
	name, op   string
	in, out    []string
	attributes []attribute
}

// port is a ValueInfoProto: an input or output of a graph. A dimension is a number
// or the name of one that may vary.
type port struct {
	name string
	elem elemType
	dims []any
	doc  string
}

// graph is a GraphProto.
type graph struct {
	name, doc    string
	nodes        []node
	initializers []tensor
	inputs       []port
	outputs      []port
}

// file is a ModelProto.
type file struct {
	irVersion, opset  int64
	producer, version string
	doc               string
	graph             *graph
	metadata          []attribute // of strings
}

func (f *file) marshal() ([]byte, error) {
	var e encoder
	e.varint(1, f.irVersion)
	e.text(2, f.producer)
	e.text(3, f.version)
	e.text(6, f.doc)
	e.message(7, func(e *encoder) { e.graph(f.graph) })
	e.message(8, func(e *encoder) { e.varint(2, f.opset) }) // the default domain
	for _, m := range f.metadata {
		e.message(14, func(e *encoder) {
			e.text(1, m.name)
			e.text(2, m.value.(string))
		})
	}
	if len(e.b) > math.MaxInt32 {
		return nil, fmt.Errorf("onnx: the model takes %d bytes; the format allows 2 GiB in one file", len(e.b))
	}
	return e.b, nil
}

// encoder appends fields to a message.
type encoder struct{ b []byte }

func (e *encoder) varint(field protowire.Number, v int64) {
	e.b = protowire.AppendTag(e.b, field, protowire.VarintType)
	e.b = protowire.AppendVarint(e.b, uint64(v))
}

func (e *encoder) bytes(field protowire.Number, v []byte) {
	e.b = protowire.AppendTag(e.b, field, protowire.BytesType)
	e.b = protowire.AppendBytes(e.b, v)
}

// text leaves out what is empty, as is the format's way.
func (e *encoder) text(field protowire.Number, s string) {
	if s != "" {
		e.bytes(field, []byte(s))
	}
}

func (e *encoder) message(field protowire.Number, fill func(*encoder)) {
	var inner encoder
	fill(&inner)
	e.bytes(field, inner.b)
}

func (e *encoder) graph(g *graph) {
	for _, n := range g.nodes {
		e.message(1, func(e *encoder) { e.node(n) })
	}
	e.text(2, g.name)
	for _, t := range g.initializers {
		e.message(5, func(e *encoder) {
			for _, d := range t.dims {
				e.varint(1, int64(d))
			}
			e.varint(2, int64(t.elem))
			e.text(8, t.name)
			e.bytes(9, t.raw)
		})
	}
	e.text(10, g.doc)
	for _, p := range g.inputs {
		e.message(11, func(e *encoder) { e.port(p) })
	}
	for _, p := range g.outputs {
		e.message(12, func(e *encoder) { e.port(p) })
	}
}

func (e *encoder) node(n node) {
	for _, name := range n.in {
		e.bytes(1, []byte(name)) // an empty one is an optional input left out
	}
	for _, name := range n.out {
		e.bytes(2, []byte(name))
	}
	e.text(3, n.name)
	e.text(4, n.op)
	for _, a := range n.attributes {
		e.message(5, func(e *encoder) { e.attribute(a) })
	}
}

func (e *encoder) attribute(a attribute) {
	e.text(1, a.name)
	kind := int64(0)
	switch v := a.value.(type) {
	case float32:
		kind = 1
		e.b = protowire.AppendTag(e.b, 2, protowire.Fixed32Type)
		e.b = protowire.AppendFixed32(e.b, math.Float32bits(v))
	case int:
		kind = 2
		e.varint(3, int64(v))
	case string:
		kind = 3
		e.bytes(4, []byte(v))
	case *graph:
		kind = 5
		e.message(6, func(e *encoder) { e.graph(v) })
	case []int:
		kind = 7
		for _, i := range v {
			e.varint(8, int64(i))
		}
	default:
		panic(fmt.Sprintf("onnx: attribute %s of type %T", a.name, a.value))
	}
	e.varint(20, kind)
}

func (e *encoder) port(p port) {
	e.text(1, p.name)
	e.message(2, func(e *encoder) { // TypeProto
		e.message(1, func(e *encoder) { // its tensor
			e.varint(1, int64(p.elem))
			e.message(2, func(e *encoder) { // TensorShapeProto
				for _, d := range p.dims {
					e.message(1, func(e *encoder) {
						switch d := d.(type) {
						case int:
							e.varint(1, int64(d))
						case string:
							e.text(2, d)
						}
					})
				}
			})
		})
	})
	e.text(3, p.doc)
}
