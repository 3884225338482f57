package eval

import (
	"context"
	"slices"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/eval/report"
)

// newImage describes the images of a set. The range of arrays is that of the train
// split, so that it does not depend on how many samples are evaluated.
func newImage(set *data.Set, c configs.Data) *report.Image {
	m := &report.Image{Shape: [3]int(set.Shape()), Norm: set.Norm, Range: 1, Known: !c.Arrays()}
	if !m.Known {
		m.Low = set.Norm.Low
		if width := set.Norm.High - m.Low; width > 0 {
			m.Range = width
		}
	}
	return m
}

// filter is a classical denoiser, which works on images in the data's units.
type filter struct {
	r       *Request
	label   string
	denoise func(dst, y []float64, shape [3]int, sigma float64)
}

// filterable refuses samples that a classical denoiser cannot work on.
func filterable(r *Request, label string, _ int) error {
	if r.Image == nil {
		return configs.Usagef("eval.baselines: %s denoises images; the samples are none", label)
	}
	if !r.Image.White() {
		return configs.Usagef("eval.baselines: %s needs noise that is white in the data's units, which data.normalize = dimension does not leave", label)
	}
	return nil
}

func filtered(denoise func(dst, y []float64, shape [3]int, sigma float64)) builder {
	return func(_ context.Context, r *Request, label string, _ int) (estimator, error) {
		return &filter{r, label, denoise}, nil
	}
}

func (f *filter) name() string { return f.label }

func (f *filter) estimate(ctx context.Context, xhat, y []float64, db float64, _ int) (int, string, error) {
	m := f.r.Image
	d := f.r.Denoiser.Dim()
	raw := slices.Clone(y)
	m.Norm.InvertBatch(raw)
	sigma := m.Norm.Scale[0] * f.r.sigma(db) // in the data's units
	f.r.pool.Do(len(y)/d, func(i, _ int) {
		if ctx.Err() == nil {
			f.denoise(xhat[i*d:][:d], raw[i*d:][:d], m.Shape, sigma)
		}
	})
	m.Norm.ApplyBatch(xhat)
	return 0, "", ctx.Err()
}
