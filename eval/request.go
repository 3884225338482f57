package eval

import (
	"context"
	"fmt"
	"strconv"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/eval/quality"
	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/sched"
)

// Request says what a sweep evaluates. All of it is the caller's, who closes the
// denoiser.
type Request struct {
	Name      string
	Denoiser  *denoiser.Denoiser
	Methods   []sched.Method
	Baselines []string  // of Baselines
	SNRs      []float64 // dB
	Match     sched.Match
	Start     sched.Start
	Seed      uint64

	Test  []float64     // normalised samples (n, dim)
	Image *report.Image // nil unless samples are images
	Train Moments       // for lmmse; of the prior where it is known
	Prior *gmm.Mixture  // for cme; nil where unknown
	// Fit fits a mixture of k Gaussians to the train split, for gmm:K; nil where
	// there are no samples to fit.
	Fit func(ctx context.Context, k int) (*gmm.Mixture, error)

	Convention quality.Convention
	Sigmas     []float64 // noise levels that SNRs stand for, in units of 1/255 or the data's; may be nil
	DataUnit   bool      // of Sigmas
	Unscaled   bool      // see sched.Options
	Examples   int       // how many samples the report shows
	Studies    Studies
	Threads    int               // of baselines, 0: all processors; never changes results
	Warning    string            // what a report says of the data; may be empty
	Log        func(line string) // what is going on; may be nil

	fitSamples int // that Fit takes, 0: not known

	task  string     // what progress calls it; "" for an evaluation
	pool  *par.Pool  // nil: one of so many threads
	group dist.Group // whose ranks share the sweep; nil: this process alone
}

// Moments are the mean (dim) and covariance (dim, dim) of the data.
type Moments struct {
	Mean, Cov []float64
	Shrinkage float64 // of an estimated covariance towards the identity, in [0,1]
}

// Settings takes the sweep's settings from a configuration.
func (r *Request) Settings(c configs.Eval, seed uint64) error {
	var err error
	if r.SNRs, err = configs.ParseRange(c.SNR); err != nil {
		return configs.Usagef("eval.snr: %w", err)
	}
	for _, m := range c.Methods {
		method, err := sched.ParseMethod(m)
		if err != nil {
			return configs.Usagef("eval.methods: %w", err)
		}
		r.Methods = append(r.Methods, method)
	}
	if r.Match, err = sched.ParseMatch(c.Match); err != nil {
		return configs.Usagef("eval.match: %w", err)
	}
	if r.Start, err = sched.ParseStart(c.Start); err != nil {
		return configs.Usagef("eval.start: %w", err)
	}
	r.Baselines, r.Seed = c.Baselines, seed
	return nil
}

// check reports what makes the request impossible.
func (r *Request) check() error {
	d := r.Denoiser.Dim()
	switch {
	case len(r.Test) == 0 || len(r.Test)%d != 0:
		return fmt.Errorf("eval: %d test values are no samples of %d values", len(r.Test), d)
	case len(r.SNRs) == 0:
		return configs.Usagef("eval.snr: no SNR given")
	case len(r.Methods)+len(r.Baselines) == 0:
		return configs.Usagef("eval.methods: neither methods nor baselines given")
	}
	if i := notFinite(r.Test); i >= 0 {
		return configs.Usagef("eval: value %d of test sample %d is %v; want finite numbers", i%d, i/d, r.Test[i])
	}
	if sum(r.powers()) == 0 {
		r.note("the test samples have no power: their normalised errors are not defined")
	}
	return nil
}

func (r *Request) note(line string) {
	if r.Log != nil {
		r.Log(line)
	}
}

// dB formats a number of decibels without needless zeros.
func dB(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
