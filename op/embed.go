package op

import (
	"fmt"
	"math"
	"slices"

	G "gorgonia.org/gorgonia"
)

// TimeEmbedding is (sin(ω_k t), cos(ω_k t)), k < h = ⌊Dim/2⌋, of the level t, or
// the cosines, then the sines, with CosFirst, and a zero where Dim is odd;
// ω_k = exp(-k·ln(10000)/(h-FrequencyShift)) and t is Factor times the level.
// Levels may be fractional.
type TimeEmbedding struct {
	core
	noDiff
	EmbeddingOptions
	omega []float32
}

// EmbeddingOptions describe a time embedding.
type EmbeddingOptions struct {
	Dim            int
	CosFirst       bool
	FrequencyShift float64
	Factor         float64 // of the level; 0: 1
}

// NewTimeEmbedding maps levels (N) to (N,dim), sines first, with a frequency shift
// of 1; dim is even and at least 4.
func NewTimeEmbedding(rt *Runtime, level *G.Node, dim int) (*G.Node, error) {
	if dim < 4 || dim%2 != 0 {
		return nil, fmt.Errorf("op: time embedding: dimension %d is not an even number of at least 4", dim)
	}
	omega := make([]float32, dim/2)
	for k := range omega {
		omega[k] = float32(math.Exp(-math.Log(10000) / float64(len(omega)-1) * float64(k)))
	}
	return newEmbedding(rt, level, EmbeddingOptions{Dim: dim, FrequencyShift: 1, Factor: 1}, omega)
}

// NewSinusoids maps levels (N) to (N,o.Dim). The exponents of its frequencies are
// rounded to float32, as those of diffusers and of OpenAI's networks are.
func NewSinusoids(rt *Runtime, level *G.Node, o EmbeddingOptions) (*G.Node, error) {
	if o.Factor == 0 {
		o.Factor = 1
	}
	half := o.Dim / 2
	switch {
	case half < 1:
		return nil, fmt.Errorf("op: time embedding: dimension %d is below 2", o.Dim)
	case !(float64(half)-o.FrequencyShift > 0) || math.IsInf(o.FrequencyShift, 0):
		return nil, fmt.Errorf("op: time embedding: a frequency shift of %v does not fit %d frequencies", o.FrequencyShift, half)
	case !(o.Factor > 0) || math.IsInf(o.Factor, 0):
		return nil, fmt.Errorf("op: time embedding: factor %v, want a positive number", o.Factor)
	}
	omega := make([]float32, half)
	for k := range omega {
		exponent := float32(-math.Log(10000)) * float32(k) / float32(float64(half)-o.FrequencyShift)
		omega[k] = float32(math.Exp(float64(exponent)))
	}
	return newEmbedding(rt, level, o, omega)
}

func newEmbedding(rt *Runtime, level *G.Node, o EmbeddingOptions, omega []float32) (*G.Node, error) {
	if len(level.Shape()) != 1 || layoutOf(level) != plain {
		return nil, fmt.Errorf("op: time embedding: levels have shape %v, want (N)", level.Shape())
	}
	e := &TimeEmbedding{core: newCore(rt, "embed", plain, level.Shape()[0], o.Dim), EmbeddingOptions: o, omega: omega}
	return apply(e, level)
}

// Attributes tells the dimension, and what differs from sines first with a
// frequency shift of 1 and a factor of 1.
func (e *TimeEmbedding) Attributes() []Attribute {
	l := []Attribute{{"dim", e.Dim}, {"cos-first", e.CosFirst}}
	if e.FrequencyShift != 1 {
		l = append(l, Attribute{"shift", e.FrequencyShift})
	}
	if e.Factor != 1 {
		l = append(l, Attribute{"factor", e.Factor})
	}
	return l
}

// FLOP counts a product and a function for each value.
func (e *TimeEmbedding) FLOP() int64 { return 2 * e.count() }

// Frequencies returns ω_k as they are rounded, for k < ⌊Dim/2⌋.
func (e *TimeEmbedding) Frequencies() []float32 { return slices.Clone(e.omega) }

// Do computes the embedding; frequencies, levels and angles are rounded to float32
// as PyTorch's are.
func (e *TimeEmbedding) Do(v ...G.Value) (out G.Value, err error) {
	defer e.guard(&err)
	y, half := e.buf(), len(e.omega)
	for n, t := range floats(v[0]) {
		row := y[n*e.Dim:][:e.Dim]
		clear(row[2*half:])
		sin, cos := row[:half], row[half:]
		if e.CosFirst {
			sin, cos = cos, sin
		}
		t *= float32(e.Factor)
		for k, omega := range e.omega {
			s, c := math.Sincos(float64(t * omega))
			sin[k], cos[k] = float32(s), float32(c)
		}
	}
	return e.out, nil
}

var _ operation = (*TimeEmbedding)(nil)
