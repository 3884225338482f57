package op

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
)

// FourierEmbedding is (sin(2π·w_k·ln t), cos(2π·w_k·ln t)) of its inputs t (N), a
// noise level above 0, and w (D), which is not trained: (N,2D).
type FourierEmbedding struct {
	core
	noDiff
}

// NewFourierEmbedding maps noise levels (N) to (N,2D) by frequencies (D).
func NewFourierEmbedding(rt *Runtime, level, frequencies *G.Node) (*G.Node, error) {
	s, w := level.Shape(), frequencies.Shape()
	if len(s) != 1 || len(w) != 1 || layoutOf(level) != plain || layoutOf(frequencies) != plain {
		return nil, fmt.Errorf("op: fourier embedding: levels have shape %v and frequencies %v, want (N) and (D)", s, w)
	}
	return apply(&FourierEmbedding{core: newCore(rt, "fourier", plain, s[0], 2*w[0])}, level, frequencies)
}

// FLOP counts a product and a function for each value.
func (e *FourierEmbedding) FLOP() int64 { return 2 * e.count() }

// Do computes the embedding; logarithms and angles are rounded to float32 as
// PyTorch's are.
func (e *FourierEmbedding) Do(v ...G.Value) (out G.Value, err error) {
	defer e.guard(&err)
	y, w := e.buf(), floats(v[1])
	for n, t := range floats(v[0]) {
		row, ln := y[n*2*len(w):], float32(math.Log(float64(t)))
		for k, f := range w {
			angle := ln * f
			angle *= 2
			angle *= math.Pi
			s, c := math.Sincos(float64(angle))
			row[k], row[len(w)+k] = float32(s), float32(c)
		}
	}
	return e.out, nil
}

var _ operation = (*FourierEmbedding)(nil)
