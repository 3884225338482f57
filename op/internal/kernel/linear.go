package kernel

import (
	"fmt"

	"github.com/condmean/condmean/internal/gemm"
)

// Linear is y = x·Wᵀ + b on plain arrays, x (N,I), W (O,I), y (N,O).
type Linear struct {
	w          *Workspace
	n, in, out int
	weight     *gemm.Matrix[float32] // Wᵀ (I,O)
	back       *gemm.Matrix[float32] // W (O,I); made on first use, as is
	input      *gemm.Matrix[float32] // x (N,I)
	bias       []float32
}

// maxLinear bounds the values of each factor of a layer.
const maxLinear = 1 << 30

// NewLinear prepares a layer for n samples.
func NewLinear(w *Workspace, n, in, out int) (*Linear, error) {
	if n < 1 || in < 1 || out < 1 || in > maxLinear/out || n > maxLinear/max(in, out) {
		return nil, fmt.Errorf("kernel: linear: %d samples, %d inputs and %d outputs are out of range", n, in, out)
	}
	return &Linear{w: w, n: n, in: in, out: out}, nil
}

// SetWeights packs w (O,I) for Forward and keeps b (O), which may be nil.
func (l *Linear) SetWeights(w, b []float32) {
	if l.weight == nil {
		l.weight = gemm.New[float32](l.in, l.out)
	}
	l.weight.SetTransposed(w, &l.w.gemm)
	l.bias = b
}

// Forward computes y = x·wᵀ + b. done, if not nil, is called for every finished
// part of y, rows i0 … i1 and columns j0 … j1, while it is in cache.
func (l *Linear) Forward(y, x []float32, done func(i0, i1, j0, j1 int)) {
	l.weight.Mul(y, gemm.Left[float32]{Data: x}, l.n, gemm.Output[float32]{Bias: l.bias, Then: done}, &l.w.gemm)
}

// BackwardData computes dx = dy·w.
func (l *Linear) BackwardData(dx, dy, w []float32) {
	if l.back == nil {
		l.back = gemm.New[float32](l.out, l.in)
	}
	l.back.Set(w, &l.w.gemm)
	l.back.Mul(dx, gemm.Left[float32]{Data: dy}, l.n, gemm.Output[float32]{}, &l.w.gemm)
}

// BackwardWeights computes dw = dyᵀ·x and, unless db is nil, db = Σ dy.
func (l *Linear) BackwardWeights(dw, db, dy, x []float32) {
	if l.input == nil {
		l.input = gemm.New[float32](l.n, l.in)
	}
	l.input.Set(x, &l.w.gemm)
	l.input.Mul(dw, gemm.Left[float32]{Data: dy, Transposed: true}, l.out, gemm.Output[float32]{}, &l.w.gemm)
	if db != nil {
		SumRows(l.w, db, dy)
	}
}
