package lower

import (
	"fmt"

	"github.com/condmean/condmean/lower/hlo"
	"github.com/condmean/condmean/op"
)

// operation returns the result of an operation, of a logical shape, for its inputs.
func (l *lowering) operation(o op.Operation, in []value, shape []int) (value, error) {
	if shareOf(o) != (op.Share{}) {
		return value{}, fmt.Errorf("the operation %s is for a share of a batch, which other processes complete", o.Name())
	}
	switch o := o.(type) {
	case *op.Tap:
		v, ok := in[0].more[o.Result]
		if !ok {
			return v, fmt.Errorf("%v has no result %q", o.Inputs()[0], o.Result)
		}
		return v, nil
	case *op.Reblock:
		return l.layout(in[0], shape), nil
	case *op.Sum:
		return l.sum(o.Terms, in), nil
	case *op.Scaled:
		return l.sum([]op.Term{{Scaled: true, Constant: o.Constant}}, in), nil
	case *op.SiLU:
		return in[0].like(l.silu(in[0].Value)), nil
	case *op.SiLUGrad:
		return in[0].like(l.Mul(in[0].Value, l.siluSlope(in[1].Value))), nil
	case *op.ReLU:
		return in[0].like(l.Binary("maximum", in[0].Value, l.Num(0, in[0].Value))), nil
	case *op.ReLUGrad:
		zero := l.Num(0, in[0].Value)
		return in[0].like(l.Select(l.Compare("GT", in[1].Value, zero), in[0].Value, zero)), nil
	case *op.Rescale:
		y := l.Times(in[0].Value, o.Factor)
		if o.Shift != 0 {
			y = l.Plus(y, o.Shift)
		}
		return in[0].like(y), nil
	case *op.Product:
		return array(l.Mul(in[0].Value, in[1].Value)), nil
	case *op.Quotient:
		return array(l.Div(in[0].Value, l.Broadcast(in[1].Value, in[0].Shape, 0))), nil
	case *op.Loss:
		return array(l.loss(o.Kind, in)), nil
	case *op.LossGrad:
		return array(l.lossGrad(o.Kind, in)), nil
	}
	for _, f := range []func(op.Operation, []value, []int) (value, bool){l.convolution, l.normalisation, l.rows, l.pixels, l.attention} {
		if v, ok := f(o, in, shape); ok {
			return v, nil
		}
	}
	return value{}, fmt.Errorf("there is no lowering of the operation %s (%T)", o.Name(), o)
}

// shareOf returns the share of a batch that an operation is for.
func shareOf(o op.Operation) op.Share {
	switch o := o.(type) {
	case *op.Loss:
		return o.Share
	case *op.LossGrad:
		return o.Share
	case *op.Norm:
		return o.Share
	case *op.NormGrad:
		return o.Share
	}
	return op.Share{}
}

// sum adds terms up, some of them multiplied by numbers of each sample and channel.
func (l *lowering) sum(terms []op.Term, in []value) value {
	var y value
	for i, t := range terms {
		x := in[0]
		in = in[1:]
		if t.Scaled {
			coef, constant := l.halves(in[0].Value)
			in = in[1:]
			x.Value = l.Mul(l.planes(coef, x.Value), x.Value)
			if t.Constant {
				x.Value = l.Add(x.Value, l.planes(constant, x.Value))
			}
		}
		if i == 0 {
			y = x.like(x.Value)
			continue
		}
		y.Value = l.Add(y.Value, x.Value)
	}
	return y
}

// halves are the two arrays (N,C) of one of shape (2,N,C).
func (l *lowering) halves(a hlo.Value) (first, second hlo.Value) {
	n, c := a.Shape[1], a.Shape[2]
	return l.Reshape(l.Cut(a, 0, 0, 1), n, c), l.Reshape(l.Cut(a, 0, 1, 1), n, c)
}

// pair joins two arrays (N,C) as (2,N,C).
func (l *lowering) pair(a, b hlo.Value) hlo.Value {
	n, c := a.Shape[0], a.Shape[1]
	return l.Concat(0, l.Reshape(a, 1, n, c), l.Reshape(b, 1, n, c))
}

// planes spreads numbers (N,C) over the pixels of an activation.
func (l *lowering) planes(a, x hlo.Value) hlo.Value { return l.Broadcast(a, x.Shape, 0, 3) }

// channels spreads numbers (C) over the last axis of x.
func (l *lowering) channels(a, x hlo.Value) hlo.Value {
	return l.Broadcast(a, x.Shape, len(x.Shape)-1)
}

// silu is x/(1+e^-x).
func (l *lowering) silu(x hlo.Value) hlo.Value { return l.Mul(x, l.Unary("logistic", x)) }

// siluSlope is σ(x)·(1 + x·(1-σ(x))).
func (l *lowering) siluSlope(x hlo.Value) hlo.Value {
	s := l.Unary("logistic", x)
	return l.Mul(s, l.Plus(l.Mul(x, l.Sub(l.Num(1, s), s)), 1))
}

// loss adds up in float64, as the CPU does.
func (l *lowering) loss(kind op.LossKind, in []value) hlo.Value {
	d := l.Sub(in[0].Value, in[1].Value)
	if kind == op.MSE {
		d = l.Mul(d, d)
	} else {
		d = l.Unary("abs", d)
	}
	d = l.Mul(d, l.Broadcast(in[2].Value, d.Shape, 0))
	return l.Convert(l.Times(l.Total(l.Convert(d, hlo.F64)), 1/float64(d.Size())), hlo.F32)
}

func (l *lowering) lossGrad(kind op.LossKind, in []value) hlo.Value {
	d := l.Sub(in[0].Value, in[1].Value)
	w := l.Mul(l.Broadcast(in[2].Value, d.Shape, 0), l.Broadcast(in[3].Value, d.Shape))
	if kind == op.MSE {
		return l.Mul(l.Times(d, 2/float64(d.Size())), w)
	}
	return l.Mul(l.Times(l.Unary("sign", d), 1/float64(d.Size())), w)
}
