package kernel

import (
	"fmt"
	"math"

	"github.com/condmean/condmean/internal/gemm"
)

// AttentionSpec is softmax attention between the pixels of each sample, in Heads
// heads of Width features. In has the queries, then the keys, then the values of
// all heads as its channels; Memory further keys and values come before those of
// the pixels.
//
//	S = q·kᵀ/√Width   P = softmax of the rows of S   y = P·v
//
// S is there for some queries of a head at a time.
type AttentionSpec struct {
	In           Shape // N, 3·Heads·Width, H, W
	Heads, Width int
	Memory       int
}

// AttentionStats are the largest logit of each query, and 1/Σ exp(logit - top),
// both (N, Heads, H·W), for the gradient.
type AttentionStats struct{ Top, Inverse []float32 }

// Check refuses sizes that do not fit together.
func (a AttentionSpec) Check() error {
	s := a.In
	for _, d := range []int{s.N, s.C, s.H, s.W, a.Heads, a.Width} {
		if d < 1 || d > maxElements {
			return fmt.Errorf("shape %+v for %d heads of %d features is empty or too large", s, a.Heads, a.Width)
		}
	}
	pixels := float64(s.H) * float64(s.W)
	if s.C != 3*a.Heads*a.Width || a.Memory < 0 {
		return fmt.Errorf("%d channels are not queries, keys and values of %d heads of %d features", s.C, a.Heads, a.Width)
	}
	if pixels*float64(s.C) > maxElements || (pixels+float64(a.Memory))*gradQueries > maxElements || a.Memory > maxElements/s.C {
		return fmt.Errorf("shape %+v is too large", s)
	}
	return nil
}

// Out is the shape of the result.
func (a AttentionSpec) Out() Shape { return Shape{a.In.N, a.Heads * a.Width, a.In.H, a.In.W} }

func (a AttentionSpec) pixels() int { return a.In.H * a.In.W }
func (a AttentionSpec) keys() int   { return a.Memory + a.pixels() }

// channel returns the first channel of the queries (0), keys (1) or values (2) of
// a head.
func (a AttentionSpec) channel(which, head int) int { return (which*a.Heads + head) * a.Width }

// memory returns the keys (0) or values (1) of a head in memory (2,Heads,Memory,Width).
func (a AttentionSpec) memory(m []float32, which, head int) []float32 {
	size := a.Memory * a.Width
	return m[(which*a.Heads+head)*size:][:size]
}

// queries is how many queries are worked on at a time, gradQueries in the
// gradient, whose sums over queries go by it.
const (
	queries     = 64
	gradQueries = 256
)

// together is how many queries are worked on at a time in the forward pass, whose
// results do not depend on it.
func (a AttentionSpec) together(h *head) int {
	if h.pooled() {
		return gradQueries
	}
	return queries
}

// heads runs f for each head of each sample: many at a time, each worker its own,
// or one after the other by all workers together. That is the same arithmetic.
func (a AttentionSpec) heads(w *Workspace, f func(h *head, n, i int)) {
	all := a.In.N * a.Heads
	if all < 2*w.pool.Threads() {
		for u := range all {
			f(&w.together, u/a.Heads, u%a.Heads)
		}
		return
	}
	w.pool.Do(all, func(u, worker int) { f(&w.apart[worker], u/a.Heads, u%a.Heads) })
}

// Forward computes y (N, Heads·Width, H, W), and the statistics unless st is nil.
// memory (2,Heads,Memory,Width) has keys, then values.
func (a AttentionSpec) Forward(w *Workspace, y, x, memory []float32, st *AttentionStats) {
	s, out := a.In, a.Out()
	a.heads(w, func(h *head, n, i int) {
		src := x[n*s.sample():][:s.sample()]
		h.load(a, src, memory, i)
		h.keys.Resize(a.Width, a.keys())
		h.keys.SetTransposed(h.k, &h.gemm)
		h.values.Resize(a.keys(), a.Width)
		h.values.Set(h.v, &h.gemm)
		step := a.together(h)
		for q0 := 0; q0 < a.pixels(); q0 += step {
			rows := min(step, a.pixels()-q0)
			scores, o := h.scores[:rows*a.keys()], h.o[q0*a.Width:][:rows*a.Width]
			h.keys.Mul(scores, gemm.Left[float32]{Data: h.q[q0*a.Width:]}, rows, gemm.Output[float32]{}, &h.gemm)
			h.softmax(scores, rows)
			h.values.Mul(o, gemm.Left[float32]{Data: scores}, rows, gemm.Output[float32]{}, &h.gemm)
			h.divide(o, rows)
			if st != nil {
				at := (n*a.Heads+i)*a.pixels() + q0
				copy(st.Top[at:], h.top[:rows])
				copy(st.Inverse[at:], h.inverse[:rows])
			}
		}
		h.scatter(y[n*out.sample():][:out.sample()], h.o, out, a.channel(0, i), a.Width)
	})
}

// Backward computes dx and dmemory (2,Heads,Memory,Width), nil where there is
// none, from dy. With D = Σ dy·y of each query,
//
//	dv = Pᵀ·dy   dS = P∘(dy·vᵀ - D)   dq = dS·k/√Width   dk = dSᵀ·q/√Width
func (a AttentionSpec) Backward(w *Workspace, dx, dmemory, dy, y, x, memory []float32, st AttentionStats) {
	s, out := a.In, a.Out()
	size := a.Memory * a.Width
	partial := w.partial.get(0, 2*s.N*a.Heads*size) // (N,2,Heads,Memory,Width)
	a.heads(w, func(h *head, n, i int) {
		at := (n*a.Heads + i) * a.pixels()
		h.load(a, x[n*s.sample():][:s.sample()], memory, i)
		h.loadGrad(a, y[n*out.sample():][:out.sample()], dy[n*out.sample():][:out.sample()], i)
		h.keys.Resize(a.Width, a.keys())
		h.keys.SetTransposed(h.k, &h.gemm)
		h.values.Resize(a.Width, a.keys())
		h.values.SetTransposed(h.v, &h.gemm)
		h.keyRows.Resize(a.keys(), a.Width)
		h.keyRows.Set(h.k, &h.gemm)
		for q0 := 0; q0 < a.pixels(); q0 += gradQueries {
			h.addGrads(a, q0, min(gradQueries, a.pixels()-q0), st.Top[at+q0:], st.Inverse[at+q0:])
		}
		h.scale(h.dq, a.scale())
		d := dx[n*s.sample():][:s.sample()]
		h.scatter(d, h.dq, s, a.channel(0, i), a.Width)
		h.scatter(d, h.dk[size:], s, a.channel(1, i), a.Width)
		h.scatter(d, h.dv[size:], s, a.channel(2, i), a.Width)
		copy(partial[(n*2*a.Heads+i)*size:][:size], h.dk)
		copy(partial[((n*2+1)*a.Heads+i)*size:][:size], h.dv)
	})
	if a.Memory > 0 {
		SumRows(w, dmemory, partial)
	}
}

// scale is 1/√Width.
func (a AttentionSpec) scale() float32 { return float32(1 / math.Sqrt(float64(a.Width))) }
