package lower

import (
	"math"

	"github.com/condmean/condmean/lower/hlo"
	"github.com/condmean/condmean/op"
)

// pixels lowers norms over the channels of pixels and of weights, and GELU.
func (l *lowering) pixels(o op.Operation, in []value, shape []int) (value, bool) {
	switch o := o.(type) {
	case *op.GELU:
		return array(l.Mul(in[0].Value, l.normalDistribution(in[0].Value))), true
	case *op.GELUGrad:
		x := in[1].Value
		density := l.Times(l.Unary("exponential", l.Times(l.Mul(x, x), -0.5)), 1/math.Sqrt(2*math.Pi))
		return array(l.Mul(in[0].Value, l.Add(l.normalDistribution(x), l.Mul(x, density)))), true
	case *op.Standardize:
		return array(l.Reshape(l.standardised(in[0].Value, o.StandardizeAttributes).z, shape...)), true
	case *op.StandardizeGrad:
		n := l.standardised(in[1].Value, o.StandardizeAttributes)
		return array(l.Reshape(n.backward(l, l.matrix(in[0].Value)), shape...)), true
	case *op.PixelNorm:
		n := l.normalised(in[0].Value, 3, o.RMS, o.Eps)
		gain := l.Reshape(in[1].Value, n.z.Shape[3])
		return activation(l.Mul(l.channels(gain, n.z), n.z)), true
	case *op.PixelNormGrad:
		dy, n := in[0].Value, l.normalised(in[1].Value, 3, o.RMS, o.Eps)
		gain := l.Reshape(in[2].Value, n.z.Shape[3])
		dgain := l.Reshape(l.Sum(l.Mul(dy, n.z), 0, 1, 2), in[2].Shape...)
		return activation(n.backward(l, l.Mul(l.channels(gain, dy), dy))).with("gain", array(dgain)), true
	}
	return value{}, false
}

// normalised are the rows of an array along an axis, normalised.
type normalised struct {
	z, factor hlo.Value // factor is that of x or x - mean in z
	axis      int
	rms       bool       // otherwise the mean is taken away
	moves     *hlo.Value // where the factor depends on x; nil: everywhere
}

// normalised normalises x along an axis by mean and variance, or by its root mean
// square; see op.LayerNorm and op.PixelNorm.
func (l *lowering) normalised(x hlo.Value, axis int, rms bool, eps float64) normalised {
	n, count := normalised{axis: axis, rms: rms}, float64(x.Shape[axis])
	if rms {
		norm := l.Unary("sqrt", l.Sum(l.Mul(x, x), axis))
		least := l.Num(eps, norm)
		moves := l.keep(l.Compare("GE", norm, least), x, axis)
		n.moves = &moves
		n.factor = l.keep(l.Div(l.Num(math.Sqrt(count), norm), l.Binary("maximum", norm, least)), x, axis)
		n.z = l.Mul(x, n.factor)
		return n
	}
	d := l.Sub(x, l.mean(x, axis))
	v := l.Times(l.Sum(l.Mul(d, d), axis), 1/count)
	n.factor = l.keep(l.Unary("rsqrt", l.Plus(v, eps)), x, axis)
	n.z = l.Mul(d, n.factor)
	return n
}

// standardised are the weights of each output, as rows; see op.Standardize.
func (l *lowering) standardised(w hlo.Value, a op.StandardizeAttributes) normalised {
	x := l.matrix(w)
	if !a.Floor {
		return l.normalised(x, 1, false, a.Eps)
	}
	d := l.Sub(x, l.mean(x, 1))
	v := l.Times(l.Sum(l.Mul(d, d), 1), 1/float64(x.Shape[1]))
	least := l.Num(a.Eps, v)
	moves := l.keep(l.Compare("GE", v, least), x, 1)
	factor := l.keep(l.Unary("rsqrt", l.Binary("maximum", v, least)), x, 1)
	return normalised{z: l.Mul(d, factor), factor: factor, axis: 1, moves: &moves}
}

// mean is that along an axis, in each of its places.
func (l *lowering) mean(x hlo.Value, axis int) hlo.Value {
	return l.keep(l.Times(l.Sum(x, axis), 1/float64(x.Shape[axis])), x, axis)
}

// backward turns the gradient u of z into that of x.
func (n normalised) backward(l *lowering, u hlo.Value) hlo.Value {
	along := l.Mul(n.z, l.mean(l.Mul(u, n.z), n.axis))
	if n.moves != nil {
		along = l.Select(*n.moves, along, l.Num(0, along))
	}
	if !n.rms {
		along = l.Add(along, l.mean(u, n.axis))
	}
	return l.Mul(l.Sub(u, along), n.factor)
}

// normalDistribution is Φ(x) = erfc(-x/√2)/2. StableHLO has no error function:
// erfc of |x| is t·exp(p(t) - x²), t = 1/(1 + |x|/2), with the Chebyshev fit of
// Numerical Recipes as p, to 1.2e-7 of itself.
func (l *lowering) normalDistribution(x hlo.Value) hlo.Value {
	z := l.Times(l.Convert(x, hlo.F64), math.Sqrt2/2)
	a := l.Unary("abs", z)
	one := l.Num(1, a)
	t := l.Div(one, l.Plus(l.Times(a, 0.5), 1))
	p := l.Num(0.17087277, a)
	for _, c := range []float64{-0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368, -1.26551223} {
		p = l.Plus(l.Mul(p, t), c)
	}
	tail := l.Times(l.Mul(t, l.Unary("exponential", l.Sub(p, l.Mul(a, a)))), 0.5)
	return l.Convert(l.Select(l.Compare("LT", z, l.Num(0, z)), tail, l.Sub(one, tail)), hlo.F32)
}
