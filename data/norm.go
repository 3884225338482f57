package data

import (
	"fmt"
	"math"

	"github.com/condmean/condmean/configs"
)

// Norm is the map x ← (x - Mean)/Scale that normalises samples. Mean has one
// value for each of a sample's; Scale has as many, or one for all.
type Norm struct {
	Mean  []float64
	Scale []float64
	// Low and High are the smallest and the largest value of the train split, in
	// the data's units; both are 0 where they are not known.
	Low, High float64
}

// scaleFloor is the smallest scale of a value that "dimension" gives, relative
// to the scale that "power" gives to all.
const scaleFloor = 0.1

// Identity returns the map that changes nothing.
func Identity(dim int) *Norm { return &Norm{Mean: make([]float64, dim), Scale: []float64{1}} }

// newNorm makes the map of the given kind from the moments of the train split:
//
//	power      zero mean, average power one: Scale = c = √(mean‖x-μ‖²/N)
//	dimension  zero mean and unit variance of each value k, whose scale is at least
//	           a tenth of power's: Scale = max(σ_k, c/10)
//	minmax     [min, max] of all values to [-1, 1]
//	symmetric  [0, 1] to [-1, 1], whatever the values are, as most networks for
//	           images have it
//	none       nothing
//
// The floor is there for values that hardly ever differ from their mean. White
// noise in the data's units has the power 1/Scale² in the network's, which takes
// it for white: divided by its own tiny σ_k, such a value would be nothing but
// enormous noise to a network that reads it beside all others.
func newNorm(kind string, m *moments) (*Norm, error) {
	n := Identity(len(m.mean))
	n.Low, n.High = m.low, m.high
	variance := 0.0
	for _, v := range m.square {
		variance += v / m.count / float64(len(m.mean))
	}
	switch kind {
	case "none":
		return n, n.resolves(kind, m, variance)
	case "symmetric":
		for k := range n.Mean {
			n.Mean[k] = 0.5
		}
		n.Scale[0] = 0.5
		return n, n.resolves(kind, m, variance)
	}
	if !(variance > 0) || math.IsInf(variance, 0) {
		return nil, configs.Usagef("data.normalize: the train split has variance %v, want a positive finite one", variance)
	}
	c := math.Sqrt(variance)
	switch kind {
	case "power", "":
		n.Mean, n.Scale[0] = m.mean, c
	case "dimension":
		n.Mean, n.Scale = m.mean, make([]float64, len(m.mean))
		for k, v := range m.square {
			n.Scale[k] = max(math.Sqrt(v/m.count), scaleFloor*c)
		}
	case "minmax":
		for k := range n.Mean {
			n.Mean[k] = m.low + (m.high-m.low)/2
		}
		n.Scale[0] = (m.high - m.low) / 2
		return n, n.resolves(kind, m, variance)
	default:
		return nil, fmt.Errorf("data.normalize: %q is unknown, want power, dimension, minmax, symmetric or none", kind)
	}
	return n, nil
}

// suits checks that a split has what its evaluation needs: power, once it is
// normalised, to which errors are related, and values within float32.
func (n *Norm) suits(name, split string, m *moments) error {
	power, most := 0.0, 0.0
	for k, mean := range m.mean {
		scale := n.Scale[k%len(n.Scale)]
		power += (m.square[k]/m.count + (mean-n.Mean[k])*(mean-n.Mean[k])) / (scale * scale)
		most = max(most, math.Abs(m.low-n.Mean[k])/scale, math.Abs(m.high-n.Mean[k])/scale)
	}
	if !(power > 0) {
		return configs.Usagef("data: %s: the %s split has no power: all of its values, normalised, are 0, so that errors cannot be related to it; give it other samples, or set data.samples.%s to cut it out of the training samples", name, split, split)
	}
	if !(most <= math.MaxFloat32) {
		return configs.Usagef("data: %s: the %s split has values from %g to %g, normalised up to %g, which float32 does not hold; rescale the data or use data.normalize: power", name, split, m.low, m.high, most)
	}
	return nil
}

// rescale divides the scales of maps to power one, power and dimension, by the
// standard deviation std of one real value of ε, so that normalised samples have
// the noise's unit: power one a real value (std = 1) or a complex one (1/√2).
// What other maps leave is taken to be in that unit.
func (n *Norm) rescale(kind string, std float64) {
	switch kind {
	case "power", "dimension", "":
		for k := range n.Scale {
			n.Scale[k] /= std
		}
	}
}

// Apply normalises one sample in place.
func (n *Norm) Apply(x []float32) { normalize(n, x, x) }

// normalize applies the map to x, in float64, and rounds the result.
func normalize[T float32 | float64](n *Norm, dst []float32, x []T) {
	dst, x = dst[:len(n.Mean)], x[:len(n.Mean)]
	if len(n.Scale) == 1 {
		scale := n.Scale[0]
		for k, mean := range n.Mean {
			dst[k] = float32((float64(x[k]) - mean) / scale)
		}
		return
	}
	for k, mean := range n.Mean {
		dst[k] = float32((float64(x[k]) - mean) / n.Scale[k])
	}
}

// Invert maps one normalised sample back to the data's units, in place.
func (n *Norm) Invert(x []float32) {
	for k, v := range x {
		x[k] = float32(n.invert(k, float64(v)))
	}
}

// invert maps value k of a normalised sample back to the data's units.
func (n *Norm) invert(k int, v float64) float64 {
	k %= len(n.Mean)
	return v*n.Scale[k%len(n.Scale)] + n.Mean[k]
}

// offsetted is how many standard deviations a mean may be away from zero for float32
// to lose no more than a thousandth of one.
const offsetted = 0x1p-10 / 0x1p-24

// resolves refuses normalised samples that float32, which they become, cannot tell
// apart: those of a map that leaves means on which the signal is too small.
func (n *Norm) resolves(kind string, m *moments, variance float64) error {
	std := math.Sqrt(variance)
	for k, mean := range m.mean {
		if offset := math.Abs(mean - n.Mean[k]); std > 0 && offset > offsetted*std {
			return configs.Usagef("data.normalize: %s leaves value %d the mean %g, where float32 does not resolve the samples, whose standard deviation is %.3g; use power, which subtracts it", kind, k, mean, std)
		}
	}
	return nil
}

// Wide tells whether float32 is too coarse, or too narrow, for samples in the data's
// units: whether it loses more than a thousandth of a value's scale, as it does of
// a small signal on a large offset.
func (n *Norm) Wide() bool {
	const (
		least = 0x1p-149 / 0x1p-10 // of the scale, for numbers are this far apart at least
		most  = math.MaxFloat32 * 0x1p-10
	)
	for k, mean := range n.Mean {
		scale := n.Scale[k%len(n.Scale)]
		if math.Abs(mean) > offsetted*scale || scale < least || math.Abs(mean) > most || scale > most {
			return true
		}
	}
	return false
}

// rangeVector is the name of the range among the vectors.
const rangeVector = "range"

// Vectors returns the map as named vectors, as a checkpoint keeps it.
func (n *Norm) Vectors() map[string][]float64 {
	v := map[string][]float64{"mean": n.Mean, "scale": n.Scale}
	if n.Low < n.High {
		v[rangeVector] = []float64{n.Low, n.High}
	}
	return v
}

// NormFromVectors is the inverse of Vectors for samples of dim values; no
// vectors at all mean the identity. The range may be missing.
func NormFromVectors(v map[string][]float64, dim int) (*Norm, error) {
	if len(v) == 0 {
		return Identity(dim), nil
	}
	n := &Norm{Mean: v["mean"], Scale: v["scale"]}
	if len(n.Mean) != dim || len(n.Scale) != dim && len(n.Scale) != 1 {
		return nil, fmt.Errorf("data: normalisation of %d means and %d scales does not fit samples of %d values", len(n.Mean), len(n.Scale), dim)
	}
	for _, m := range n.Mean {
		if math.IsNaN(m) || math.IsInf(m, 0) {
			return nil, fmt.Errorf("data: normalisation has the mean %v", m)
		}
	}
	for _, s := range n.Scale {
		if !(s > 0) || math.IsInf(s, 0) {
			return nil, fmt.Errorf("data: normalisation has the scale %v", s)
		}
	}
	if r, ok := v[rangeVector]; ok {
		if len(r) != 2 || !(r[0] < r[1]) || math.IsInf(r[0], 0) || math.IsInf(r[1], 0) {
			return nil, fmt.Errorf("data: normalisation with %d numbers for the range of the data, want two, the lower one first", len(r))
		}
		n.Low, n.High = r[0], r[1]
	}
	return n, nil
}

// ApplyBatch normalises any number of samples, one after the other, in place.
func (n *Norm) ApplyBatch(x []float64) {
	for i, v := range x {
		k := i % len(n.Mean)
		x[i] = (v - n.Mean[k]) / n.Scale[k%len(n.Scale)]
	}
}

// InvertBatch maps normalised samples back to the data's units, in place.
func (n *Norm) InvertBatch(x []float64) {
	for i, v := range x {
		x[i] = n.invert(i, v)
	}
}
