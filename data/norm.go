package data

import (
	"fmt"
	"math"
)

// Norm is the map x ← (x - Mean)/Scale that normalises samples. Mean has one
// value for each of a sample's; Scale has as many, or one for all.
type Norm struct {
	Mean  []float64
	Scale []float64
}

// Identity returns the map that changes nothing.
func Identity(dim int) *Norm { return &Norm{Mean: make([]float64, dim), Scale: []float64{1}} }

// NewNorm computes the map of the given kind from a split:
//
//	power      zero mean, average power one: Scale = √(mean‖x-μ‖²/N)
//	dimension  zero mean and unit variance of each value; constant ones keep scale 1
//	minmax     [min, max] of all values to [-1, 1]
//	none       nothing
func NewNorm(kind string, s Source) (*Norm, error) {
	d := dim(s.Shape())
	n := Identity(d)
	if kind == "none" {
		return n, nil
	}
	if s.Len() == 0 {
		return nil, fmt.Errorf("data.normalize: the train split is empty")
	}
	x := make([]float32, d)
	lo, hi := math.Inf(1), math.Inf(-1)
	each := func(f func(k int, v float64)) error {
		for i := range s.Len() {
			if err := s.Read(x, i); err != nil {
				return err
			}
			for k, v := range x {
				f(k, float64(v))
			}
		}
		return nil
	}
	count := float64(s.Len())
	if err := each(func(k int, v float64) {
		n.Mean[k] += v / count
		lo, hi = min(lo, v), max(hi, v)
	}); err != nil {
		return nil, err
	}
	variance := make([]float64, d)
	if err := each(func(k int, v float64) { variance[k] += (v - n.Mean[k]) * (v - n.Mean[k]) / count }); err != nil {
		return nil, err
	}
	power := 0.0
	for _, v := range variance {
		power += v / float64(d)
	}
	if !(power > 0) || math.IsInf(power, 0) {
		return nil, fmt.Errorf("data.normalize: the train split has variance %v, want a positive finite one", power)
	}
	switch kind {
	case "power", "":
		n.Scale[0] = math.Sqrt(power)
	case "dimension":
		n.Scale = variance
		for k, v := range variance {
			if n.Scale[k] = math.Sqrt(v); v == 0 {
				n.Scale[k] = 1
			}
		}
	case "minmax":
		for k := range n.Mean {
			n.Mean[k] = (lo + hi) / 2
		}
		n.Scale[0] = (hi - lo) / 2
	default:
		return nil, fmt.Errorf("data.normalize: %q is unknown, want power, dimension, minmax or none", kind)
	}
	return n, nil
}

// Apply normalises one sample in place.
func (n *Norm) Apply(x []float32) {
	for k, v := range x {
		x[k] = float32((float64(v) - n.Mean[k]) / n.scale(k))
	}
}

// Invert maps one normalised sample back to the data's units, in place.
func (n *Norm) Invert(x []float32) {
	for k, v := range x {
		x[k] = float32(float64(v)*n.scale(k) + n.Mean[k])
	}
}

func (n *Norm) scale(k int) float64 {
	if len(n.Scale) == 1 {
		return n.Scale[0]
	}
	return n.Scale[k]
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
