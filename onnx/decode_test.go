package onnx

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// fields visits the fields of a message: numbers as n, what has a length as b.
func fields(t *testing.T, message []byte, visit func(field protowire.Number, n uint64, b []byte)) {
	t.Helper()
	for len(message) > 0 {
		field, kind, size := protowire.ConsumeTag(message)
		if size < 0 {
			t.Fatal(protowire.ParseError(size))
		}
		message = message[size:]
		var n uint64
		var b []byte
		switch kind {
		case protowire.VarintType:
			n, size = protowire.ConsumeVarint(message)
		case protowire.Fixed32Type:
			var v uint32
			v, size = protowire.ConsumeFixed32(message)
			n = uint64(v)
		case protowire.BytesType:
			b, size = protowire.ConsumeBytes(message)
		default:
			t.Fatalf("field %d has wire type %d", field, kind)
		}
		if size < 0 {
			t.Fatal(protowire.ParseError(size))
		}
		message = message[size:]
		visit(field, n, b)
	}
}

// decode reads a file back, as the format's definition has it.
func decode(t *testing.T, b []byte) *file {
	t.Helper()
	f := &file{}
	fields(t, b, func(field protowire.Number, n uint64, b []byte) {
		switch field {
		case 1:
			f.irVersion = int64(n)
		case 2:
			f.producer = string(b)
		case 3:
			f.version = string(b)
		case 6:
			f.doc = string(b)
		case 7:
			f.graph = decodeGraph(t, b)
		case 8:
			fields(t, b, func(field protowire.Number, n uint64, b []byte) {
				switch field {
				case 1:
					if len(b) > 0 {
						t.Errorf("operators of the domain %q", b)
					}
				case 2:
					f.opset = int64(n)
				}
			})
		case 14:
			var a attribute
			fields(t, b, func(field protowire.Number, _ uint64, b []byte) {
				if field == 1 {
					a.name = string(b)
				} else {
					a.value = string(b)
				}
			})
			f.metadata = append(f.metadata, a)
		default:
			t.Errorf("field %d of a model", field)
		}
	})
	return f
}

func decodeGraph(t *testing.T, b []byte) *graph {
	g := &graph{}
	fields(t, b, func(field protowire.Number, _ uint64, b []byte) {
		switch field {
		case 1:
			g.nodes = append(g.nodes, decodeNode(t, b))
		case 2:
			g.name = string(b)
		case 5:
			g.initializers = append(g.initializers, decodeTensor(t, b))
		case 10:
			g.doc = string(b)
		case 11:
			g.inputs = append(g.inputs, decodePort(t, b))
		case 12:
			g.outputs = append(g.outputs, decodePort(t, b))
		default:
			t.Errorf("field %d of a graph", field)
		}
	})
	return g
}

func decodeTensor(t *testing.T, b []byte) (v tensor) {
	fields(t, b, func(field protowire.Number, n uint64, b []byte) {
		switch field {
		case 1:
			v.dims = append(v.dims, int(n))
		case 2:
			v.elem = elemType(n)
		case 8:
			v.name = string(b)
		case 9:
			v.raw = b
		default:
			t.Errorf("field %d of a tensor", field)
		}
	})
	return v
}

// values are those of a tensor, of either type.
func (v tensor) values() []float64 {
	var x []float64
	switch v.elem {
	case float32Type:
		for i := 0; i+4 <= len(v.raw); i += 4 {
			x = append(x, float64(math.Float32frombits(binary.LittleEndian.Uint32(v.raw[i:]))))
		}
	case int64Type:
		for i := 0; i+8 <= len(v.raw); i += 8 {
			x = append(x, float64(int64(binary.LittleEndian.Uint64(v.raw[i:]))))
		}
	}
	return x
}

func decodeNode(t *testing.T, b []byte) (n node) {
	fields(t, b, func(field protowire.Number, _ uint64, b []byte) {
		switch field {
		case 1:
			n.in = append(n.in, string(b))
		case 2:
			n.out = append(n.out, string(b))
		case 3:
			n.name = string(b)
		case 4:
			n.op = string(b)
		case 5:
			n.attributes = append(n.attributes, decodeAttribute(t, b))
		default:
			t.Errorf("field %d of a node", field)
		}
	})
	return n
}

func decodeAttribute(t *testing.T, b []byte) (a attribute) {
	var kind uint64
	var ints []int
	fields(t, b, func(field protowire.Number, n uint64, b []byte) {
		switch field {
		case 1:
			a.name = string(b)
		case 2:
			a.value = math.Float32frombits(uint32(n))
		case 3:
			a.value = int(int64(n))
		case 4:
			a.value = string(b)
		case 6:
			a.value = decodeGraph(t, b)
		case 8:
			ints = append(ints, int(int64(n)))
			a.value = ints
		case 20:
			kind = n
		default:
			t.Errorf("field %d of an attribute", field)
		}
	})
	if want := map[string]uint64{"float32": 1, "int": 2, "string": 3, "*onnx.graph": 5, "[]int": 7}[fmt.Sprintf("%T", a.value)]; kind != want {
		t.Errorf("attribute %s has type %d, its value is a %T", a.name, kind, a.value)
	}
	return a
}

func decodePort(t *testing.T, b []byte) (p port) {
	p.dims = []any{}
	fields(t, b, func(field protowire.Number, _ uint64, b []byte) {
		switch field {
		case 1:
			p.name = string(b)
		case 2:
			fields(t, b, func(_ protowire.Number, _ uint64, b []byte) { // the type, of a tensor
				fields(t, b, func(field protowire.Number, n uint64, b []byte) {
					if field == 1 {
						p.elem = elemType(n)
						return
					}
					fields(t, b, func(_ protowire.Number, _ uint64, b []byte) { // its shape
						fields(t, b, func(field protowire.Number, n uint64, b []byte) {
							if field == 1 {
								p.dims = append(p.dims, int(n))
							} else {
								p.dims = append(p.dims, string(b))
							}
						})
					})
				})
			})
		case 3:
			p.doc = string(b)
		}
	})
	return p
}
