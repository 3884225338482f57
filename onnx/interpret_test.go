package onnx

import (
	"fmt"
	"math"
	"slices"
)

// array is a value while a file is run.
type array struct {
	dims []int
	v    []float64
}

func size(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

func newArray(dims ...int) array { return array{slices.Clone(dims), make([]float64, size(dims))} }

func (a array) ints() []int {
	out := make([]int, len(a.v))
	for i, v := range a.v {
		out[i] = int(v)
	}
	return out
}

// at converts a flat index of dims into a flat index of an array that broadcasts to it.
func (a array) at(i int, dims []int) float64 {
	flat, stride := 0, 1
	for k := len(dims) - 1; k >= 0; k-- {
		c := i % dims[k]
		i /= dims[k]
		if j := k - (len(dims) - len(a.dims)); j >= 0 {
			if a.dims[j] > 1 {
				flat += c * stride
			}
			stride *= a.dims[j]
		}
	}
	return a.v[flat]
}

func broadcast(in ...array) []int {
	var dims []int
	for _, a := range in {
		for len(dims) < len(a.dims) {
			dims = append([]int{1}, dims...)
		}
	}
	for _, a := range in {
		for j, d := range a.dims {
			k := len(dims) - len(a.dims) + j
			if d != 1 && dims[k] != 1 && d != dims[k] {
				panic(fmt.Sprintf("%v does not broadcast to %v", a.dims, dims))
			}
			dims[k] = max(dims[k], d)
		}
	}
	return dims
}

// zip applies f value by value.
func zip(f func(x ...float64) float64, in ...array) array {
	y := newArray(broadcast(in...)...)
	x := make([]float64, len(in))
	for i := range y.v {
		for k, a := range in {
			x[k] = a.at(i, y.dims)
		}
		y.v[i] = f(x...)
	}
	return y
}

// around cuts dims at an axis: how many before, along and behind it.
func (a array) around(axis int) (before, along, behind int) {
	return size(a.dims[:axis]), a.dims[axis], size(a.dims[axis+1:])
}

// runGraph runs the nodes of a graph as the specification of the operators has them,
// naively, in float64; known holds what is visible from outside.
func runGraph(g *graph, known map[string]array) {
	for _, t := range g.initializers {
		known[t.name] = array{t.dims, t.values()}
	}
	for _, n := range g.nodes {
		var in []array
		for _, name := range n.in {
			in = append(in, known[name]) // one that is left out is empty
		}
		if n.op == "Loop" {
			known[n.out[0]] = loop(n.attribute("body", nil).(*graph), in, known)
			continue
		}
		for i, y := range runNode(n, in) {
			if size(y.dims) != len(y.v) {
				panic(fmt.Sprintf("%s: %d values of shape %v", n.name, len(y.v), y.dims))
			}
			known[n.out[i]] = y
		}
	}
}

// loop runs a body that carries one state.
func loop(body *graph, in []array, known map[string]array) array {
	state := in[2]
	for i := range int(in[0].v[0]) {
		inner := map[string]array{}
		for name, v := range known {
			inner[name] = v
		}
		inner[body.inputs[0].name], inner[body.inputs[1].name], inner[body.inputs[2].name] = array{v: []float64{float64(i)}}, array{v: []float64{1}}, state
		runGraph(body, inner)
		state = inner[body.outputs[1].name]
	}
	return state
}

// attribute returns the value under a name, or the default of the specification.
func (n node) attribute(name string, otherwise any) any {
	for _, a := range n.attributes {
		if a.name == name {
			return a.value
		}
	}
	return otherwise
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

var valueByValue = map[string]func(x ...float64) float64{
	"Add":         func(x ...float64) float64 { return x[0] + x[1] },
	"Sub":         func(x ...float64) float64 { return x[0] - x[1] },
	"Mul":         func(x ...float64) float64 { return x[0] * x[1] },
	"Div":         func(x ...float64) float64 { return x[0] / x[1] },
	"Max":         func(x ...float64) float64 { return max(x[0], x[1]) },
	"Greater":     func(x ...float64) float64 { return truth(x[0] > x[1]) },
	"LessOrEqual": func(x ...float64) float64 { return truth(x[0] <= x[1]) },
	"Where": func(x ...float64) float64 {
		if x[0] != 0 {
			return x[1]
		}
		return x[2]
	},
	"Sqrt":     func(x ...float64) float64 { return math.Sqrt(x[0]) },
	"Abs":      func(x ...float64) float64 { return math.Abs(x[0]) },
	"Log":      func(x ...float64) float64 { return math.Log(x[0]) },
	"Sin":      func(x ...float64) float64 { return math.Sin(x[0]) },
	"Cos":      func(x ...float64) float64 { return math.Cos(x[0]) },
	"Erf":      func(x ...float64) float64 { return math.Erf(x[0]) },
	"Sigmoid":  func(x ...float64) float64 { return 1 / (1 + math.Exp(-x[0])) },
	"Relu":     func(x ...float64) float64 { return max(x[0], 0) },
	"Identity": func(x ...float64) float64 { return x[0] },
	"Cast":     func(x ...float64) float64 { return math.Trunc(x[0]) },
}

func runNode(n node, in []array) []array {
	if f := valueByValue[n.op]; f != nil {
		return []array{zip(f, in...)}
	}
	x := in[0]
	switch n.op {
	case "Shape":
		y := newArray(len(x.dims))
		for i, d := range x.dims {
			y.v[i] = float64(d)
		}
		return []array{y}
	case "Reshape":
		return []array{{reshaped(x.dims, in[1].ints()), x.v}}
	case "Flatten":
		axis := n.attribute("axis", 1).(int)
		return []array{{[]int{size(x.dims[:axis]), size(x.dims[axis:])}, x.v}}
	case "Unsqueeze":
		dims := slices.Clone(x.dims)
		for _, axis := range in[1].ints() {
			dims = slices.Insert(dims, axis, 1)
		}
		return []array{{dims, x.v}}
	case "Expand":
		return []array{zip(func(v ...float64) float64 { return v[0] }, x, newArray(in[1].ints()...))}
	case "Gather":
		if n.attribute("axis", 0).(int) != 0 {
			panic("Gather along another axis")
		}
		row := size(x.dims[1:])
		y := array{dims: append(slices.Clone(in[1].dims), x.dims[1:]...)}
		for _, i := range in[1].ints() {
			y.v = append(y.v, x.v[i*row:][:row]...)
		}
		return []array{y}
	case "Concat":
		return []array{concat(n.attribute("axis", nil).(int), in)}
	case "Split":
		return split(x, n.attribute("axis", 0).(int), len(n.out))
	case "Slice":
		return []array{slice(in)}
	case "Transpose":
		return []array{transpose(x, n.attribute("perm", nil).([]int))}
	case "ReduceMean", "ReduceL2", "ReduceMax":
		return []array{reduce(n, x)}
	case "ArgMin":
		_, along, _ := x.around(1)
		y := newArray(x.dims[0])
		for i := range y.v {
			row := x.v[i*along:][:along]
			y.v[i] = float64(slices.Index(row, slices.Min(row)))
		}
		return []array{y}
	case "Softmax":
		return []array{softmax(x, n.attribute("axis", -1).(int))}
	}
	return []array{runLayer(n, in)}
}

// reshaped resolves 0, a size that stays, and -1, the one that follows.
func reshaped(from, to []int) []int {
	dims, open, rest := slices.Clone(to), -1, size(from)
	for i, d := range to {
		switch d {
		case 0:
			dims[i] = from[i]
		case -1:
			open = i
			continue
		}
		rest /= dims[i]
	}
	if open >= 0 {
		dims[open] = rest
	}
	return dims
}

func concat(axis int, in []array) array {
	y := array{dims: slices.Clone(in[0].dims)}
	y.dims[axis] = 0
	before, _, _ := in[0].around(axis)
	for _, a := range in {
		y.dims[axis] += a.dims[axis]
	}
	for i := range before {
		for _, a := range in {
			k := len(a.v) / before
			y.v = append(y.v, a.v[i*k:][:k]...)
		}
	}
	return y
}

func split(x array, axis, parts int) []array {
	before, along, behind := x.around(axis)
	out := make([]array, parts)
	for p := range out {
		out[p].dims = slices.Clone(x.dims)
		out[p].dims[axis] = along / parts
		for i := range before {
			k := along / parts * behind
			out[p].v = append(out[p].v, x.v[i*along*behind+p*k:][:k]...)
		}
	}
	return out
}

// slice takes x, starts, ends and perhaps axes and steps.
func slice(in []array) array {
	x := in[0]
	first, step, dims := make([]int, len(x.dims)), slices.Repeat([]int{1}, len(x.dims)), slices.Clone(x.dims)
	for k := range in[1].v {
		axis := k
		if len(in) > 3 {
			axis = in[3].ints()[k]
		}
		if len(in) > 4 {
			step[axis] = in[4].ints()[k]
		}
		first[axis] = in[1].ints()[k]
		end := min(in[2].ints()[k], x.dims[axis])
		dims[axis] = (end - first[axis] + step[axis] - 1) / step[axis]
	}
	y := newArray(dims...)
	for i := range y.v {
		from, stride := 0, 1
		for k, rest := len(dims)-1, i; k >= 0; k-- {
			from += (first[k] + rest%dims[k]*step[k]) * stride
			rest /= dims[k]
			stride *= x.dims[k]
		}
		y.v[i] = x.v[from]
	}
	return y
}

func transpose(x array, perm []int) array {
	dims, stride := make([]int, len(perm)), make([]int, len(perm))
	for k, p := range perm {
		dims[k], stride[k] = x.dims[p], size(x.dims[p+1:])
	}
	y := newArray(dims...)
	for i := range y.v {
		from := 0
		for k, rest := len(dims)-1, i; k >= 0; k-- {
			from += rest % dims[k] * stride[k]
			rest /= dims[k]
		}
		y.v[i] = x.v[from]
	}
	return y
}

func reduce(n node, x array) array {
	axes, _ := n.attribute("axes", []int(nil)).([]int)
	if axes == nil { // all
		return array{v: []float64{slices.Max(x.v)}}
	}
	before, along, behind := x.around(axes[0])
	y := newArray(x.dims...)
	y.dims[axes[0]], y.v = 1, y.v[:before*behind]
	if n.attribute("keepdims", 1).(int) == 0 {
		y.dims = slices.Delete(y.dims, axes[0], axes[0]+1)
	}
	for i := range y.v {
		for k := range along {
			v := x.v[(i/behind*along+k)*behind+i%behind]
			if n.op == "ReduceL2" {
				v *= v
			}
			y.v[i] += v
		}
		if n.op == "ReduceL2" {
			y.v[i] = math.Sqrt(y.v[i])
		} else {
			y.v[i] /= float64(along)
		}
	}
	return y
}

func softmax(x array, axis int) array {
	before, along, behind := x.around(axis)
	y := newArray(x.dims...)
	for i := range before {
		for j := range behind {
			sum := 0.0
			for k := range along {
				at := (i*along+k)*behind + j
				y.v[at] = math.Exp(x.v[at])
				sum += y.v[at]
			}
			for k := range along {
				y.v[(i*along+k)*behind+j] /= sum
			}
		}
	}
	return y
}
