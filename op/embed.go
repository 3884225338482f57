package op

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
)

// TimeEmbedding is (sin(ω_k t), cos(ω_k t)), k < Dim/2, of the level t, with
// ω_k = exp(-k·ln(10000)/(Dim/2-1)). Levels may be fractional.
type TimeEmbedding struct {
	core
	noDiff
	Dim int
}

// NewTimeEmbedding maps levels (N) to (N,dim); dim is even and at least 4.
func NewTimeEmbedding(rt *Runtime, level *G.Node, dim int) (*G.Node, error) {
	if dim < 4 || dim%2 != 0 {
		return nil, fmt.Errorf("op: time embedding: dimension %d is not an even number of at least 4", dim)
	}
	if len(level.Shape()) != 1 || layoutOf(level) != plain {
		return nil, fmt.Errorf("op: time embedding: levels have shape %v, want (N)", level.Shape())
	}
	return apply(&TimeEmbedding{core: newCore(rt, "embed", plain, level.Shape()[0], dim), Dim: dim}, level)
}

// Attributes tells the dimension.
func (e *TimeEmbedding) Attributes() []Attribute { return []Attribute{{"dim", e.Dim}} }

// FLOP counts a product and a function for each value.
func (e *TimeEmbedding) FLOP() int64 { return 2 * e.count() }

// Do computes the embedding; frequencies and angles are rounded to float32 as
// PyTorch's are.
func (e *TimeEmbedding) Do(v ...G.Value) (out G.Value, err error) {
	defer e.guard(&err)
	y, half := e.buf(), e.Dim/2
	for n, t := range floats(v[0]) {
		row := y[n*e.Dim:][:e.Dim]
		for k := range half {
			omega := float32(math.Exp(-math.Log(10000) / float64(half-1) * float64(k)))
			s, c := math.Sincos(float64(t * omega))
			row[k], row[half+k] = float32(s), float32(c)
		}
	}
	return e.out, nil
}

var _ operation = (*TimeEmbedding)(nil)
