package hlo

import (
	"fmt"
	"slices"
)

// Precision is how products and convolutions of float32 are computed.
type Precision int

const (
	// Default leaves it to XLA: float32 on CPUs, TF32 on GPUs that have it.
	Default Precision = iota
	// Exact is float32 everywhere.
	Exact
	// Half rounds factors to bfloat16 and adds in float32.
	Half
)

func (p Precision) config() string {
	word := "DEFAULT"
	if p == Exact {
		word = "HIGHEST"
	}
	return fmt.Sprintf("precision_config = [#stablehlo<precision %[1]s>, #stablehlo<precision %[1]s>]", word)
}

// factors rounds what is multiplied, as the precision says.
func (m *Module) factors(a, b Value) (Value, Value) {
	if m.Precision == Half && a.Elem == F32 {
		return m.Convert(a, BF16), m.Convert(b, BF16)
	}
	return a, b
}

// Axes are the axes of the two factors of a product.
type Axes struct{ A, B []int }

// Dot multiplies a and b along pairs of axes that are in both results (batch) and
// sums over further pairs (sum). The axes of the result are those of batch, then
// the others of a, then the others of b.
func (m *Module) Dot(a, b Value, batch, sum Axes) Value {
	var shape []int
	for i, x := range batch.A {
		if a.Shape[x] != b.Shape[batch.B[i]] {
			panic(fmt.Sprintf("hlo: product of %s and %s along %v", a.typ(), b.typ(), batch))
		}
		shape = append(shape, a.Shape[x])
	}
	for i, x := range sum.A {
		if a.Shape[x] != b.Shape[sum.B[i]] {
			panic(fmt.Sprintf("hlo: product of %s and %s over %v", a.typ(), b.typ(), sum))
		}
	}
	rest := func(v Value, used ...[]int) {
		for i, s := range v.Shape {
			if !slices.Contains(slices.Concat(used...), i) {
				shape = append(shape, s)
			}
		}
	}
	rest(a, batch.A, sum.A)
	rest(b, batch.B, sum.B)
	p := fmt.Sprintf("dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [%s], rhs_batching_dimensions = [%s], lhs_contracting_dimensions = [%s], rhs_contracting_dimensions = [%s]>, %s",
		numbers(batch.A), numbers(batch.B), numbers(sum.A), numbers(sum.B), m.Precision.config())
	e := a.Elem
	a, b = m.factors(a, b)
	return m.op("dot_general", p, "", e, shape, a, b)
}

// MatMul sums over axis i of a matrix a and axis j of a matrix b.
func (m *Module) MatMul(a, b Value, i, j int) Value {
	return m.Dot(a, b, Axes{}, Axes{[]int{i}, []int{j}})
}

// Convolve convolves x with kernel k, stride 1, over two axes with zeros around
// them: pad before and behind each. dims names the axes of x, k and the result,
// such as [b, 0, 1, f]x[o, i, 0, 1]->[b, 0, 1, f]; out is the result's shape.
func (m *Module) Convolve(x, k Value, dims string, pad [2][2]int, out ...int) Value {
	p := fmt.Sprintf("window_strides = array<i64: 1, 1>, padding = dense<[[%d, %d], [%d, %d]]> : tensor<2x2xi64>, lhs_dilation = array<i64: 1, 1>, rhs_dilation = array<i64: 1, 1>, "+
		"window_reversal = array<i1: false, false>, dimension_numbers = #stablehlo.conv<%s>, feature_group_count = 1 : i64, batch_group_count = 1 : i64, %s",
		pad[0][0], pad[0][1], pad[1][0], pad[1][1], dims, m.Precision.config())
	e := x.Elem
	x, k = m.factors(x, k)
	return m.op("convolution", p, "", e, out, x, k)
}
