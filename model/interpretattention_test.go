package model_test

import (
	"math"
	"slices"

	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/op"
)

// computeAttention is compute for the operations of networks with attention; y is
// zeros of the result's shape.
func computeAttention(o op.Operation, in []array, y array) (array, error) {
	switch o := o.(type) {
	case *op.Activate:
		copy(y.v, read(in, o.Prologue).z.v)
	case *op.ActivateGrad:
		f, d := read(in[1:], o.Prologue), zeros(2, y.shape[0], y.shape[1])
		da, db := d.halves()
		perPlane(y, func(n, c, k int) float64 {
			dz := in[0].plane(n, c)[k] * f.slope.plane(n, c)[k]
			da[n*y.shape[1]+c] += dz * f.x.plane(n, c)[k]
			db[n*y.shape[1]+c] += dz
			return dz
		})
		y.more = map[string]array{"affine": d}
	case *op.Attention:
		eachHead(in, y.shape[0], o.AttentionAttributes, func(n, h int, a attention) {
			for q := range a.pixels {
				for k, p := range a.softmax(q) {
					for i := range o.Width {
						y.plane(n, h*o.Width+i)[q] += p * a.v(k, i)
					}
				}
			}
		})
	case *op.AttentionGrad:
		attentionGrad(&y, in, o.AttentionAttributes)
	case *op.Stack:
		all := y.v
		for _, p := range in {
			all = all[copy(all, p.v):]
		}
	case *op.Rows:
		copy(y.v, in[0].v[o.First*len(y.v)/y.shape[0]:])
	case *op.Rescale:
		for i, x := range in[0].v {
			y.v[i] = o.Factor*x + o.Shift
		}
	case *op.Quotient:
		for n, t := range in[1].v {
			for i, x := range in[0].row(n) {
				y.row(n)[i] = x / t
			}
		}
	case *op.Subsample:
		eachSecond(y, in[0], o.First, func(small, large *float64) { *small = *large })
	case *op.SubsampleGrad:
		eachSecond(in[0], y, o.First, func(small, large *float64) { *large = *small })
	case *op.FourierEmbedding:
		for n, t := range in[0].v {
			for k, w := range in[1].v {
				row := y.row(n)
				row[k], row[len(in[1].v)+k] = math.Sincos(2 * math.Pi * w * math.Log(t))
			}
		}
	case *op.Lookup:
		for n, t := range in[1].v {
			copy(y.row(n), in[0].row(int(t)))
		}
	case *op.LookupGrad:
		for n, t := range in[1].v {
			for i, d := range in[0].row(n) {
				y.row(int(t))[i] += d
			}
		}
	case *op.Dropout:
		factor := zeros(y.shape...)
		for n := range y.shape[0] {
			s := rng.New(o.Random.Seed, rng.Dropout, o.Random.Step, o.Layer+uint64(n+1)<<32)
			for i, x := range in[0].row(n) {
				if s.Rand().Float64() >= o.P {
					factor.row(n)[i] = 1 / (1 - o.P)
				}
				y.row(n)[i] = factor.row(n)[i] * x
			}
		}
		y.more = map[string]array{"factor": factor}
	case *op.DropoutGrad:
		for i, d := range in[0].v {
			y.v[i] = d * in[1].v[i]
		}
	default:
		return computePixels(o, in, y)
	}
	return y, nil
}

// eachSecond pairs the pixels of a small activation with every second one of a
// large one, from pixel first on.
func eachSecond(small, large array, first int, pair func(small, large *float64)) {
	h, w := small.size()
	_, wide := large.size()
	for n := range small.shape[0] {
		for c := range small.shape[1] {
			p, q := small.plane(n, c), large.plane(n, c)
			for i := range h {
				y := first + 2*i
				if len(small.shape) == 3 {
					y = 0
				}
				for j := range w {
					pair(&p[i*w+j], &q[y*wide+first+2*j])
				}
			}
		}
	}
}

// attention is one head of a sample; see op.Attention.
type attention struct {
	q, k, v func(token, feature int) float64
	pixels  int
	keys    int
	width   int
}

// eachHead visits the heads of an attention's inputs.
func eachHead(in []array, samples int, o op.AttentionAttributes, visit func(n, h int, a attention)) {
	x := in[0]
	for n := range samples {
		for h := range o.Heads {
			channel := func(which, i int) []float64 { return x.plane(n, (which*o.Heads+h)*o.Width+i) }
			token := func(which int) func(k, i int) float64 {
				return func(k, i int) float64 {
					if k < o.Memory {
						return in[1].v[(((which-1)*o.Heads+h)*o.Memory+k)*o.Width+i]
					}
					return channel(which, i)[k-o.Memory]
				}
			}
			pixels := len(channel(0, 0))
			visit(n, h, attention{q: func(q, i int) float64 { return channel(0, i)[q] }, k: token(1), v: token(2),
				pixels: pixels, keys: pixels + o.Memory, width: o.Width})
		}
	}
}

func (a attention) softmax(q int) []float64 {
	p, sum := make([]float64, a.keys), 0.0
	for k := range p {
		for i := range a.width {
			p[k] += a.q(q, i) * a.k(k, i) / math.Sqrt(float64(a.width))
		}
	}
	top := slices.Max(p)
	for k := range p {
		p[k] = math.Exp(p[k] - top)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

func attentionGrad(dx *array, in []array, o op.AttentionAttributes) {
	dy, y := in[0], in[1]
	dm := zeros(2, o.Heads, o.Memory, o.Width)
	eachHead(in[2:], dx.shape[0], o, func(n, h int, a attention) {
		add := func(which, k, i int, d float64) {
			if k < o.Memory {
				dm.v[(((which-1)*o.Heads+h)*o.Memory+k)*o.Width+i] += d
				return
			}
			dx.plane(n, (which*o.Heads+h)*o.Width+i)[k-o.Memory] += d
		}
		for q := range a.pixels {
			mean := 0.0
			for i := range o.Width {
				mean += dy.plane(n, h*o.Width+i)[q] * y.plane(n, h*o.Width+i)[q]
			}
			for k, p := range a.softmax(q) {
				dp := 0.0
				for i := range o.Width {
					d := dy.plane(n, h*o.Width+i)[q]
					dp += d * a.v(k, i)
					add(2, k, i, p*d)
				}
				ds := p * (dp - mean) / math.Sqrt(float64(o.Width))
				for i := range o.Width {
					dx.plane(n, h*o.Width+i)[q] += ds * a.k(k, i)
					add(1, k, i, ds*a.q(q, i))
				}
			}
		}
	})
	dx.more = map[string]array{"memory": dm}
}
