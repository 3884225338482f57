package denoiser

import (
	"context"
	"fmt"

	"github.com/condmean/condmean/internal/limit"
	"github.com/condmean/condmean/sched"
)

// GenerateOptions say how Generate draws. The zero value is the diffusion model's
// own generator.
type GenerateOptions struct {
	Normalized bool         // samples are returned normalised, not in the data's units
	Method     sched.Method // sched.MethodResample (default) or sched.MethodDDIM
	Steps      int          // levels used, spread evenly over the schedule; 0: all
	Seed       uint64       // sample i is a function of (Seed, First+i) and of the chain
	First      int          // index of the first sample
	Trace      sched.Trace  // is called at every level, with normalised states; may be nil
}

// Generate draws n new samples from pure noise and returns n·Dim values, samples
// one after the other, of the data's units. All n are drawn together; draw more
// than some hundreds in several calls, by First, to take less memory. The error
// is that of ctx if it ends, or refuses n, a method or steps.
func (d *Denoiser) Generate(ctx context.Context, n int, o GenerateOptions) ([]float64, error) {
	if n < 1 {
		return nil, fmt.Errorf("denoiser: generate %d samples: want 1 or more", n)
	}
	if err := limit.Check("samples and their values", int64(n), int64(d.Dim())); err != nil {
		return nil, fmt.Errorf("denoiser: generate: %w", err)
	}
	x, err := d.schedule.Generate(ctx, d.predictor, n,
		sched.GenerateOptions{Method: o.Method, Steps: o.Steps, Seed: o.Seed, First: o.First, Std: d.std, Trace: o.Trace})
	if err != nil {
		return nil, err
	}
	if !o.Normalized {
		d.norm.InvertBatch(x)
	}
	return x, nil
}
