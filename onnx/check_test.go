package onnx

import (
	"slices"
	"testing"
)

// operators are those in use, as version 17 of the operators has them: the least and
// the greatest number of inputs, the outputs (0: any number), the attributes.
var operators = map[string]struct {
	least, most, out int
	attributes       []string
}{
	"Abs": {1, 1, 1, nil}, "Add": {2, 2, 1, nil}, "Cos": {1, 1, 1, nil}, "Div": {2, 2, 1, nil}, "Erf": {1, 1, 1, nil},
	"Expand": {2, 2, 1, nil}, "Greater": {2, 2, 1, nil}, "Identity": {1, 1, 1, nil}, "LessOrEqual": {2, 2, 1, nil},
	"Log": {1, 1, 1, nil}, "MatMul": {2, 2, 1, nil}, "Max": {1, 99, 1, nil}, "Mul": {2, 2, 1, nil}, "Relu": {1, 1, 1, nil},
	"Sigmoid": {1, 1, 1, nil}, "Sin": {1, 1, 1, nil}, "Slice": {3, 5, 1, nil}, "Sqrt": {1, 1, 1, nil}, "Sub": {2, 2, 1, nil},
	"Unsqueeze": {2, 2, 1, nil}, "Where": {3, 3, 1, nil},
	"ArgMin":                {1, 1, 1, []string{"axis", "keepdims", "select_last_index"}},
	"AveragePool":           {1, 1, 1, []string{"auto_pad", "ceil_mode", "count_include_pad", "kernel_shape", "pads", "strides"}},
	"Cast":                  {1, 1, 1, []string{"to"}},
	"Concat":                {1, 99, 1, []string{"axis"}},
	"Conv":                  {2, 3, 1, []string{"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"}},
	"Flatten":               {1, 1, 1, []string{"axis"}},
	"Gather":                {2, 2, 1, []string{"axis"}},
	"Gemm":                  {2, 3, 1, []string{"alpha", "beta", "transA", "transB"}},
	"InstanceNormalization": {3, 3, 1, []string{"epsilon"}},
	"LayerNormalization":    {2, 3, 0, []string{"axis", "epsilon", "stash_type"}},
	"Loop":                  {2, 99, 0, []string{"body"}},
	"Pad":                   {2, 3, 1, []string{"mode"}},
	"ReduceL2":              {1, 1, 1, []string{"axes", "keepdims"}},
	"ReduceMax":             {1, 1, 1, []string{"axes", "keepdims"}},
	"ReduceMean":            {1, 1, 1, []string{"axes", "keepdims"}},
	"Reshape":               {2, 2, 1, []string{"allowzero"}},
	"Resize":                {1, 4, 1, []string{"coordinate_transformation_mode", "cubic_coeff_a", "exclude_outside", "extrapolation_value", "mode", "nearest_mode"}},
	"Shape":                 {1, 1, 1, []string{"end", "start"}},
	"Softmax":               {1, 1, 1, []string{"axis"}},
	"Split":                 {1, 2, 0, []string{"axis"}},
	"Transpose":             {1, 1, 1, []string{"perm"}},
}

// required are the attributes that have no default.
var required = map[string][]string{
	"Cast": {"to"}, "Concat": {"axis"}, "Loop": {"body"}, "AveragePool": {"kernel_shape"},
}

// check holds a file against the rules of the official checker (onnx.checker):
// versions; names that are there, given once and before their use; types and sizes
// of initializers; operators with the inputs, outputs and attributes that they have.
func check(t *testing.T, f *file) {
	t.Helper()
	if f.irVersion != 8 || f.opset != Opset || f.producer == "" || f.graph == nil {
		t.Fatalf("IR version %d, opset %d, producer %q", f.irVersion, f.opset, f.producer)
	}
	keys := map[string]bool{}
	for _, m := range f.metadata {
		if m.name == "" || keys[m.name] {
			t.Errorf("metadata %q twice or without a name", m.name)
		}
		keys[m.name] = true
	}
	nodes := map[string]bool{}
	checkGraph(t, f.graph, map[string]bool{}, nodes)
}

func checkGraph(t *testing.T, g *graph, outside, nodes map[string]bool) {
	t.Helper()
	if g.name == "" || len(g.nodes) == 0 || len(g.outputs) == 0 {
		t.Errorf("a graph %q of %d nodes and %d outputs", g.name, len(g.nodes), len(g.outputs))
	}
	known := map[string]bool{}
	for name := range outside {
		known[name] = true
	}
	define := func(name string) {
		if name == "" || known[name] {
			t.Errorf("%q is given twice, or is no name", name)
		}
		known[name] = true
	}
	for _, p := range g.inputs {
		define(p.name)
		checkPort(t, p)
	}
	for _, v := range g.initializers {
		define(v.name)
		width := map[elemType]int{float32Type: 4, int64Type: 8}[v.elem]
		if width == 0 || len(v.raw) != width*size(v.dims) {
			t.Errorf("initializer %s of type %d and shape %v has %d bytes", v.name, v.elem, v.dims, len(v.raw))
		}
	}
	for _, n := range g.nodes {
		o, ok := operators[n.op]
		if !ok {
			t.Fatalf("%s is no operator", n.op)
		}
		if len(n.in) < o.least || len(n.in) > o.most || len(n.out) < 1 || o.out > 0 && len(n.out) != o.out {
			t.Errorf("%s has %d inputs and %d outputs", n.name, len(n.in), len(n.out))
		}
		if n.name == "" || nodes[n.name] {
			t.Errorf("a node's name %q is empty or given twice", n.name)
		}
		nodes[n.name] = true
		for i, name := range n.in {
			if name == "" && i < o.least && n.op != "Loop" || name != "" && !known[name] {
				t.Errorf("%s reads %q, which is not there yet", n.name, name)
			}
		}
		seen := map[string]bool{}
		for _, a := range n.attributes {
			if !slices.Contains(o.attributes, a.name) || seen[a.name] || a.value == nil {
				t.Errorf("%s: attribute %s = %v", n.name, a.name, a.value)
			}
			seen[a.name] = true
			if body, ok := a.value.(*graph); ok {
				checkGraph(t, body, known, nodes)
			}
		}
		for _, name := range required[n.op] {
			if !seen[name] {
				t.Errorf("%s has no attribute %s", n.name, name)
			}
		}
		for _, name := range n.out {
			define(name)
		}
	}
	for _, p := range g.outputs {
		checkPort(t, p)
		if !known[p.name] {
			t.Errorf("output %s is not there", p.name)
		}
	}
}

func checkPort(t *testing.T, p port) {
	t.Helper()
	if p.elem == 0 {
		t.Errorf("%s has no type", p.name)
	}
	for _, d := range p.dims {
		if n, ok := d.(int); ok && n < 1 {
			t.Errorf("%s has the shape %v", p.name, p.dims)
		}
	}
}
