package eval

import (
	"fmt"
	"os"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

// mixturePrefix begins the name of a checkpoint that is no network but the exact
// predictor of a Gaussian mixture.
const mixturePrefix = "gmm:"

// defaultMixtureSteps is T of the paper's schedule that it runs on.
const defaultMixtureSteps = 300

// openMixture makes a subject of the exact predictor of the mixture in an .npz
// file, on the paper's linear schedule of so many steps (0 means 300). Its data
// are samples of that mixture, normalised by the mixture's own moments, so that
// what it misses of the optimum is the method's own doing and not a network's.
func openMixture(rt *op.Runtime, path string, steps int) (*Subject, error) {
	file := strings.TrimPrefix(path, mixturePrefix)
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
		return nil, configs.Usagef("--checkpoint %s: %s is no file; want an .npz with the arrays weights, means and covariances", path, file)
	}
	m, err := gmm.Load(file)
	if err != nil {
		return nil, configs.Usagef("--checkpoint %s: %w", path, err)
	}
	z, mean, scale, err := m.Normalize()
	if err != nil {
		return nil, configs.Usagef("--checkpoint %s: %w", path, err)
	}
	c := configs.Default()
	c.Name = fmt.Sprintf("exact-n%d-k%d", m.Dim(), m.Components())
	c.Data.Mixture, c.Data.Dim, c.Data.Components = file, m.Dim(), m.Components()
	if c.Schedule.Steps = steps; steps == 0 {
		c.Schedule.Steps = defaultMixtureSteps
	}
	s := &Subject{Dir: path, Config: c, rt: rt, mixture: z, Shape: []int{1, m.Dim()}, Norm: &data.Norm{Mean: mean, Scale: []float64{scale}}}
	if s.Schedule, err = sched.New(c.Schedule); err != nil {
		return nil, configs.Usagef("--steps: %w", err)
	}
	return s, nil
}

// trimSplits leaves out the samples of the mixture's train and validation splits
// that an evaluation does not need, and provides those of the test split that it does.
func (s *Subject) trimSplits() {
	d := &s.Config.Data
	d.Samples = d.Sizes()
	d.Samples.Test = max(d.Samples.Test, s.Config.Eval.Samples)
	d.Samples.Val = 1
	if !needsTrain(s.Config.Eval.Baselines) {
		d.Samples.Train = s.Config.Train.Batch
	}
}
