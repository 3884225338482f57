package onnx

import (
	"math"
	"slices"
)

// runLayer runs the operators that networks are made of.
func runLayer(n node, in []array) array {
	x := in[0]
	switch n.op {
	case "Gemm":
		y := newArray(x.dims[0], in[1].dims[0]) // transB
		for i := range y.v {
			r, o := i/y.dims[1], i%y.dims[1]
			y.v[i] = in[2].v[o]
			for k := range x.dims[1] {
				y.v[i] += x.v[r*x.dims[1]+k] * in[1].v[o*x.dims[1]+k]
			}
		}
		return y
	case "MatMul":
		w, d := in[1], len(x.dims)
		y := newArray(append(slices.Clone(x.dims[:d-1]), w.dims[d-1])...)
		rows, inner, columns := x.dims[d-2], x.dims[d-1], w.dims[d-1]
		for i := range y.v {
			b, r, c := i/(rows*columns), i/columns%rows, i%columns
			for k := range inner {
				y.v[i] += x.v[(b*rows+r)*inner+k] * w.v[(b*inner+k)*columns+c]
			}
		}
		return y
	case "Conv":
		return window(x, n, in[1].dims[0], func(y []float64, sample, o int, c, tap int, v float64) {
			w := in[1]
			y[0] += v * w.v[(o*w.dims[1]+c)*size(w.dims[2:])+tap]
		}, in[2].v)
	case "AveragePool":
		taps := float64(size(n.attribute("kernel_shape", nil).([]int)))
		return window(x, n, x.dims[1], func(y []float64, _, o, c, _ int, v float64) {
			if o == c {
				y[0] += v / taps
			}
		}, nil)
	case "Resize":
		dims := slices.Clone(x.dims)
		for k, f := range in[2].v {
			dims[k] = int(f) * dims[k]
		}
		return regrid(x, dims, func(axis, i int) int { return i * x.dims[axis] / dims[axis] })
	case "Pad":
		dims, before := slices.Clone(x.dims), in[1].ints()[:len(x.dims)]
		for k := range dims {
			dims[k] += before[k] + in[1].ints()[len(dims)+k]
		}
		edge := n.attribute("mode", "constant") == "edge"
		return regrid(x, dims, func(axis, i int) int {
			if i -= before[axis]; edge {
				return min(max(i, 0), x.dims[axis]-1)
			}
			return i
		})
	case "InstanceNormalization":
		y := newArray(x.dims...)
		k := size(x.dims[2:])
		for i := 0; i < len(x.v); i += k {
			c := i / k % x.dims[1]
			normalise(y.v[i:][:k], x.v[i:][:k], float64(n.attribute("epsilon", float32(1e-5)).(float32)))
			for j := range k {
				y.v[i+j] = in[1].v[c]*y.v[i+j] + in[2].v[c]
			}
		}
		return y
	case "LayerNormalization":
		y := newArray(x.dims...)
		k := x.dims[len(x.dims)-1]
		for i := 0; i < len(x.v); i += k {
			normalise(y.v[i:][:k], x.v[i:][:k], float64(n.attribute("epsilon", float32(1e-5)).(float32)))
			for j := range k {
				y.v[i+j] *= in[1].v[j]
			}
		}
		return y
	}
	panic("the interpreter does not know " + n.op)
}

func normalise(y, x []float64, eps float64) {
	mean, variance := 0.0, 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x))
	}
	for i, v := range x {
		y[i] = (v - mean) / math.Sqrt(variance+eps)
	}
}

// regrid reads each value of the result from where from says, 0 outside of x.
func regrid(x array, dims []int, from func(axis, i int) int) array {
	y := newArray(dims...)
next:
	for i := range y.v {
		at, stride := 0, 1
		for k, rest := len(dims)-1, i; k >= 0; k-- {
			j := from(k, rest%dims[k])
			if j < 0 || j >= x.dims[k] {
				continue next
			}
			at += j * stride
			stride *= x.dims[k]
			rest /= dims[k]
		}
		y.v[i] = x.v[at]
	}
	return y
}

// window visits all values v of channel c that a window reads for channel o of the
// result; a signal is an image of height 1.
func window(x array, n node, out int, visit func(y []float64, sample, o, c, tap int, v float64), bias []float64) array {
	axes := len(x.dims) - 2
	two := func(v []int) []int { return append(slices.Repeat([]int{1}, 2-axes), v...) }
	dims, kernel := two(x.dims[2:]), two(n.attribute("kernel_shape", nil).([]int))
	strides := two(n.attribute("strides", slices.Repeat([]int{1}, axes)).([]int))
	pads := n.attribute("pads", make([]int, 2*axes)).([]int)
	begin, end := append(make([]int, 2-axes), pads[:axes]...), append(make([]int, 2-axes), pads[axes:]...)
	var grid [2]int
	for k := range grid {
		grid[k] = (dims[k]+begin[k]+end[k]-kernel[k])/strides[k] + 1
	}
	y := newArray(append([]int{x.dims[0], out}, grid[2-axes:]...)...)
	plane := dims[0] * dims[1]
	for i := range y.v {
		sample, o, r, s := i/(out*grid[0]*grid[1]), i/(grid[0]*grid[1])%out, i/grid[1]%grid[0], i%grid[1]
		if bias != nil {
			y.v[i] = bias[o]
		}
		for c := range x.dims[1] {
			for tap := range kernel[0] * kernel[1] {
				p, q := r*strides[0]-begin[0]+tap/kernel[1], s*strides[1]-begin[1]+tap%kernel[1]
				if p >= 0 && p < dims[0] && q >= 0 && q < dims[1] {
					visit(y.v[i:], sample, o, c, tap, x.v[(sample*x.dims[1]+c)*plane+p*dims[1]+q])
				}
			}
		}
	}
	return y
}
