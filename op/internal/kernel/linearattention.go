package kernel

import (
	"math"

	"github.com/condmean/condmean/internal/gemm"
)

// LinearAttention is attention without a product of queries and keys, of a cost
// proportional to the pixels, on the activations of an AttentionSpec:
//
//	q ← softmax over the features of each pixel / √Width
//	k ← softmax of each feature over the keys
//	y = q·(kᵀ·v)
//
// Memory is (2,Heads,Width,Memory) here.
type LinearAttention struct{ AttentionSpec }

// Forward computes y (N, Heads·Width, H, W).
func (a LinearAttention) Forward(w *Workspace, y, x, memory []float32) {
	s, out := a.In, a.Out()
	a.heads(w, func(h *head, n, i int) {
		a.context(h, x[n*s.sample():][:s.sample()], memory, i)
		h.values.Resize(a.Width, a.Width)
		h.values.Set(h.ctx, &h.gemm)
		h.values.Mul(h.o, gemm.Left[float32]{Data: h.q}, a.pixels(), gemm.Output[float32]{}, &h.gemm)
		h.scatter(y[n*out.sample():][:out.sample()], h.o, out, a.channel(0, i), a.Width)
	})
}

// context reads queries and keys of head i as their softmax, the latter as rows of
// features in h.kt, and the values, and computes h.ctx = kᵀ·v.
func (a LinearAttention) context(h *head, x, memory []float32, i int) {
	pixels, keys, d := a.pixels(), a.keys(), a.Width
	h.width = d
	h.q, h.o = room(h.q, pixels*d), room(h.o, pixels*d)
	h.kt, h.v = room(h.kt, keys*d), room(h.v, keys*d)
	h.ctx, h.zeros = room(h.ctx, d*d), room(h.zeros, max(keys, d))
	h.gather(h.q, x, a.In, a.channel(0, i), d)
	h.gather(h.v[a.Memory*d:], x, a.In, a.channel(2, i), d)
	gatherFeatures(h.kt, x, a.In, a.channel(1, i), d, a.Memory)
	if a.Memory > 0 {
		k, v := a.memory(memory, 0, i), a.memory(memory, 1, i)
		for f := range d {
			for m := range a.Memory {
				h.kt[f*keys+m], h.v[m*d+f] = k[f*a.Memory+m], v[f*a.Memory+m]
			}
		}
	}
	h.normalise(h.q, d, float32(1/math.Sqrt(float64(d))))
	h.normalise(h.kt, keys, 1)
	h.values.Resize(keys, d)
	h.values.Set(h.v, &h.gemm)
	h.values.Mul(h.ctx, gemm.Left[float32]{Data: h.kt}, d, gemm.Output[float32]{}, &h.gemm)
}

// normalise replaces rows of so many columns by c times their softmax.
func (h *head) normalise(x []float32, columns int, c float32) {
	rows := len(x) / columns
	if !h.pooled() {
		h.normaliseRows(x, columns, 0, rows, c, h.tmp)
		return
	}
	h.w.rows(rows, columns, func(lo, hi int, t tmp) { h.normaliseRows(x, columns, lo, hi, c, t) })
}

func (h *head) normaliseRows(x []float32, columns, lo, hi int, c float32, t tmp) {
	ti := h.w.tier
	for r := lo; r < hi; r++ {
		row, zeros := x[r*columns:][:columns], h.zeros[:columns]
		sum := ti.gateExp(row, row, zeros, ti.gateMax(row, zeros, t), t)
		h.w.scale(row, c/sum, t)
	}
}

// normaliseGrad makes of d, the gradient with respect to p = c·softmax of rows,
// that with respect to what the softmax is of: p∘(d - Σ p·d/c).
func (h *head) normaliseGrad(d, p []float32, columns int, c float32) {
	rows := len(p) / columns
	if !h.pooled() {
		h.normaliseGradRows(d, p, columns, 0, rows, c, h.tmp)
		return
	}
	h.w.rows(rows, columns, func(lo, hi int, t tmp) { h.normaliseGradRows(d, p, columns, lo, hi, c, t) })
}

func (h *head) normaliseGradRows(d, p []float32, columns, lo, hi int, c float32, t tmp) {
	for r := lo; r < hi; r++ {
		row, g := p[r*columns:][:columns], d[r*columns:][:columns]
		h.w.shift(g, -h.w.tier.dot(row, g, t)/c, t)
		h.w.tier.mul(g, g, row)
	}
}

// Backward computes dx and dmemory, nil where there is none, from dy.
func (a LinearAttention) Backward(w *Workspace, dx, dmemory, dy, x, memory []float32) {
	s, out, d, keys := a.In, a.Out(), a.Width, a.keys()
	size := a.Memory * d
	partial := w.partial.get(0, 2*s.N*a.Heads*size) // (N,2,Heads,Width,Memory)
	a.heads(w, func(h *head, n, i int) {
		a.context(h, x[n*s.sample():][:s.sample()], memory, i)
		h.do, h.dq = room(h.do, a.pixels()*d), room(h.dq, a.pixels()*d)
		h.dk, h.dv, h.dctx = room(h.dk, keys*d), room(h.dv, keys*d), room(h.dctx, d*d)
		h.gather(h.do, dy[n*out.sample():][:out.sample()], out, a.channel(0, i), d)
		h.part.Resize(d, d)
		h.part.SetTransposed(h.ctx, &h.gemm)
		h.part.Mul(h.dq, gemm.Left[float32]{Data: h.do}, a.pixels(), gemm.Output[float32]{}, &h.gemm)
		h.part.Resize(a.pixels(), d)
		h.part.Set(h.do, &h.gemm)
		h.part.Mul(h.dctx, gemm.Left[float32]{Data: h.q, Transposed: true}, d, gemm.Output[float32]{}, &h.gemm)
		h.part.Resize(d, d)
		h.part.Set(h.dctx, &h.gemm)
		h.part.Mul(h.dv, gemm.Left[float32]{Data: h.kt, Transposed: true}, keys, gemm.Output[float32]{}, &h.gemm)
		h.keyRows.Resize(d, keys)
		h.keyRows.SetTransposed(h.v, &h.gemm)
		h.keyRows.Mul(h.dk, gemm.Left[float32]{Data: h.dctx}, d, gemm.Output[float32]{}, &h.gemm)
		h.normaliseGrad(h.dq, h.q, d, float32(1/math.Sqrt(float64(d))))
		h.normaliseGrad(h.dk, h.kt, keys, 1)
		g := dx[n*s.sample():][:s.sample()]
		h.scatter(g, h.dq, s, a.channel(0, i), d)
		scatterFeatures(g, h.dk, s, a.channel(1, i), d, a.Memory)
		h.scatter(g, h.dv[size:], s, a.channel(2, i), d)
		for f := range d {
			for m := range a.Memory {
				partial[(n*2*a.Heads+i)*size+f*a.Memory+m] = h.dk[f*keys+m]
				partial[((n*2+1)*a.Heads+i)*size+f*a.Memory+m] = h.dv[m*d+f]
			}
		}
	})
	if a.Memory > 0 {
		SumRows(w, dmemory, partial)
	}
}

// gatherFeatures copies d channels of a sample, from channel c on, to rows of
// features, after skip columns.
func gatherFeatures(dst, src []float32, s Shape, c, d, skip int) {
	pixels := s.H * s.W
	for f := range d {
		row := dst[f*(skip+pixels)+skip:][:pixels]
		x := src[(c+f)/lane*s.plane()+(c+f)%lane:]
		for p := range row {
			row[p] = x[p*lane]
		}
	}
}

// scatterFeatures is the inverse of gatherFeatures.
func scatterFeatures(dst, src []float32, s Shape, c, d, skip int) {
	pixels := s.H * s.W
	for f := range d {
		y := dst[(c+f)/lane*s.plane()+(c+f)%lane:]
		for p, v := range src[f*(skip+pixels)+skip:][:pixels] {
			y[p*lane] = v
		}
	}
}
