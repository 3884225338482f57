package lower

import (
	"github.com/condmean/condmean/lower/hlo"
	"github.com/condmean/condmean/op"
)

// factors are by how much the axes H and W of an activation of a logical shape are
// halved or doubled: a signal has no H.
func factors(shape []int) [2]int {
	if len(shape) == 3 {
		return [2]int{1, 2}
	}
	return [2]int{2, 2}
}

// repeat repeats each pixel f times.
func (l *lowering) repeat(x hlo.Value, f [2]int) hlo.Value {
	s := x.Shape
	y := l.Broadcast(x, []int{s[0], s[1], f[0], s[2], f[1], s[3]}, 0, 1, 3, 5)
	return l.Reshape(y, s[0], s[1]*f[0], s[2]*f[1], s[3])
}

// addUp is the adjoint of repeat.
func (l *lowering) addUp(x hlo.Value, f [2]int) hlo.Value {
	s := x.Shape
	return l.Sum(l.Reshape(x, s[0], s[1]/f[0], f[0], s[2]/f[1], f[1], s[3]), 2, 4)
}

// crop takes the first pixels of each axis.
func (l *lowering) crop(x hlo.Value, h, w int) hlo.Value {
	return l.Cut(l.Cut(x, 1, 0, h), 2, 0, w)
}

func (l *lowering) resize(x hlo.Value, up bool, f [2]int) hlo.Value {
	if up {
		return l.repeat(x, f)
	}
	x = l.crop(x, x.Shape[1]/f[0]*f[0], x.Shape[2]/f[1]*f[1])
	return l.Times(l.addUp(x, f), 1/float64(f[0]*f[1]))
}

// resizeGrad returns a gradient of shape s.
func (l *lowering) resizeGrad(dy hlo.Value, s []int, up bool, f [2]int) hlo.Value {
	if up {
		return l.addUp(dy, f)
	}
	y := l.repeat(l.Times(dy, 1/float64(f[0]*f[1])), f)
	return l.Pad(y, hlo.Padding{}, hlo.Padding{Behind: s[1] - y.Shape[1]}, hlo.Padding{Behind: s[2] - y.Shape[2]}, hlo.Padding{})
}

// start is the first pixel that a Subsample takes of an axis.
func start(first int, f [2]int) [2]int {
	if f[0] == 1 {
		return [2]int{0, first}
	}
	return [2]int{first, first}
}

func (l *lowering) subsample(x hlo.Value, first int, f [2]int) hlo.Value {
	at := start(first, f)
	return l.Slice(x, []int{0, at[0], at[1], 0}, x.Shape, []int{1, f[0], f[1], 1})
}

// subsampleGrad puts dy where its pixels were in an activation of shape s.
func (l *lowering) subsampleGrad(dy hlo.Value, s []int, first int, f [2]int) hlo.Value {
	pad := make([]hlo.Padding, 4)
	for i, at := range start(first, f) {
		n := dy.Shape[1+i]
		pad[1+i] = hlo.Padding{Before: at, Between: f[i] - 1, Behind: s[1+i] - at - (n-1)*f[i] - 1}
	}
	return l.Pad(dy, pad...)
}

// patches returns the windows of x, of shape s: one slice for each place in a
// window, side by side as channels.
func (l *lowering) patches(x hlo.Value, a op.PatchAttributes, s []int) hlo.Value {
	border := hlo.Padding{Before: a.Padding, Behind: a.Padding}
	x = l.Pad(x, hlo.Padding{}, border, border, hlo.Padding{})
	var places []hlo.Value
	for i := range a.Size {
		for j := range a.Size {
			to := []int{x.Shape[0], i + (s[1]-1)*a.Stride + 1, j + (s[2]-1)*a.Stride + 1, x.Shape[3]}
			y := l.Slice(x, []int{0, i, j, 0}, to, []int{1, a.Stride, a.Stride, 1})
			places = append(places, l.Reshape(y, append(y.Shape, 1)...))
		}
	}
	return l.Reshape(l.Concat(4, places...), s...)
}

// patchesGrad is the adjoint of patches; s is the shape of the image.
func (l *lowering) patchesGrad(dy hlo.Value, a op.PatchAttributes, s []int) hlo.Value {
	d := dy.Shape
	dy = l.Reshape(dy, d[0], d[1], d[2], s[3], a.Size*a.Size)
	var sum hlo.Value
	for i := range a.Size {
		for j := range a.Size {
			y := l.Reshape(l.Cut(dy, 4, i*a.Size+j, 1), d[0], d[1], d[2], s[3])
			place := func(first, n, size int) hlo.Padding { // negative where the window reaches out of the image
				p := hlo.Padding{Before: first - a.Padding, Between: a.Stride - 1}
				p.Behind = size - p.Before - (n-1)*a.Stride - 1
				return p
			}
			y = l.Pad(y, hlo.Padding{}, place(i, d[1], s[1]), place(j, d[2], s[2]), hlo.Padding{})
			if i+j == 0 {
				sum = y
			} else {
				sum = l.Add(sum, y)
			}
		}
	}
	return sum
}
