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

// SetWeights packs w (O,I) for Forward, and keeps b (O), which may be nil.
func (l *Linear) SetWeights(w, b []float32) {
	if l.weight == nil {
		l.weight = gemm.New[float32](l.in, l.out)
	}
	l.weight.SetTransposed(w, &l.w.gemm)
	l.bias = b
}

// Forward computes y = x·wᵀ + b, plus residual (N,O) unless that is nil.
func (l *Linear) Forward(y, x, residual []float32) {
	o := gemm.Output[float32]{Bias: l.bias}
	if residual != nil {
		o.Then = func(i0, i1, j0, j1 int) {
			for i := i0; i < i1; i++ {
				l.w.add(y[i*l.out+j0:i*l.out+j1], residual[i*l.out+j0:i*l.out+j1])
			}
		}
	}
	l.weight.Mul(y, gemm.Left[float32]{Data: x}, l.n, o, &l.w.gemm)
}

// ForwardSiLU computes z = x·wᵀ + b and y = SiLU(z); z may be y.
func (l *Linear) ForwardSiLU(y, z, x []float32) {
	o := gemm.Output[float32]{Bias: l.bias, Then: func(i0, i1, j0, j1 int) {
		for i := i0; i < i1; i++ {
			l.w.silu(y[i*l.out+j0:i*l.out+j1], z[i*l.out+j0:i*l.out+j1])
		}
	}}
	l.weight.Mul(z, gemm.Left[float32]{Data: x}, l.n, o, &l.w.gemm)
}

// BackwardData computes dx = dy·w.
func (l *Linear) BackwardData(dx, dy, w []float32) {
	l.w.right.Resize(l.out, l.in)
	l.w.right.Set(w, &l.w.gemm)
	l.w.right.Mul(dx, gemm.Left[float32]{Data: dy}, l.n, gemm.Output[float32]{}, &l.w.gemm)
}

// BackwardWeights computes dw = dyᵀ·x and db = Σ dy.
func (l *Linear) BackwardWeights(dw, db, dy, x []float32) {
	l.w.right.Resize(l.n, l.in)
	l.w.right.Set(x, &l.w.gemm)
	l.w.right.Mul(dw, gemm.Left[float32]{Data: dy, Transposed: true}, l.out, gemm.Output[float32]{}, &l.w.gemm)
	SumRows(l.w, db, dy)
}
