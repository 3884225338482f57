package sched

import (
	"context"
	"fmt"
	"math"

	"github.com/condmean/condmean/internal/rng"
)

// GenerateOptions select how Generate works. The zero value is the DM's own
// generator.
type GenerateOptions struct {
	Method Method  // MethodResample (default) or MethodDDIM
	Steps  int     // levels used, spread evenly over the grid; 0 means all T
	Seed   uint64  // of the pure noise and of the chain
	First  int     // index of the first sample of the batch
	Std    float64 // as in Options
	Trace  Trace   // called at every level; may be nil
}

// Generate draws n samples of p.Dim() values each from the predictor's
// distribution: pure noise at the bottom level, carried to the clean level.
func (s *Schedule) Generate(ctx context.Context, p Predictor, n int, o GenerateOptions) ([]float64, error) {
	d := p.Dim()
	if o.Method.Kind == "" {
		o.Method = MethodResample
	}
	if o.Steps == 0 {
		o.Steps = s.T
	}
	switch {
	case o.Method != MethodResample && o.Method != MethodDDIM:
		return nil, fmt.Errorf("generate: method %q cannot generate (resample or ddim)", o.Method)
	case o.Steps < 1 || o.Steps > s.T:
		return nil, fmt.Errorf("generate: %d steps are not in [1, %d]", o.Steps, s.T)
	case n < 0 || d < 1 || n > math.MaxInt/d:
		return nil, fmt.Errorf("generate: cannot draw %d samples of dimension %d", n, d)
	}
	if err := checkNoise(o.Std, o.First); err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	z := Noise{Seed: o.Seed, First: o.First, Std: o.Std}
	x := make([]float64, n*d)
	var r rng.Stream
	for i := range n {
		r.Reset(o.Seed, rng.Generate, 0, uint64(o.First+i))
		r.Normal(x[i*d : (i+1)*d])
	}
	for i := range x {
		x[i] *= z.std()
	}
	steps := s.Subset(o.Steps)
	if o.Method == MethodDDIM {
		return x, DDIM(ctx, p, x, steps, o.Trace)
	}
	return x, Resample(ctx, p, x, steps, z, o.Trace)
}

// Subset returns the steps of a chain from the bottom level over n of the T
// levels, spread evenly and rounded to the grid.
func (s *Schedule) Subset(n int) []Step {
	steps := make([]Step, 0, n)
	for k := n - 1; k >= 0; k-- {
		i := s.subsetIndex(k, n)
		st := Step{From: Level{Index: float64(i), AlphaBar: s.AlphaBar[i]}, To: s.AlphaBarPrev[i], Beta: s.Beta[i]}
		if j := s.subsetIndex(k-1, n); j != i-1 {
			st.To = 1
			if j >= 0 {
				st.To = s.AlphaBar[j]
			}
			st.Beta = 1 - st.From.AlphaBar/st.To
		}
		steps = append(steps, st)
	}
	return steps
}

// subsetIndex is the k-th of n levels; the last is T-1, and -1 is clean.
func (s *Schedule) subsetIndex(k, n int) int {
	return int(math.Round(float64(k+1)*float64(s.T)/float64(n))) - 1
}
