package hlo

import (
	"fmt"
	"slices"
	"strings"
)

// Elem is the type of an element.
type Elem string

// Types of elements.
const (
	F32  Elem = "f32"
	F64  Elem = "f64"
	BF16 Elem = "bf16"
	I32  Elem = "i32"
	Bool Elem = "i1"
)

// Value is a value of a module.
type Value struct {
	name  string
	Shape []int
	Elem  Elem
}

// Size is the number of elements.
func (v Value) Size() int { return count(v.Shape) }

func (v Value) typ() string { return typeOf(v.Shape, v.Elem) }

func typeOf(shape []int, e Elem) string {
	var b strings.Builder
	b.WriteString("tensor<")
	for _, s := range shape {
		fmt.Fprintf(&b, "%dx", s)
	}
	return b.String() + string(e) + ">"
}

func count(shape []int) int {
	n := 1
	for _, s := range shape {
		n *= s
	}
	return n
}

// Module is a module of one function.
type Module struct {
	// Precision of products and convolutions; see there.
	Precision Precision

	args  []Value
	alias map[int]int
	body  strings.Builder
	n     int // values so far
	depth int // of regions
}

// New returns an empty module.
func New() *Module { return &Module{alias: map[int]int{}, depth: 2} }

// Arg adds an argument.
func (m *Module) Arg(e Elem, shape ...int) Value {
	v := Value{fmt.Sprintf("%%arg%d", len(m.args)), slices.Clone(shape), e}
	m.args = append(m.args, v)
	return v
}

// Args returns the arguments so far.
func (m *Module) Args() []Value { return m.args }

// Alias lets result r take over the memory of argument a, which the caller loses.
func (m *Module) Alias(a, r int) { m.alias[a] = r }

// Text returns the module with the given results.
func (m *Module) Text(results ...Value) []byte {
	var b strings.Builder
	b.WriteString("module @condmean {\n  func.func public @main(")
	for i, v := range m.args {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s: %s", v.name, v.typ())
		if r, ok := m.alias[i]; ok {
			if w := results[r]; !slices.Equal(w.Shape, v.Shape) || w.Elem != v.Elem {
				panic(fmt.Sprintf("hlo: result %d of type %s in the memory of %s", r, w.typ(), v.typ()))
			}
			fmt.Fprintf(&b, " {tf.aliasing_output = %d : i32}", r)
		}
	}
	names, types := join(results)
	fmt.Fprintf(&b, ") -> (%s) {\n%s    \"func.return\"(%s) : (%s) -> ()\n  }\n}\n", types, m.body.String(), names, types)
	return []byte(b.String())
}

func join(vs []Value) (names, types string) {
	ns, ts := make([]string, len(vs)), make([]string, len(vs))
	for i, v := range vs {
		ns[i], ts[i] = v.name, v.typ()
	}
	return strings.Join(ns, ", "), strings.Join(ts, ", ")
}

// line appends a line at the depth of the present region.
func (m *Module) line(format string, a ...any) {
	m.body.WriteString(strings.Repeat("  ", m.depth))
	fmt.Fprintf(&m.body, format+"\n", a...)
}

func (m *Module) name() string {
	m.n++
	return fmt.Sprintf("%%%d", m.n-1)
}

// op appends an operation with one result; properties and region may be empty.
func (m *Module) op(name, properties, region string, e Elem, shape []int, in ...Value) Value {
	out := Value{m.name(), slices.Clone(shape), e}
	names, types := join(in)
	if properties != "" {
		properties = " <{" + properties + "}>"
	}
	if region != "" {
		region = " (" + region + ")"
	}
	m.line("%s = \"stablehlo.%s\"(%s)%s%s : (%s) -> %s", out.name, name, names, properties, region, types, out.typ())
	return out
}

// array is a list of numbers as an attribute.
func array(a ...int) string {
	if len(a) == 0 {
		return "array<i64>"
	}
	return "array<i64: " + numbers(a) + ">"
}

func numbers(a []int) string {
	s := make([]string, len(a))
	for i, v := range a {
		s[i] = fmt.Sprint(v)
	}
	return strings.Join(s, ", ")
}
