package hlo

import (
	"fmt"
	"slices"
)

// Unary applies a function of StableHLO value by value: negate, exponential, log,
// tanh, logistic, sqrt, rsqrt, sine, cosine, abs, sign, …
func (m *Module) Unary(name string, a Value) Value { return m.op(name, "", "", a.Elem, a.Shape, a) }

// Binary applies one to two values of one type and shape: add, subtract, multiply,
// divide, maximum, minimum, and, or, …
func (m *Module) Binary(name string, a, b Value) Value {
	if !slices.Equal(a.Shape, b.Shape) || a.Elem != b.Elem {
		panic(fmt.Sprintf("hlo: %s of %s and %s", name, a.typ(), b.typ()))
	}
	return m.op(name, "", "", a.Elem, a.Shape, a, b)
}

// Add is a + b.
func (m *Module) Add(a, b Value) Value { return m.Binary("add", a, b) }

// Sub is a - b.
func (m *Module) Sub(a, b Value) Value { return m.Binary("subtract", a, b) }

// Mul is a·b.
func (m *Module) Mul(a, b Value) Value { return m.Binary("multiply", a, b) }

// Div is a/b.
func (m *Module) Div(a, b Value) Value { return m.Binary("divide", a, b) }

// Times is f·a.
func (m *Module) Times(a Value, f float64) Value { return m.Mul(a, m.Num(f, a)) }

// Plus is a + f.
func (m *Module) Plus(a Value, f float64) Value { return m.Add(a, m.Num(f, a)) }

// Compare tells where a stands in a relation to b: EQ, NE, GE, GT, LE or LT.
func (m *Module) Compare(relation string, a, b Value) Value {
	kind := "FLOAT"
	if a.Elem == I32 {
		kind = "SIGNED"
	}
	p := fmt.Sprintf("compare_type = #stablehlo<comparison_type %s>, comparison_direction = #stablehlo<comparison_direction %s>", kind, relation)
	return m.op("compare", p, "", Bool, a.Shape, a, b)
}

// Finite tells which values are numbers.
func (m *Module) Finite(a Value) Value { return m.op("is_finite", "", "", Bool, a.Shape, a) }

// Select is a where the condition holds, b elsewhere. The condition has their shape
// or is a single one.
func (m *Module) Select(condition, a, b Value) Value {
	return m.op("select", "", "", a.Elem, a.Shape, condition, a, b)
}

// Convert changes the type.
func (m *Module) Convert(a Value, e Elem) Value {
	if a.Elem == e {
		return a
	}
	return m.op("convert", "", "", e, a.Shape, a)
}
