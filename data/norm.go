package data

import (
	"context"
	"fmt"
	"math"

	"github.com/condmean/condmean/internal/par"
)

// Norm is the map x ← (x - Mean)/Scale that normalises samples. Mean has one
// value for each of a sample's; Scale has as many, or one for all.
type Norm struct {
	Mean  []float64
	Scale []float64
}

// Identity returns the map that changes nothing.
func Identity(dim int) *Norm { return &Norm{Mean: make([]float64, dim), Scale: []float64{1}} }

// NewNorm computes the map of the given kind from a split, in one pass:
//
//	power      zero mean, average power one: Scale = √(mean‖x-μ‖²/N)
//	dimension  zero mean and unit variance of each value; constant ones keep scale 1
//	minmax     [min, max] of all values to [-1, 1]
//	none       nothing
//
// The result does not depend on the pool.
func NewNorm(ctx context.Context, kind string, s Source, pool *par.Pool) (*Norm, error) {
	n := Identity(dim(s.Shape()))
	if kind == "none" {
		return n, nil
	}
	m, err := newMoments(ctx, s, pool)
	if err != nil {
		return nil, err
	}
	power := 0.0
	for _, v := range m.square {
		power += v / m.count / float64(len(m.mean))
	}
	if !(power > 0) || math.IsInf(power, 0) {
		return nil, fmt.Errorf("data.normalize: the train split has variance %v, want a positive finite one", power)
	}
	switch kind {
	case "power", "":
		n.Mean, n.Scale[0] = m.mean, math.Sqrt(power)
	case "dimension":
		n.Mean, n.Scale = m.mean, m.square
		for k, v := range m.square {
			if n.Scale[k] = math.Sqrt(v / m.count); v == 0 {
				n.Scale[k] = 1
			}
		}
	case "minmax":
		for k := range n.Mean {
			n.Mean[k] = (m.low + m.high) / 2
		}
		n.Scale[0] = (m.high - m.low) / 2
	default:
		return nil, fmt.Errorf("data.normalize: %q is unknown, want power, dimension, minmax or none", kind)
	}
	return n, nil
}

// Apply normalises one sample in place.
func (n *Norm) Apply(x []float32) {
	if len(n.Scale) == 1 {
		scale := n.Scale[0]
		for k, mean := range n.Mean {
			x[k] = float32((float64(x[k]) - mean) / scale)
		}
		return
	}
	for k, mean := range n.Mean {
		x[k] = float32((float64(x[k]) - mean) / n.Scale[k])
	}
}

// Invert maps one normalised sample back to the data's units, in place.
func (n *Norm) Invert(x []float32) {
	for k, v := range x {
		x[k] = float32(float64(v)*n.Scale[k%len(n.Scale)] + n.Mean[k])
	}
}

// Vectors returns the map as named vectors, as a checkpoint keeps it.
func (n *Norm) Vectors() map[string][]float64 {
	return map[string][]float64{"mean": n.Mean, "scale": n.Scale}
}

// NormFromVectors is the inverse of Vectors for samples of dim values; no
// vectors at all mean the identity.
func NormFromVectors(v map[string][]float64, dim int) (*Norm, error) {
	if len(v) == 0 {
		return Identity(dim), nil
	}
	n := &Norm{Mean: v["mean"], Scale: v["scale"]}
	if len(n.Mean) != dim || len(n.Scale) != dim && len(n.Scale) != 1 {
		return nil, fmt.Errorf("data: normalisation of %d means and %d scales does not fit samples of %d values", len(n.Mean), len(n.Scale), dim)
	}
	for _, s := range n.Scale {
		if !(s > 0) || math.IsInf(s, 0) {
			return nil, fmt.Errorf("data: normalisation has the scale %v", s)
		}
	}
	return n, nil
}
