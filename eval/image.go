package eval

import (
	"context"
	"math"
	"slices"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/eval/classical"
)

// Image says how normalised samples become images in the data's units.
type Image struct {
	Shape [3]int // (C,H,W)
	Norm  *data.Norm
	Low   float64 // least value
	Range float64 // of the data, from Low on, for PSNR and SSIM
	Known bool    // both are those of the format, 8 bits in [0,1]; else of the test samples
}

// newImage describes the images of a set whose normalised test samples are given.
func newImage(set *data.Set, c configs.Data, test []float64) *Image {
	m := &Image{Shape: [3]int(set.Shape()), Norm: set.Norm, Range: 1, Known: c.Kind != "npy"}
	if !m.Known {
		x := make([]float64, len(test))
		m.restore(x, test)
		m.Low = slices.Min(x)
		m.Range = slices.Max(x) - m.Low
	}
	return m
}

// restore writes normalised samples in the data's units.
func (m *Image) restore(dst, x []float64) {
	for i, v := range x {
		k := i % len(m.Norm.Mean)
		dst[i] = v*m.Norm.Scale[k%len(m.Norm.Scale)] + m.Norm.Mean[k]
	}
}

// normalize is the inverse of restore.
func (m *Image) normalize(dst, x []float64) {
	for i, v := range x {
		k := i % len(m.Norm.Mean)
		dst[i] = (v - m.Norm.Mean[k]) / m.Norm.Scale[k%len(m.Norm.Scale)]
	}
}

// white reports whether white noise stays white in the data's units.
func (m *Image) white() bool { return len(m.Norm.Scale) == 1 }

// sigma returns the standard deviation of noise of an SNR, in the data's units.
func (m *Image) sigma(snr float64) float64 { return m.Norm.Scale[0] / math.Sqrt(snr) }

// filters are the classical denoisers by name.
var filters = map[string]func(dst, y []float64, shape [3]int, sigma float64){
	"nlm": classical.NLM, "tv": classical.TV, "wavelet": classical.Wavelet,
}

// filter is a classical denoiser, which works on images in the data's units.
type filter struct {
	label string
	r     *Request
}

// newFilter refuses data that a classical denoiser cannot work on.
func newFilter(label string, r *Request) (*filter, error) {
	if r.Image == nil {
		return nil, configs.Usagef("eval.baselines: %s denoises images; the samples are none", label)
	}
	if !r.Image.white() {
		return nil, configs.Usagef("eval.baselines: %s needs noise that is white in the data's units, which data.normalize = dimension does not leave", label)
	}
	return &filter{label, r}, nil
}

func (f *filter) name() string { return f.label }

func (f *filter) estimate(ctx context.Context, xhat, y []float64, snr float64, _ int) (int, string, error) {
	m := f.r.Image
	d := f.r.Predictor.Dim()
	raw := make([]float64, len(y))
	m.restore(raw, y)
	f.r.Pool.Do(len(y)/d, func(i, _ int) {
		if ctx.Err() == nil {
			filters[f.label](xhat[i*d:][:d], raw[i*d:][:d], m.Shape, m.sigma(snr))
		}
	})
	m.normalize(xhat, xhat)
	return 0, "", ctx.Err()
}
