package denoiser

import (
	"fmt"
	"slices"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

// Denoiser is a diffusion model that is ready to denoise and to generate. It is
// safe for concurrent use: calls take turns at the network, one prediction at a
// time, and their results do not depend on each other.
type Denoiser struct {
	config    configs.Config
	schedule  *sched.Schedule
	predictor sched.Predictor // of ε, on schedule
	norm      *data.Norm
	shape     []int
	std       float64 // of one real value of ε
	clip      float64 // of x̂0 in each step, to ± so much; 0: not at all

	turns   *turns
	release func() error // of what a network holds; may be nil
	runtime *op.Runtime  // nil: its owner closes it
	source  string
	step    int
	mixture *gmm.Mixture
	notes   []string
	print   *data.Fingerprint // of the data of the training; nil: unknown
	advice  *checkpoint.Recommendation
}

// New makes a denoiser of a predictor that is at hand, such as a network in
// training. The configuration says what it was trained for: c.Schedule,
// c.Objective.Target and c.Adapt.Levels, from which its raw output at a level
// becomes ε̂, and the convention of its noise, c.Data.Noise. A predictor of ε
// itself, such as a gmm.Estimator, takes the default target. The samples' shape
// is (C,L) or (C,H,W); nil norm means that samples are normalised as they are.
// The predictor stays its owner's: Close leaves it as it is.
func New(c configs.Config, network sched.Predictor, shape []int, norm *data.Norm) (*Denoiser, error) {
	if norm == nil {
		norm = data.Identity(network.Dim())
	}
	dim := dims.Count(shape)
	if dim != network.Dim() || dim != len(norm.Mean) {
		return nil, fmt.Errorf("denoiser: samples of shape %v, a predictor of %d values and a normalisation of %d do not fit", shape, network.Dim(), len(norm.Mean))
	}
	if err := c.Data.CheckParts(shape); err != nil {
		return nil, err
	}
	s, err := sched.New(c.Schedule)
	if err != nil {
		return nil, err
	}
	target, err := sched.ParseTarget(c.Objective.Target)
	if err != nil {
		return nil, fmt.Errorf("objective.target: %w", err)
	}
	d := &Denoiser{config: c, schedule: s, norm: norm, shape: slices.Clone(shape), std: c.Data.NoiseStd(), turns: newTurns(network)}
	d.predictor = d.turns
	if c.Adapt.Remapped() {
		trained, err := sched.New(c.Adapt.Levels)
		if err != nil {
			return nil, fmt.Errorf("adapt.levels: %w", err)
		}
		d.predictor = trained.Remap(d.predictor)
	}
	d.predictor = s.Adapt(d.predictor, target)
	return d, nil
}

// Dim returns the number of values of one sample, the product of Shape.
func (d *Denoiser) Dim() int { return d.predictor.Dim() }

// Shape returns the shape of one sample, (C,L) or (C,H,W).
func (d *Denoiser) Shape() []int { return slices.Clone(d.shape) }

// Schedule returns the levels of the forward process.
func (d *Denoiser) Schedule() *sched.Schedule { return d.schedule }

// Predictor returns ε̂ as the chains of package sched see it, on Schedule and of
// normalised samples.
func (d *Denoiser) Predictor() sched.Predictor { return d.predictor }

// Norm returns the map from the data's units to normalised samples.
func (d *Denoiser) Norm() *data.Norm { return d.norm }

// NoiseStd returns the standard deviation of one real value of ε: 1, or 1/√2
// where data.noise is complex.
func (d *Denoiser) NoiseStd() float64 { return d.std }

// Clip returns the limit to which each step clamps the estimate of the clean sample,
// normalised; 0 where it does not, see WithClip.
func (d *Denoiser) Clip() float64 { return d.clip }

// Config returns the settings of the training.
func (d *Denoiser) Config() configs.Config { return d.config }

// Source names what was loaded: a checkpoint folder, a file, "builtin:NAME" or
// "gmm:FILE.npz"; "" after New.
func (d *Denoiser) Source() string { return d.source }

// Notes says what a user should know of how the weights were read.
func (d *Denoiser) Notes() []string { return slices.Clone(d.notes) }

// Step returns the optimizer steps of the training, 0 where they are unknown.
func (d *Denoiser) Step() int { return d.step }

// Recommended returns the method that the training found to denoise best, and by how
// much, where it is known.
func (d *Denoiser) Recommended() (r checkpoint.Recommendation, known bool) {
	if d.advice == nil {
		return r, false
	}
	return *d.advice, true
}

// Mixture returns the prior of the normalised samples whose exact predictor this
// is, or nil.
func (d *Denoiser) Mixture() *gmm.Mixture { return d.mixture }

// Fingerprint returns that of the data set of the training where it is known.
func (d *Denoiser) Fingerprint() (f data.Fingerprint, known bool) {
	if d.print == nil {
		return f, false
	}
	return *d.print, true
}

// Close ends the worker threads once the prediction at hand is done; later calls
// of Denoise and Generate fail. It may be called twice.
func (d *Denoiser) Close() error {
	if !d.turns.end() {
		return nil
	}
	var err error
	if d.release != nil {
		err = d.release()
	}
	if d.runtime != nil {
		d.runtime.Close()
	}
	return err
}
