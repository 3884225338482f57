package model_test

import (
	"fmt"
	"math"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/op"
)

// array is a value of a graph in its logical shape, row-major.
type array struct {
	shape []int
	v     []float64
	more  map[string]array // further results, for op.Tap
}

func zeros(shape ...int) array {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return array{shape: shape, v: make([]float64, n)}
}

// plane returns the pixels of channel c of sample n of an activation.
func (a array) plane(n, c int) []float64 {
	s := len(a.v) / (a.shape[0] * a.shape[1])
	return a.v[(n*a.shape[1]+c)*s:][:s]
}

// halves returns the two arrays (N,C) of one of shape (2,N,C).
func (a array) halves() (first, second []float64) { return a.v[:len(a.v)/2], a.v[len(a.v)/2:] }

// size returns height and width of an activation; a signal has height 1.
func (a array) size() (h, w int) {
	if len(a.shape) == 3 {
		return 1, a.shape[2]
	}
	return a.shape[2], a.shape[3]
}

// interpret computes what the outputs of a graph are, from what its operations
// tell of themselves alone: naively, in float64. Leaves have the value under
// their name if there is one, else their own.
func interpret(leaves map[string][]float64, outputs ...*G.Node) ([]array, error) {
	return interpretAs(leaves, func(array) {}, outputs...)
}

// stored rounds an array to float32, as a program keeps it between operations.
func stored(a array) {
	for i, v := range a.v {
		a.v[i] = float64(float32(v))
	}
	for _, more := range a.more {
		stored(more)
	}
}

// interpretAs is interpret with a last touch on what operations compute.
func interpretAs(leaves map[string][]float64, touch func(array), outputs ...*G.Node) ([]array, error) {
	values := map[*G.Node]array{}
	for _, n := range op.Nodes(outputs...) {
		o, ok := n.Op().(op.Operation)
		if !ok {
			a := leaf(n)
			if v := leaves[n.Name()]; v != nil {
				a.v = v
			}
			values[n] = a
			continue
		}
		var in []array
		for _, c := range o.Inputs() {
			in = append(in, values[c])
		}
		y, err := compute(o, in, n.Shape())
		if err != nil {
			return nil, err
		}
		if !slices.Equal(y.shape, []int(n.Shape())) {
			return nil, fmt.Errorf("%v has shape %v, computed %v", n, n.Shape(), y.shape)
		}
		touch(y)
		values[n] = y
	}
	var out []array
	for _, n := range outputs {
		out = append(out, values[n])
	}
	return out, nil
}

func leaf(n *G.Node) array {
	a := array{shape: []int(n.Shape())}
	switch v := n.Value().(type) {
	case *G.F32:
		a.v = []float64{float64(*v)}
	case *tensor.Dense:
		for _, x := range v.Float32s() {
			a.v = append(a.v, float64(x))
		}
	}
	return a
}

// compute returns the result of an operation for its inputs.
func compute(o op.Operation, in []array, shape []int) (array, error) {
	y := zeros(shape...)
	switch o := o.(type) {
	case *op.Tap:
		return in[0].more[o.Result], nil
	case *op.Reblock:
		return in[0], nil
	case *op.TimeEmbedding:
		for n, t := range in[0].v {
			for k := range o.Dim / 2 {
				omega := float32(math.Exp(-float64(k) * math.Log(10000) / (float64(o.Dim/2) - o.FrequencyShift)))
				angle := float64(float32(t) * float32(o.Factor) * omega)
				sin, cos := &y.row(n)[k], &y.row(n)[o.Dim/2+k]
				if o.CosFirst {
					sin, cos = cos, sin
				}
				*sin, *cos = math.Sincos(angle)
			}
		}
	case *op.DropoutMask:
		var s rng.Stream
		s.Reset(o.Random.Seed, rng.Dropout, o.Random.Step, o.Layer)
		for i := range y.v {
			if s.Rand().Float64() >= o.P {
				y.v[i] = 1 / (1 - o.P)
			}
		}
	case *op.SiLU:
		for i, x := range in[0].v {
			y.v[i] = silu(x)
		}
	case *op.SiLUGrad:
		for i, x := range in[1].v {
			y.v[i] = in[0].v[i] * siluSlope(x)
		}
	case *op.ReLU:
		for i, x := range in[0].v {
			y.v[i] = max(x, 0)
		}
	case *op.ReLUGrad:
		for i, x := range in[1].v {
			if x > 0 {
				y.v[i] = in[0].v[i]
			}
		}
	case *op.Linear:
		linear(&y, in, o)
	case *op.LinearGrad:
		linearGrad(&y, in, o.Weights)
	case *op.Conv:
		conv(y, in, o.ConvAttributes)
	case *op.ConvBackwardData:
		convBackwardData(&y, in, o.ConvAttributes)
	case *op.ConvBackwardWeights:
		convBackwardWeights(&y, in, o.ConvAttributes)
	case *op.PlaneMoments:
		mean, m2 := y.halves()
		for i := range mean {
			x := in[0].plane(0, i) // planes follow each other
			for _, v := range x {
				mean[i] += v / float64(len(x))
			}
			for _, v := range x {
				m2[i] += (v - mean[i]) * (v - mean[i])
			}
		}
	case *op.MomentsGrad:
		coef, constant := y.halves()
		dm, dM2 := in[0].halves()
		mean, _ := in[1].halves()
		for i := range coef {
			coef[i] = 2 * dM2[i]
			constant[i] = dm[i]/float64(o.Pixels) - 2*dM2[i]*mean[i]
		}
	case *op.Norm:
		newNorm(o.NormAttributes, in, shape).affine(y)
	case *op.NormGrad:
		newNorm(o.NormAttributes, in[1:], shape).backward(&y, in[0])
	case *op.Film:
		perPlane(y, func(n, c, k int) float64 {
			s, b := film(in[1], n, c)
			return s*in[0].plane(n, c)[k] + b
		})
	case *op.FilmGrad:
		d := zeros(in[2].shape...)
		perPlane(y, func(n, c, k int) float64 {
			s, _ := film(in[2], n, c)
			dy := in[0].plane(n, c)[k]
			d.v[n*2*y.shape[1]+c] += dy * in[1].plane(n, c)[k]
			d.v[n*2*y.shape[1]+y.shape[1]+c] += dy
			return s * dy
		})
		y.more = map[string]array{"film": d}
	case *op.LayerNorm:
		layerNorm(y, in, o.Eps)
	case *op.LayerNormGrad:
		layerNormGrad(&y, in, o.Eps)
	case *op.SwiGLU:
		for n := range y.shape[0] {
			x, h := in[0].row(n), y.shape[1]
			for k := range h {
				y.row(n)[k] = silu(x[k]) * x[h+k]
			}
		}
	case *op.SwiGLUGrad:
		for n := range y.shape[0] {
			dy, x, h := in[0].row(n), in[1].row(n), in[0].shape[1]
			for k := range h {
				y.row(n)[k], y.row(n)[h+k] = dy[k]*x[h+k]*siluSlope(x[k]), dy[k]*silu(x[k])
			}
		}
	case *op.Interpolate:
		interpolate(&y, in)
	case *op.Experts:
		experts(&y, in)
	case *op.ExpertsGrad:
		expertsGrad(&y, in)
	case *op.SoftmaxGate:
		for n := range y.shape[0] {
			g, sum := y.row(n), 0.0
			for k, q := range in[0].row(n) {
				g[k] = math.Exp(q * (1 + in[1].row(n)[k]))
				sum += g[k]
			}
			for k := range g {
				g[k] *= o.Scale / sum
			}
		}
	case *op.SoftmaxGateGrad:
		ds := zeros(shape...)
		for n := range y.shape[0] {
			dg, g, q, s, mean := in[0].row(n), in[1].row(n), in[2].row(n), in[3].row(n), 0.0
			for k := range g {
				mean += g[k] * dg[k] / o.Scale
			}
			for k := range g {
				du := g[k] * (dg[k] - mean)
				y.row(n)[k], ds.row(n)[k] = du*(1+s[k]), du*q[k]
			}
		}
		y.more = map[string]array{"s": ds}
	case *op.Product:
		for i, a := range in[0].v {
			y.v[i] = a * in[1].v[i]
		}
	case *op.Scaled:
		addTerm(y, in, op.Term{Scaled: true, Constant: o.Constant})
	case *op.Sum:
		for _, t := range o.Terms {
			in = addTerm(y, in, t)
		}
	case *op.Concat:
		perPlane(y, func(n, c, k int) float64 {
			if first := in[0].shape[1]; c >= first {
				return in[1].plane(n, c-first)[k]
			}
			return in[0].plane(n, c)[k]
		})
	case *op.Part:
		perPlane(y, func(n, c, k int) float64 { return in[0].plane(n, c+o.First)[k] })
	case *op.Resize:
		resize(in[0], y, func(small, large *float64, share float64) {
			if o.Up {
				*large = *small
			} else {
				*small += share * *large
			}
		}, o.Up)
	case *op.ResizeGrad:
		resize(y, in[0], func(small, large *float64, share float64) {
			if o.Up {
				*small += *large
			} else {
				*large = share * *small
			}
		}, o.Up)
	case *op.Loss:
		n := len(in[2].v)
		for i, p := range in[0].v {
			d := p - in[1].v[i]
			if o.Kind == op.L1 {
				d = math.Abs(d)
			} else {
				d *= d
			}
			y.v[0] += in[2].v[i/(len(in[0].v)/n)] * d / float64(len(in[0].v))
		}
	case *op.LossGrad:
		n := len(in[2].v)
		for i, p := range in[0].v {
			d := 2 * (p - in[1].v[i])
			if o.Kind == op.L1 {
				d = float64(cmpZero(d))
			}
			y.v[i] = in[3].v[0] * in[2].v[i/(len(in[0].v)/n)] * d / float64(len(in[0].v))
		}
	default:
		return computeAttention(o, in, y)
	}
	return y, nil
}

func silu(x float64) float64 { return x / (1 + math.Exp(-x)) }

func siluSlope(x float64) float64 {
	s := 1 / (1 + math.Exp(-x))
	return s * (1 + x*(1-s))
}

func cmpZero(x float64) int {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// perPlane fills an activation with f(sample, channel, pixel).
func perPlane(y array, f func(n, c, k int) float64) {
	for n := range y.shape[0] {
		for c := range y.shape[1] {
			for k := range y.plane(n, c) {
				y.plane(n, c)[k] = f(n, c, k)
			}
		}
	}
}

// film returns 1+s and b of a scale-shift (N,2C).
func film(a array, n, c int) (scale, shift float64) {
	row := a.v[n*a.shape[1]:][:a.shape[1]]
	return 1 + row[c], row[a.shape[1]/2+c]
}

// addTerm adds a term of a sum and returns the inputs after it.
func addTerm(y array, in []array, t op.Term) []array {
	x := in[0]
	if !t.Scaled {
		for i, v := range x.v {
			y.v[i] += v
		}
		return in[1:]
	}
	coef, constant := in[1].halves()
	for i, a := range coef {
		p := y.plane(0, i)
		for k, v := range x.plane(0, i) {
			p[k] += a * v
			if t.Constant {
				p[k] += constant[i]
			}
		}
	}
	return in[2:]
}

// resize pairs each pixel of a small activation with those of one twice its size,
// in a plane of which it is a share. An upsampling reads the small one first.
func resize(a, b array, pair func(small, large *float64, share float64), up bool) {
	small, large := a, b
	if !up {
		small, large = b, a
	}
	h, w := small.size()
	_, wide := large.size()
	fy := 2
	if len(small.shape) == 3 {
		fy = 1
	}
	for n := range small.shape[0] {
		for c := range small.shape[1] {
			p, q := small.plane(n, c), large.plane(n, c)
			for i := range h * fy {
				for j := range w * 2 {
					pair(&p[i/fy*w+j/2], &q[i*wide+j], 1/float64(2*fy))
				}
			}
		}
	}
}
