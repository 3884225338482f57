package lower

import (
	"math"

	"github.com/condmean/condmean/lower/hlo"
	"github.com/condmean/condmean/op"
)

// rows lowers operations on arrays.
func (l *lowering) rows(o op.Operation, in []value, shape []int) (value, bool) {
	switch o := o.(type) {
	case *op.Linear:
		return l.linear(o, in, shape), true
	case *op.LinearGrad:
		return l.linearGrad(o.Weights, in, shape), true
	case *op.LayerNorm:
		n := l.normalised(in[0].Value, 1, false, o.Eps)
		s, b := l.scaleShift(in[1].Value)
		return array(l.Add(l.Mul(s, n.z), b)), true
	case *op.LayerNormGrad:
		dy, n := in[0].Value, l.normalised(in[1].Value, 1, false, o.Eps)
		s, _ := l.scaleShift(in[2].Value)
		return array(n.backward(l, l.Mul(s, dy))).with("film", array(l.Concat(1, l.Mul(dy, n.z), dy))), true
	case *op.SwiGLU:
		h := shape[1]
		return array(l.Mul(l.silu(l.Cut(in[0].Value, 1, 0, h)), l.Cut(in[0].Value, 1, h, h))), true
	case *op.SwiGLUGrad:
		h, dy := shape[1]/2, in[0].Value
		u, v := l.Cut(in[1].Value, 1, 0, h), l.Cut(in[1].Value, 1, h, h)
		return array(l.Concat(1, l.Mul(l.Mul(dy, v), l.siluSlope(u)), l.Mul(dy, l.silu(u)))), true
	case *op.SoftmaxGate:
		return array(l.Times(l.softmax(l.Mul(in[0].Value, l.Plus(in[1].Value, 1)), 1), o.Scale)), true
	case *op.SoftmaxGateGrad:
		dg, g, q, s := in[0].Value, in[1].Value, in[2].Value, in[3].Value
		du := l.Mul(g, l.Sub(dg, l.keep(l.Times(l.Sum(l.Mul(g, dg), 1), 1/o.Scale), g, 1)))
		return array(l.Mul(du, l.Plus(s, 1))).with("s", array(l.Mul(du, q))), true
	case *op.Stack:
		var parts []hlo.Value
		for _, p := range in {
			parts = append(parts, p.Value)
		}
		return array(l.Concat(0, parts...)), true
	case *op.Rows:
		return array(l.Cut(in[0].Value, 0, o.First, shape[0])), true
	case *op.TimeEmbedding:
		return array(l.timeEmbedding(o, in[0].Value)), true
	case *op.FourierEmbedding:
		angle := l.outer(l.Unary("log", l.Convert(in[0].Value, hlo.F64)), in[1].Value)
		return array(l.waves(l.Times(l.Times(angle, 2), float64(float32(math.Pi))), false)), true
	case *op.Interpolate:
		return array(l.Reshape(l.interpolate(in[0].Value, in[1].Value), shape...)), true
	case *op.Experts:
		return l.experts(in, shape), true
	case *op.ExpertsGrad:
		return l.expertsGrad(in), true
	case *op.Lookup:
		return array(l.lookup(in[0].Value, in[1].Value)), true
	case *op.LookupGrad:
		return array(l.exactly(func() hlo.Value { return l.MatMul(l.oneHot(in[1].Value, shape[0]), in[0].Value, 0, 0) })), true
	}
	return value{}, false
}

// keep spreads what a reduction over one axis of x has left over that axis again.
func (l *lowering) keep(a, x hlo.Value, axis int) hlo.Value {
	var axes []int
	for i := range x.Shape {
		if i != axis {
			axes = append(axes, i)
		}
	}
	return l.Broadcast(a, x.Shape, axes...)
}

// softmax is that of x along an axis.
func (l *lowering) softmax(x hlo.Value, axis int) hlo.Value {
	e := l.Unary("exponential", l.Sub(x, l.keep(l.Max(x, axis), x, axis)))
	return l.Div(e, l.keep(l.Sum(e, axis), x, axis))
}

// matrix is an array (N,…) as (N,I).
func (l *lowering) matrix(x hlo.Value) hlo.Value {
	return l.Reshape(x, x.Shape[0], x.Size()/x.Shape[0])
}

func (l *lowering) linear(o *op.Linear, in []value, shape []int) value {
	y := l.MatMul(l.matrix(in[0].Value), in[1].Value, 1, 1)
	y = l.Reshape(l.Add(y, l.channels(in[2].Value, y)), shape...)
	switch {
	case o.SiLU:
		return array(l.silu(y)).with("sum", array(y))
	case o.Residual:
		return array(l.Add(y, in[3].Value))
	}
	return array(y)
}

func (l *lowering) linearGrad(weights bool, in []value, shape []int) value {
	dy := l.matrix(in[0].Value)
	if !weights {
		return array(l.Reshape(l.MatMul(dy, in[1].Value, 1, 0), shape...))
	}
	return array(l.MatMul(dy, l.matrix(in[1].Value), 0, 0)).with("bias", array(l.Sum(dy, 0)))
}

// outer is (N,K) of products of (N), of type float64, and (K), rounded to float32
// where the CPU does so.
func (l *lowering) outer(t, w hlo.Value) hlo.Value {
	s := []int{t.Shape[0], w.Shape[0]}
	return l.Mul(l.Broadcast(l.Convert(t, hlo.F32), s, 0), l.Broadcast(w, s, 1))
}

// waves are sines, then cosines of angles (N,K), or the reverse. Angles are large:
// the functions are those of float64, whose argument is reduced exactly enough.
func (l *lowering) waves(angle hlo.Value, cosFirst bool) hlo.Value {
	a := l.Convert(angle, hlo.F64)
	sin, cos := l.Convert(l.Unary("sine", a), hlo.F32), l.Convert(l.Unary("cosine", a), hlo.F32)
	if cosFirst {
		sin, cos = cos, sin
	}
	return l.Concat(1, sin, cos)
}

func (l *lowering) timeEmbedding(o *op.TimeEmbedding, level hlo.Value) hlo.Value {
	omega := o.Frequencies()
	t := level
	if o.Factor != 1 {
		t = l.Times(t, o.Factor)
	}
	y := l.waves(l.outer(t, l.Array(omega, len(omega))), o.CosFirst)
	return l.Pad(y, hlo.Padding{}, hlo.Padding{Behind: o.Dim - 2*len(omega)})
}

// oneHot is (N,T): 1 where the index (N) says.
func (l *lowering) oneHot(index hlo.Value, rows int) hlo.Value {
	s := []int{index.Shape[0], rows}
	return l.Convert(l.Compare("EQ", l.Broadcast(index, s, 0), l.Iota(hlo.F32, 1, s...)), hlo.F32)
}

// lookup takes rows of a table; those of an index that is none are NaN, so that
// nobody takes them for a result.
func (l *lowering) lookup(table, index hlo.Value) hlo.Value {
	hot := l.oneHot(index, table.Shape[0])
	y := l.exactly(func() hlo.Value { return l.MatMul(hot, table, 1, 0) })
	found := l.Broadcast(l.Compare("EQ", l.Sum(hot, 1), l.Full(hlo.F32, 1, index.Shape[0])), y.Shape, 0)
	return l.Select(found, y, l.Num(math.NaN(), y))
}

// exactly computes products in float32 whatever the module's precision is.
func (l *lowering) exactly(f func() hlo.Value) hlo.Value {
	p := l.Precision
	defer func() { l.Precision = p }()
	l.Precision = hlo.Exact
	return f()
}
