package hlo

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Sum adds up along axes and drops them.
func (m *Module) Sum(a Value, axes ...int) Value { return m.reduce("add", 0, a, axes) }

// Max is the largest along axes, which are dropped.
func (m *Module) Max(a Value, axes ...int) Value { return m.reduce("maximum", math.Inf(-1), a, axes) }

// All tells whether all hold.
func (m *Module) All(a Value) Value { return m.reduce("and", 1, a, axesOf(a)) }

// Total adds up all elements.
func (m *Module) Total(a Value) Value { return m.Sum(a, axesOf(a)...) }

func axesOf(a Value) []int {
	axes := make([]int, len(a.Shape))
	for i := range axes {
		axes[i] = i
	}
	return axes
}

func (m *Module) reduce(with string, start float64, a Value, axes []int) Value {
	if len(axes) == 0 {
		return a
	}
	var shape []int
	for i, s := range a.Shape {
		if !slices.Contains(axes, i) {
			shape = append(shape, s)
		}
	}
	t, in := typeOf(nil, a.Elem), strings.Repeat("  ", m.depth+1)
	region := fmt.Sprintf(`{
%[1]s^bb0(%%l: %[2]s, %%r: %[2]s):
%[1]s  %%s = "stablehlo.%[3]s"(%%l, %%r) : (%[2]s, %[2]s) -> %[2]s
%[1]s  "stablehlo.return"(%%s) : (%[2]s) -> ()
%[4]s}`, in, t, with, strings.Repeat("  ", m.depth))
	return m.op("reduce", "dimensions = "+array(axes...), region, a.Elem, shape, a, m.Scalar(a.Elem, start))
}
