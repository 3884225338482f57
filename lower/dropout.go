package lower

import (
	"fmt"

	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/op"
)

// FactorShape is the logical shape of the factors of an [op.DropoutMask] or an
// [op.Dropout].
func FactorShape(o op.Operation) []int {
	shape := o.Inputs()[0].Shape().Clone()
	if _, ok := o.(*op.DropoutMask); ok {
		shape = shape[:2]
	}
	return shape
}

// Draw draws the factors of an [op.DropoutMask] or an [op.Dropout] for a seed and a
// step, those that the operation itself would draw.
func Draw(factors []float32, o op.Operation, seed, step uint64) {
	var s rng.Stream
	fill := func(dst []float32, p float64, sample uint64) {
		s.Reset(seed, rng.Dropout, step, sample)
		r, keep := s.Rand(), float32(1/(1-p))
		for i := range dst {
			dst[i] = 0
			if r.Float64() >= p {
				dst[i] = keep
			}
		}
	}
	switch o := o.(type) {
	case *op.DropoutMask:
		fill(factors, o.P, o.Layer)
	case *op.Dropout:
		samples := o.Inputs()[0].Shape()[0]
		size := len(factors) / samples
		for n := range samples {
			fill(factors[n*size:][:size], o.P, o.Layer+uint64(n+1)<<32)
		}
	default:
		panic(fmt.Sprintf("lower: %v draws nothing", o))
	}
}

// dropout multiplies by factors that are drawn outside.
func (l *lowering) dropout(o *op.Dropout, x value) value {
	f := l.layout(array(l.source.Factors(o)), FactorShape(o))
	return activation(l.Mul(x.Value, f.Value)).with("factor", f)
}
