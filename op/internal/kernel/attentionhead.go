package kernel

import "github.com/condmean/condmean/internal/gemm"

// head is the memory in which one head of a sample is worked on, by one worker or
// by all of them together. Arrays of rows are (queries or keys, features).
type head struct {
	w             *Workspace
	gemm          gemm.Workspace[float32] // with threads in the latter case
	tmp           tmp
	width         int
	q, k, v, o    []float32 // queries times 1/√width
	do, dq        []float32
	dk, dv        []float32
	scores, dp    []float32 // some queries by all keys
	top, inverse  []float32 // of these queries
	zeros         []float32 // of a row of scores
	kt            []float32 // keys as rows of features, of linear attention
	ctx, dctx     []float32 // kᵀ·v (features, features)
	keys, values  gemm.Matrix[float32]
	keyRows, part gemm.Matrix[float32]
}

func (h *head) pooled() bool { return h.gemm.Pool != nil }

// load reads the queries, keys and values of head i from a sample.
func (h *head) load(a AttentionSpec, x, memory []float32, i int) {
	pixels, keys, d := a.pixels(), a.keys(), a.Width
	h.width = d
	h.q, h.o = room(h.q, pixels*d), room(h.o, pixels*d)
	h.k, h.v = room(h.k, keys*d), room(h.v, keys*d)
	h.scores, h.zeros = room(h.scores, min(pixels, a.together(h))*keys), room(h.zeros, keys)
	h.top, h.inverse = room(h.top, gradQueries), room(h.inverse, gradQueries)
	h.gather(h.q, x, a.In, a.channel(0, i), d)
	h.gather(h.k[a.Memory*d:], x, a.In, a.channel(1, i), d)
	h.gather(h.v[a.Memory*d:], x, a.In, a.channel(2, i), d)
	if a.Memory > 0 {
		copy(h.k, a.memory(memory, 0, i))
		copy(h.v, a.memory(memory, 1, i))
	}
	h.scale(h.q, a.scale())
}

// loadGrad makes room for gradients and reads result and gradient of head i.
func (h *head) loadGrad(a AttentionSpec, y, dy []float32, i int) {
	pixels, keys, d, out := a.pixels(), a.keys(), a.Width, a.Out()
	h.do, h.dq = room(h.do, pixels*d), room(h.dq, pixels*d)
	h.dk, h.dv = room(h.dk, keys*d), room(h.dv, keys*d)
	h.scores, h.dp = room(h.scores, min(pixels, gradQueries)*keys), room(h.dp, min(pixels, gradQueries)*keys)
	h.gather(h.o, y, out, a.channel(0, i), d)
	h.gather(h.do, dy, out, a.channel(0, i), d)
}

// room returns n floats, those of b where it has as many.
func room(b []float32, n int) []float32 {
	if cap(b) < n {
		return Alloc(n)
	}
	return b[:n]
}

func (h *head) scale(x []float32, c float32) { h.w.scale(x, c, h.tmp) }

// softmax replaces the rows of scores by exp(score - top), with top the largest of
// a row, and notes it and one over the sum.
func (h *head) softmax(scores []float32, rows int) {
	if !h.pooled() {
		h.softmaxRows(scores, rows, 0, rows, h.tmp)
		return
	}
	h.w.rows(rows, len(scores)/rows, func(lo, hi int, t tmp) { h.softmaxRows(scores, rows, lo, hi, t) })
}

func (h *head) softmaxRows(scores []float32, rows, lo, hi int, t tmp) {
	keys, ti := len(scores)/rows, h.w.tier
	for r := lo; r < hi; r++ {
		row := scores[r*keys:][:keys]
		h.top[r] = ti.gateMax(row, h.zeros, t)
		h.inverse[r] = 1 / ti.gateExp(row, row, h.zeros, h.top[r], t)
	}
}

// divide divides the rows of o by the sums.
func (h *head) divide(o []float32, rows int) {
	if !h.pooled() {
		h.divideRows(o, 0, rows, h.tmp)
		return
	}
	h.w.rows(rows, h.width, func(lo, hi int, t tmp) { h.divideRows(o, lo, hi, t) })
}

func (h *head) divideRows(o []float32, lo, hi int, t tmp) {
	for r := lo; r < hi; r++ {
		h.w.scale(o[r*h.width:][:h.width], h.inverse[r], t)
	}
}

// addGrads adds what queries [q0,q0+rows) give to dk and dv, or writes it if they
// are the first, and writes their dq.
func (h *head) addGrads(a AttentionSpec, q0, rows int, top, inverse []float32) {
	d, keys := a.Width, a.keys()
	q, do := h.q[q0*d:][:rows*d], h.do[q0*d:][:rows*d]
	p, dp := h.scores[:rows*keys], h.dp[:rows*keys]
	h.keys.Mul(p, gemm.Left[float32]{Data: q}, rows, gemm.Output[float32]{}, &h.gemm)
	h.values.Mul(dp, gemm.Left[float32]{Data: do}, rows, gemm.Output[float32]{}, &h.gemm)
	if h.pooled() {
		h.w.rows(rows, keys, func(lo, hi int, t tmp) { h.gradRows(p, dp, q0, rows, lo, hi, top, inverse, t) })
	} else {
		h.gradRows(p, dp, q0, rows, 0, rows, top, inverse, h.tmp)
	}
	h.keyRows.Mul(h.dq[q0*d:], gemm.Left[float32]{Data: dp}, rows, gemm.Output[float32]{}, &h.gemm)
	add := gemm.Output[float32]{Add: q0 > 0}
	h.part.Resize(rows, d)
	h.part.Set(do, &h.gemm)
	h.part.Mul(h.dv, gemm.Left[float32]{Data: p, Transposed: true}, keys, add, &h.gemm)
	h.part.Set(q, &h.gemm)
	h.part.Mul(h.dk, gemm.Left[float32]{Data: dp, Transposed: true}, keys, add, &h.gemm)
}

// gradRows makes P of the scores in p and dS = P∘(dP - Σ dy·y) of dP in dp.
func (h *head) gradRows(p, dp []float32, q0, rows, lo, hi int, top, inverse []float32, t tmp) {
	keys, ti := len(p)/rows, h.w.tier
	for r := lo; r < hi; r++ {
		row, d, at := p[r*keys:][:keys], dp[r*keys:][:keys], (q0+r)*h.width
		ti.gateExp(row, row, h.zeros, top[r], t)
		h.w.scale(row, inverse[r], t)
		h.w.shift(d, -ti.dot(h.do[at:][:h.width], h.o[at:][:h.width], t), t)
		ti.mul(d, d, row)
	}
}
