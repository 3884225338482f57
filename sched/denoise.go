package sched

import (
	"context"
	"fmt"
	"math"
)

// Start selects the first step of a chain.
type Start string

const (
	StartPaper Start = "paper" // the step at tHat itself is run (default)
	StartCode  Start = "code"  // starts one level cleaner, ⌈tHat⌉-1, as the authors' script does
)

// ParseStart reads a Start; "" is StartPaper.
func ParseStart(s string) (Start, error) {
	return parse("start", s, StartPaper, StartCode)
}

// Options select how Denoise works. The zero value is the paper's method.
type Options struct {
	Method Method  // default MethodMean
	Match  Match   // default MatchDB
	Start  Start   // default StartPaper; without meaning for oneshot
	Seed   uint64  // of resample and average
	First  int     // index of the first sample of the batch, for Seed's streams
	Std    float64 // of one real value of ε, see Sigma; 0 means 1
	Trace  Trace   // called at every level; may be nil
	// Unscaled starts from y itself, not from √(snr/(1+snr))·y, at the level's SNR or
	// above, as the package diffusers-dmse of the paper's authors does. The network
	// then sees all too large, by 41 % at 0 dB; it is for repeating its figures.
	Unscaled bool
}

// Result is what Denoise returns.
type Result struct {
	X     []float64 // x̂, as many values as the observation
	THat  float64   // level the observation was matched to; -1 if it lies above the grid
	Calls int       // predictor calls on the batch
	Note  string    // what a user should know about this result, or ""
}

// Denoise estimates x from y = x + n, n ~ N(0, Std²·I/snr), for samples
// of p.Dim() values each: it scales y to unit power, matches snr to a level and
// runs the reverse chain from there.
//
// An SNR above the top level takes no step: y is returned as it is. Below the
// bottom level it is clamped, with a Note. Under StartCode with MatchLinear a
// chain instead does exactly what the authors' script does, which returns the
// scaled observation √(snr/(1+snr))·y where it takes no step; under StartCode
// with other matching that happens at tHat = 0 alone.
func (s *Schedule) Denoise(ctx context.Context, p Predictor, y []float64, snr float64, o Options) (Result, error) {
	o, err := o.withDefaults()
	if err != nil {
		return Result{}, err
	}
	if err := checkBatch(p, y); err != nil {
		return Result{}, err
	}
	if !(snr > 0) {
		return Result{}, fmt.Errorf("denoise: SNR %g is not positive", snr)
	}
	oneshot := o.Method.Kind == "oneshot"
	toTheLetter := o.Start == StartCode && o.Match == MatchLinear && !oneshot && !math.IsInf(snr, 1)
	if s.above(snr) && !toTheLetter && !o.Unscaled {
		r := Result{X: append([]float64(nil), y...), THat: -1,
			Note: fmt.Sprintf("SNR above the top level (%.4g dB): observation returned", s.SNRdB(0))}
		return r, ctx.Err()
	}

	at := s.match(snr, o.Match)
	r := Result{X: make([]float64, len(y)), THat: at.Index}
	scale := math.Sqrt(snr / (1 + snr))
	if o.Unscaled {
		scale = 1
	}
	for i, v := range y {
		r.X[i] = scale * v
	}
	if s.below(snr) {
		r.Note = fmt.Sprintf("SNR below the bottom level (%.4g dB): clamped to it", s.SNRdB(s.T-1))
	}
	if oneshot {
		r.Calls = 1
		return r, OneShot(ctx, p, r.X, at, o.Trace)
	}

	steps := s.stepsFrom(at)
	if o.Start == StartCode {
		steps = steps[1:]
		if len(steps) == 0 {
			r.Note = "start code at the top level: scaled observation returned"
		}
	}
	r.Calls = len(steps)
	z := Noise{Seed: o.Seed, First: o.First, Std: o.Std}
	switch o.Method.Kind {
	case "mean":
		err = Mean(ctx, p, r.X, steps, o.Trace)
	case "ddim":
		err = DDIM(ctx, p, r.X, steps, o.Trace)
	case "resample":
		err = Resample(ctx, p, r.X, steps, z, o.Trace)
	case "average":
		r.Calls *= o.Method.M
		err = average(ctx, p, r.X, steps, z, o.Method.M, o.Trace)
	}
	return r, err
}

// average replaces x by the mean of m re-sampled chains that start there.
func average(ctx context.Context, p Predictor, x []float64, steps []Step, z Noise, m int, tr Trace) error {
	sum, c := make([]float64, len(x)), make([]float64, len(x))
	for z.Chain = range m {
		copy(c, x)
		if err := Resample(ctx, p, c, steps, z, tr); err != nil {
			return err
		}
		for i, v := range c {
			sum[i] += v
		}
	}
	for i, v := range sum {
		x[i] = v / float64(m)
	}
	return nil
}

func (o Options) withDefaults() (Options, error) {
	if o.Method.Kind == "" {
		o.Method = MethodMean
	}
	var err error
	if o.Method, err = ParseMethod(o.Method.String()); err != nil {
		return o, err
	}
	if o.Match, err = ParseMatch(string(o.Match)); err != nil {
		return o, err
	}
	if o.Start, err = ParseStart(string(o.Start)); err != nil {
		return o, err
	}
	return o, checkNoise(o.Std, o.First)
}

func checkNoise(std float64, first int) error {
	if !(std >= 0) || math.IsInf(std, 1) {
		return fmt.Errorf("noise standard deviation %g is not a number ≥ 0", std)
	}
	if first < 0 {
		return fmt.Errorf("index of the first sample %d is negative", first)
	}
	return nil
}

func checkBatch(p Predictor, x []float64) error {
	if d := p.Dim(); d < 1 || len(x)%d != 0 {
		return fmt.Errorf("denoise: %d values are no whole number of samples of dimension %d", len(x), d)
	}
	return nil
}
