package hlo

import (
	"strings"
	"testing"
)

// The text of a module with a constant, a loop, a result in an argument's memory.
func TestText(t *testing.T) {
	m := New()
	x := m.Arg(F32, 2)
	steps := m.Array([]float32{1, -2, 0.5}, 3)
	sum := m.Loop(3, []Value{x}, func(turn Value, carry []Value) []Value {
		return []Value{m.Add(carry[0], m.Broadcast(m.At(steps, turn), []int{2}))}
	})
	m.Alias(0, 0)
	want := `module @condmean {
  func.func public @main(%arg0: tensor<2xf32> {tf.aliasing_output = 0 : i32}) -> (tensor<2xf32>) {
    %0 = "stablehlo.constant"() <{value = dense<"0x0000803F000000C00000003F"> : tensor<3xf32>}> : () -> tensor<3xf32>
    %1 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %14:2 = "stablehlo.while"(%1, %arg0) ({
      ^bb0(%2: tensor<i32>, %3: tensor<2xf32>):
      %4 = "stablehlo.constant"() <{value = dense<3> : tensor<i32>}> : () -> tensor<i32>
      %5 = "stablehlo.compare"(%2, %4) <{compare_type = #stablehlo<comparison_type SIGNED>, comparison_direction = #stablehlo<comparison_direction LT>}> : (tensor<i32>, tensor<i32>) -> tensor<i1>
      "stablehlo.return"(%5) : (tensor<i1>) -> ()
    }, {
      ^bb0(%6: tensor<i32>, %7: tensor<2xf32>):
`
	text := string(m.Text(sum...))
	if !strings.HasPrefix(text, want) {
		t.Errorf("the module is\n%s\nwant it to begin\n%s", text, want)
	}
	for _, s := range []string{`"stablehlo.dynamic_slice"(%0, %6)`, "    }) : (tensor<i32>, tensor<2xf32>) -> (tensor<i32>, tensor<2xf32>)", `"func.return"(%14#1)`} {
		if !strings.Contains(text, s) {
			t.Errorf("no %s in\n%s", s, text)
		}
	}
}

// Numbers are written bit for bit, and arrays of one value as that value.
func TestLiterals(t *testing.T) {
	m := New()
	m.Array([]float32{0.1, 0.1}, 2)
	m.Scalar(F64, 0.1)
	m.Full(I32, 7, 2, 2)
	text := string(m.Text())
	for _, s := range []string{"dense<0x3DCCCCCD> : tensor<2xf32>", "dense<0x3FB999999999999A> : tensor<f64>", "dense<7> : tensor<2x2xi32>"} {
		if !strings.Contains(text, s) {
			t.Errorf("no %s in\n%s", s, text)
		}
	}
}

// Shapes that do not fit are programming errors.
func TestRefusesShapes(t *testing.T) {
	for name, f := range map[string]func(m *Module, a, b Value){
		"add":       func(m *Module, a, b Value) { m.Add(a, b) },
		"reshape":   func(m *Module, a, _ Value) { m.Reshape(a, 4) },
		"broadcast": func(m *Module, a, _ Value) { m.Broadcast(a, []int{2, 3}, 0) },
		"product":   func(m *Module, a, b Value) { m.MatMul(a, b, 0, 0) },
		"alias":     func(m *Module, a, b Value) { m.Alias(0, 0); m.Text(b) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			m := New()
			f(m, m.Arg(F32, 2, 3), m.Arg(F32, 3, 2))
		}()
	}
}
