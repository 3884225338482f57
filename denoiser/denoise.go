package denoiser

import (
	"context"
	"fmt"
	"math"

	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/sched"
)

// Options say how Denoise works. The zero value is the paper's method on an
// observation at 0 dB in the data's units.
type Options struct {
	SNR        float64      // of the observation, in dB; see the package comment
	Normalized bool         // y and x̂ are normalised samples, not in the data's units
	Method     sched.Method // default sched.MethodMean
	Match      sched.Match  // how the SNR finds its level; default sched.MatchDB
	Start      sched.Start  // first step of a chain; default sched.StartPaper
	Seed       uint64       // of the methods resample and average
	First      int          // index of the first sample of the batch: sample i draws from the stream (Seed, First+i)
	Trace      sched.Trace  // is called at every level, with normalised states; may be nil
	Unscaled   bool         // see sched.Options
}

// Result is what Denoise returns: the estimates X, the level THat that the SNR was
// matched to, the network's Calls on the batch, and a Note on what a user should know.
type Result = sched.Result

// Denoise estimates x from y = x + n for a batch of n·Dim values, samples one
// after the other, and leaves y as it is. Result.X has the length and the units
// of y. A batch of any size is processed; memory grows with it, up to 500 samples
// for each network call.
//
// An SNR above the schedule's top level returns y itself, one below its bottom
// level is clamped to it; Result.Note says so. The error is that of ctx if it ends,
// wraps ErrClosed after Close, and else tells what is refused: values that are not
// finite or make up no whole samples, of which there must be one, an SNR that is
// none, an option that does not exist.
func (d *Denoiser) Denoise(ctx context.Context, y []float64, o Options) (Result, error) {
	if err := d.check(y); err != nil {
		return Result{}, err
	}
	if math.IsNaN(o.SNR) {
		return Result{}, fmt.Errorf("denoiser: the SNR is %v dB", o.SNR)
	}
	r, err := d.schedule.Denoise(ctx, d.predictor, d.normalized(y, o.Normalized), decibel.Linear(o.SNR),
		sched.Options{Method: o.Method, Match: o.Match, Start: o.Start, Seed: o.Seed, First: o.First, Std: d.std, Trace: o.Trace, Unscaled: o.Unscaled})
	if err != nil {
		return Result{}, err
	}
	switch {
	case r.THat < 0: // y itself, without the rounding of its normalisation
		copy(r.X, y)
	case !o.Normalized:
		d.norm.InvertBatch(r.X)
	}
	return r, nil
}

// normalized returns samples as the network sees them; those of the data's units
// are copied.
func (d *Denoiser) normalized(y []float64, already bool) []float64 {
	if already {
		return y
	}
	y = append([]float64(nil), y...)
	d.norm.ApplyBatch(y)
	return y
}

// check refuses what is no batch of samples.
func (d *Denoiser) check(y []float64) error {
	dim := d.Dim()
	if len(y) == 0 || len(y)%dim != 0 {
		return fmt.Errorf("denoiser: %d values are no batch of samples of shape %v", len(y), d.shape)
	}
	for i, v := range y {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("denoiser: value %d of sample %d is %v; want finite numbers", i%dim, i/dim, v)
		}
	}
	return nil
}
