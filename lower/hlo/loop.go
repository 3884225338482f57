package hlo

import (
	"fmt"
	"strings"
)

// Loop runs body n times, with the number of the turn (i32, from 0 on) and what is
// carried from turn to turn, and returns what is carried in the end. The body may
// use all values from before the loop.
func (m *Module) Loop(n int, carry []Value, body func(turn Value, carry []Value) []Value) []Value {
	all := append([]Value{m.Scalar(I32, 0)}, carry...)
	names, types := join(all)
	before := m.body.String()
	m.body.Reset()
	m.depth++
	first := m.block(all)
	limit := m.Compare("LT", first[0], m.Scalar(I32, float64(n)))
	m.line("\"stablehlo.return\"(%s) : (%s) -> ()", limit.name, limit.typ())
	m.depth--
	m.line("}, {")
	m.depth++
	in := m.block(all)
	next := append([]Value{m.Add(in[0], m.Scalar(I32, 1))}, body(in[0], in[1:])...)
	nextNames, nextTypes := join(next)
	if nextTypes != types {
		panic(fmt.Sprintf("hlo: a loop carries %s, then %s", types, nextTypes))
	}
	m.line("\"stablehlo.return\"(%s) : (%s) -> ()", nextNames, nextTypes)
	m.depth--
	regions := m.body.String()
	m.body.Reset()
	m.body.WriteString(before)
	out := m.name()
	m.line("%s:%d = \"stablehlo.while\"(%s) ({", out, len(all), names)
	m.body.WriteString(regions)
	m.line("}) : (%s) -> (%s)", types, types)
	results := make([]Value, len(carry))
	for i, v := range carry {
		results[i] = Value{fmt.Sprintf("%s#%d", out, i+1), v.Shape, v.Elem}
	}
	return results
}

// block begins a block with an argument for each value.
func (m *Module) block(values []Value) []Value {
	args, text := make([]Value, len(values)), make([]string, len(values))
	for i, v := range values {
		args[i] = Value{m.name(), v.Shape, v.Elem}
		text[i] = args[i].name + ": " + v.typ()
	}
	m.line("^bb0(%s):", strings.Join(text, ", "))
	return args
}
