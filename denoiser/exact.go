package denoiser

import (
	"fmt"
	"os"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/op"
)

// ExactPrefix begins a path that is no network but the exact predictor of the
// Gaussian mixture in a file.
const ExactPrefix = "gmm:"

// exactSteps is T of the paper's schedule that it runs on.
const exactSteps = 300

// exact makes a denoiser of the exact predictor of the mixture in an .npz file, on
// the paper's linear schedule. Its samples are normalised by the mixture's own
// moments, so that what it misses of the optimum is the method's own doing and
// not a network's.
func (o *loading) exact(rt *op.Runtime, path string) (*Denoiser, error) {
	file := strings.TrimPrefix(path, ExactPrefix)
	if o.device != nil {
		return nil, fmt.Errorf("the exact predictor of a mixture is no network; it runs on the CPU alone")
	}
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file; want an .npz with the arrays weights, means and covariances", file)
	}
	if o.clip {
		return nil, fmt.Errorf("%s is a mixture: it came with no scheduler that would say how to clip", file)
	}
	if !o.told.None() {
		return nil, fmt.Errorf("%s is a mixture, no network of another library: it needs no preset", file)
	}
	m, err := gmm.Load(file)
	if err != nil {
		return nil, err
	}
	z, mean, scale, err := m.Normalize()
	if err != nil {
		return nil, err
	}
	c := configs.Default()
	c.Name = fmt.Sprintf("exact-n%d-k%d", m.Dim(), m.Components())
	c.Data.Mixture, c.Data.Dim, c.Data.Components = file, m.Dim(), m.Components()
	if c.Schedule.Steps = o.steps; o.steps == 0 {
		c.Schedule.Steps = exactSteps
	}
	d, err := New(c, gmm.NewEstimator(z, rt.Pool()), []int{1, m.Dim()}, &data.Norm{Mean: mean, Scale: []float64{scale}})
	if err != nil {
		return nil, err
	}
	d.source, d.mixture = path, z
	return d, nil
}
