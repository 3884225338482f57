package onnx

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// builder adds nodes to a graph. The names of results are numbers in the order of
// their making, so that the file is a function of the network.
type builder struct {
	graph  *graph
	parent *builder          // of the body of a loop; nil: the graph itself
	shared map[string]string // constants by what they are
	names  map[string]bool   // of initializers
	next   int
}

func newBuilder(name string) *builder {
	return &builder{graph: &graph{name: name}, shared: map[string]string{}, names: map[string]bool{"y": true, "snr_db": true, "x": true}}
}

// body returns a builder of a graph inside of a node. It sees the names of b, where
// its constants go as well.
func (b *builder) body(name string) *builder {
	return &builder{graph: &graph{name: name}, parent: b}
}

// root is the builder of the outermost graph.
func (b *builder) root() *builder {
	for b.parent != nil {
		b = b.parent
	}
	return b
}

func (b *builder) fresh() string {
	r := b.root()
	r.next++
	return "v" + strconv.Itoa(r.next)
}

// add appends a node with one result and returns the name of that.
func (b *builder) add(op string, in []string, attributes ...attribute) string {
	return b.addMany(op, 1, in, attributes...)[0]
}

// addMany appends a node with some results.
func (b *builder) addMany(op string, results int, in []string, attributes ...attribute) []string {
	out := make([]string, results)
	for i := range out {
		out[i] = b.fresh()
	}
	b.graph.nodes = append(b.graph.nodes, node{name: op + "_" + out[0], op: op, in: in, out: slices.Clone(out), attributes: attributes})
	return out
}

// name gives a result its public name.
func (b *builder) name(result, name string) {
	b.graph.nodes = append(b.graph.nodes, node{name: "Identity_" + name, op: "Identity", in: []string{result}, out: []string{name}})
}

// constants adds values without a name of their own.
func (b *builder) constants(values []float32, dims ...int) string {
	name := b.fresh()
	b.root().graph.initializers = append(b.root().graph.initializers, floatTensor(name, values, dims...))
	return name
}

// same is a vector of n equal numbers.
func (b *builder) same(v float32, n int) string {
	return b.share(fmt.Sprint("s", v, n), "", func(name string) tensor {
		return floatTensor(name, slices.Repeat([]float32{v}, n), n)
	})
}

// table is constants of float64 values, rounded, of shape (n).
func (b *builder) table(values []float64) string {
	v := make([]float32, len(values))
	for i, x := range values {
		v[i] = float32(x)
	}
	return b.constants(v, len(v))
}

// number is one float32 of shape ().
func (b *builder) number(v float64) string {
	return b.share("f"+strconv.FormatUint(uint64(math.Float32bits(float32(v))), 16), "", func(name string) tensor {
		return floatTensor(name, []float32{float32(v)})
	})
}

// ints is a vector of int64, as shapes and axes are.
func (b *builder) ints(v ...int) string {
	wide := make([]int64, len(v))
	for i, x := range v {
		wide[i] = int64(x)
	}
	return b.share("i"+fmt.Sprint(v), "", func(name string) tensor { return intTensor(name, wide, len(wide)) })
}

// integer is one int64 of shape ().
func (b *builder) integer(v int) string {
	return b.share("n"+strconv.Itoa(v), "", func(name string) tensor { return intTensor(name, []int64{int64(v)}) })
}

// share adds a constant once, under the name if that is free.
func (b *builder) share(key, name string, make func(name string) tensor) string {
	r := b.root()
	if known := r.shared[key]; known != "" {
		return known
	}
	if name == "" || r.names[name] {
		name = b.fresh()
	}
	r.shared[key], r.names[name] = name, true
	r.graph.initializers = append(r.graph.initializers, make(name))
	return name
}

func (b *builder) mul(x, y string) string { return b.add("Mul", []string{x, y}) }
func (b *builder) sum(x, y string) string { return b.add("Add", []string{x, y}) }
func (b *builder) sub(x, y string) string { return b.add("Sub", []string{x, y}) }

// times multiplies by a number, unless that is one.
func (b *builder) times(x string, v float64) string {
	if v == 1 {
		return x
	}
	return b.mul(x, b.number(v))
}

// plus adds a number, unless that is zero.
func (b *builder) plus(x string, v float64) string {
	if v == 0 {
		return x
	}
	return b.sum(x, b.number(v))
}

func (b *builder) silu(x string) string { return b.mul(x, b.add("Sigmoid", []string{x})) }

// reshape takes 0 for a size that stays and -1 for the one that follows.
func (b *builder) reshape(x string, dims ...int) string {
	return b.add("Reshape", []string{x, b.ints(dims...)})
}

// like gives x (n,c,…), of whatever shape, the sizes of an activation after its
// channels.
func (b *builder) like(x, activation string, channels int) string {
	sizes := b.add("Slice", []string{b.add("Shape", []string{activation}), b.ints(2), b.ints(math.MaxInt32)})
	return b.add("Reshape", []string{x, b.add("Concat", []string{b.ints(0, channels), sizes}, attribute{"axis", 0})})
}

// split cuts x into equal parts along an axis.
func (b *builder) split(x string, axis, parts int) []string {
	return b.addMany("Split", parts, []string{x}, attribute{"axis", axis})
}

func (b *builder) concat(axis int, parts ...string) string {
	return b.add("Concat", parts, attribute{"axis", axis})
}

// planes gives numbers (n,c) one place for each axis of an activation's image.
func (b *builder) planes(x string, axes int) string {
	at := make([]int, axes)
	for i := range at {
		at[i] = 2 + i
	}
	return b.add("Unsqueeze", []string{x, b.ints(at...)})
}

// channels is a constant for each channel of an activation.
func (b *builder) channels(values []float32, axes int) string {
	return b.constants(values, append([]int{1, len(values)}, slices.Repeat([]int{1}, axes)...)...)
}
