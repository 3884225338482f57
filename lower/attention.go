package lower

import (
	"math"

	"github.com/condmean/condmean/lower/hlo"
	"github.com/condmean/condmean/op"
)

// attention lowers both kinds of attention. Queries, keys and values of the heads
// are (N,heads,pixels,width) in the module, keys and values with the layer's own
// before those of the pixels.
func (l *lowering) attention(o op.Operation, in []value, shape []int) (value, bool) {
	switch o := o.(type) {
	case *op.Attention:
		h := l.heads(o.AttentionAttributes, in, false)
		p := l.weigh(h)
		return activation(l.unheads(l.product(p, h.v), in[0].Shape)), true
	case *op.AttentionGrad:
		return l.attentionGrad(o.AttentionAttributes, in), true
	case *op.LinearAttention:
		h := l.linearHeads(o.AttentionAttributes, in)
		return activation(l.unheads(l.product(h.q, l.context(h)), in[0].Shape)), true
	case *op.LinearAttentionGrad:
		return l.linearAttentionGrad(o.AttentionAttributes, in), true
	}
	return value{}, false
}

// heads are queries, keys and values.
type heads struct {
	op.AttentionAttributes
	q, k, v hlo.Value
	scale   float64 // 1/√width
}

// heads splits the activation (N,H,W,3·heads·width) and takes the memory along,
// (2,heads,memory,width), or of linear attention (2,heads,width,memory).
func (l *lowering) heads(a op.AttentionAttributes, in []value, linear bool) heads {
	x := in[0].Value
	n, pixels := x.Shape[0], x.Shape[1]*x.Shape[2]
	x = l.Transpose(l.Reshape(x, n, pixels, 3, a.Heads, a.Width), 2, 0, 3, 1, 4)
	part := func(i int) hlo.Value {
		y := l.Reshape(l.Cut(x, 0, i, 1), n, a.Heads, pixels, a.Width)
		if i == 0 || a.Memory == 0 {
			return y
		}
		m := in[1].Value
		m = l.Reshape(l.Cut(m, 0, i-1, 1), m.Shape[1:]...)
		if linear {
			m = l.Transpose(m, 0, 2, 1)
		}
		return l.Concat(2, l.Broadcast(m, []int{n, a.Heads, a.Memory, a.Width}, 1, 2, 3), y)
	}
	return heads{a, part(0), part(1), part(2), 1 / math.Sqrt(float64(a.Width))}
}

// unheads joins the heads of (N,heads,pixels,width) as channels of an activation,
// whose N, H and W are those of s.
func (l *lowering) unheads(y hlo.Value, s []int) hlo.Value {
	return l.Reshape(l.Transpose(y, 0, 2, 1, 3), s[0], s[1], s[2], y.Shape[1]*y.Shape[3])
}

// dheads joins gradients of queries, keys and values as that of the activation, of
// shape s, with the further result "memory".
func (l *lowering) dheads(h heads, dq, dk, dv hlo.Value, s []int, linear bool) value {
	split := func(d hlo.Value) hlo.Value {
		return l.unheads(l.Cut(d, 2, h.Memory, d.Shape[2]-h.Memory), s)
	}
	dx := activation(l.Concat(3, l.unheads(dq, s), split(dk), split(dv)))
	if h.Memory == 0 {
		return dx
	}
	own := func(d hlo.Value) hlo.Value {
		m := l.Sum(l.Cut(d, 2, 0, h.Memory), 0)
		if linear {
			m = l.Transpose(m, 0, 2, 1)
		}
		return l.Reshape(m, append([]int{1}, m.Shape...)...)
	}
	return dx.with("memory", array(l.Concat(0, own(dk), own(dv))))
}

var perHead = hlo.Axes{A: []int{0, 1}, B: []int{0, 1}}

// product is a·b of the last axes, for each head.
func (l *lowering) product(a, b hlo.Value) hlo.Value {
	return l.Dot(a, b, perHead, hlo.Axes{A: []int{3}, B: []int{2}})
}

// productT is a·bᵀ.
func (l *lowering) productT(a, b hlo.Value) hlo.Value {
	return l.Dot(a, b, perHead, hlo.Axes{A: []int{3}, B: []int{3}})
}

// tProduct is aᵀ·b.
func (l *lowering) tProduct(a, b hlo.Value) hlo.Value {
	return l.Dot(a, b, perHead, hlo.Axes{A: []int{2}, B: []int{2}})
}

// weigh is the softmax of q·kᵀ/√width.
func (l *lowering) weigh(h heads) hlo.Value {
	return l.softmax(l.Times(l.productT(h.q, h.k), h.scale), 3)
}

func (l *lowering) attentionGrad(a op.AttentionAttributes, in []value) value {
	h := l.heads(a, in[2:], false)
	rows := func(x hlo.Value) hlo.Value { // (N,heads,pixels,width)
		n, pixels := x.Shape[0], x.Shape[1]*x.Shape[2]
		return l.Transpose(l.Reshape(x, n, pixels, a.Heads, a.Width), 0, 2, 1, 3)
	}
	dy, y := rows(in[0].Value), rows(in[1].Value)
	p := l.weigh(h)
	dp := l.productT(dy, h.v)
	ds := l.Times(l.Mul(p, l.Sub(dp, l.keep(l.Sum(l.Mul(dy, y), 3), dp, 3))), h.scale)
	return l.dheads(h, l.product(ds, h.k), l.tProduct(ds, h.q), l.tProduct(p, dy), in[2].Shape, false)
}

// linearHeads has softmaxes in the place of queries, over √width, and of keys.
func (l *lowering) linearHeads(a op.AttentionAttributes, in []value) heads {
	h := l.heads(a, in, true)
	h.q, h.k = l.Times(l.softmax(h.q, 3), h.scale), l.softmax(h.k, 2)
	return h
}

// context is softmax(k)ᵀ·v, (N,heads,width,width).
func (l *lowering) context(h heads) hlo.Value { return l.tProduct(h.k, h.v) }

func (l *lowering) linearAttentionGrad(a op.AttentionAttributes, in []value) value {
	h := l.linearHeads(a, in[1:])
	x := in[0].Value
	dy := l.Transpose(l.Reshape(x, x.Shape[0], x.Shape[1]*x.Shape[2], a.Heads, a.Width), 0, 2, 1, 3)
	dcontext := l.tProduct(h.q, dy)
	throughSoftmax := func(p, dp hlo.Value, axis int, scale float64) hlo.Value { // p is scale·softmax
		mean := l.keep(l.Times(l.Sum(l.Mul(p, dp), axis), 1/scale), p, axis)
		return l.Mul(p, l.Sub(dp, mean))
	}
	dq := throughSoftmax(h.q, l.productT(dy, l.context(h)), 3, h.scale)
	dk := throughSoftmax(h.k, l.productT(h.v, dcontext), 2, 1)
	return l.dheads(h, dq, dk, l.product(h.k, dcontext), in[1].Shape, true)
}
