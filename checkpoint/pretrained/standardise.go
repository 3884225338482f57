package pretrained

import (
	"math"

	"github.com/condmean/condmean/configs"
)

// standardisation is what older versions of denoising-diffusion-pytorch make of the
// weights of a convolution in every call: each output channel gets mean 0 and, nearly,
// variance 1. It is done once, when a tensor is read.
type standardisation int

const (
	plain    standardisation = iota
	sumEps                   // w-m over √(variance + ε)
	floorEps                 // w-m over √max(variance, ε), of 1.7.1 and 1.7.2
)

const standardEps = 1e-5

// moments returns the mean and the biased variance.
func moments(w []float32) (mean, variance float64) {
	for _, v := range w {
		mean += float64(v)
	}
	mean /= float64(len(w))
	for _, v := range w {
		d := float64(v) - mean
		variance += d * d
	}
	return mean, variance / float64(len(w))
}

// apply standardises the channels of w, in place.
func (s standardisation) apply(w []float32, channels int) []float32 {
	if s == plain {
		return w
	}
	n := len(w) / channels
	for c := range channels {
		row := w[c*n : (c+1)*n]
		mean, variance := moments(row)
		d := math.Sqrt(variance + standardEps)
		if s == floorEps {
			d = math.Sqrt(max(variance, standardEps))
		}
		for i, v := range row {
			row[i] = float32((float64(v) - mean) / d)
		}
	}
	return w
}

// undo returns weights that are standardised to w, which is possible only where the
// channels of w have mean 0 and a variance below 1 still.
func (s standardisation) undo(name string, w []float32, channels int) ([]float32, error) {
	if s == plain {
		return w, nil
	}
	const near = 1e-5 // rounding of float32
	out := make([]float32, len(w))
	n := len(w) / channels
	for c := range channels {
		row := w[c*n : (c+1)*n]
		mean, q := moments(row)
		scale := math.Sqrt(standardEps / (1 - q))
		if s == floorEps {
			scale = math.Sqrt(standardEps) // what is standardised to less than 1 was below the floor
			if math.Abs(q-1) < near {
				scale = 1
			}
		}
		if math.Abs(mean) > near || !(q < 1) && scale != 1 || s == floorEps && q > 1+near {
			return nil, configs.Usagef("tensor %s was changed: the version of the library that the file is for standardises weights, and none of its would become these; train with another one", name)
		}
		for i, v := range row {
			out[c*n+i] = float32(float64(v) * scale)
		}
	}
	return out, nil
}
