package eval

import (
	"context"
	"fmt"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/sched"
)

// estimator is one column of a sweep: it estimates a batch whose first sample
// has index first from observations y at an SNR in dB.
type estimator interface {
	name() string
	// estimate writes x̂ and returns the predictor calls it took, and a note.
	estimate(ctx context.Context, xhat, y []float64, db float64, first int) (calls int, note string, err error)
}

// chain is a method over the request's predictor.
type chain struct {
	r      *Request
	method sched.Method
}

func (c *chain) name() string { return c.method.String() }

func (c *chain) estimate(ctx context.Context, xhat, y []float64, db float64, first int) (int, string, error) {
	res, err := c.r.Denoiser.Denoise(ctx, y, c.r.told(db, c.method, first))
	copy(xhat, res.X)
	return res.Calls, res.Note, err
}

// scalar multiplies the observation.
type scalar struct {
	label  string
	factor func(snr float64) float64
}

func times(factor func(snr float64) float64) builder {
	return func(_ context.Context, _ *Request, label string, _ int) (estimator, error) {
		return scalar{label, factor}, nil
	}
}

func (s scalar) name() string { return s.label }

func (s scalar) estimate(_ context.Context, xhat, y []float64, db float64, _ int) (int, string, error) {
	f := s.factor(decibel.Linear(db))
	for i, v := range y {
		xhat[i] = f * v
	}
	return 0, "", nil
}

type lmmse struct {
	r *Request
	l *gmm.LMMSE
}

func newLMMSE(_ context.Context, r *Request, _ string, _ int) (estimator, error) {
	if len(r.Train.Mean) == 0 {
		return nil, configs.Usagef("eval.baselines: lmmse needs the training data's covariance, which is not at hand")
	}
	l, err := gmm.NewLMMSE(r.Train.Mean, r.Train.Cov)
	if err != nil {
		return nil, fmt.Errorf("eval: %w", err)
	}
	return lmmse{r, l}, nil
}

func (l lmmse) name() string { return "lmmse" }

func (l lmmse) estimate(_ context.Context, xhat, y []float64, db float64, _ int) (int, string, error) {
	return 0, "", l.l.Estimate(xhat, y, l.r.precision(db))
}

// posteriorMean is the conditional mean of a mixture; it also has tr Cov(x|y),
// whose mean is the MMSE where the mixture is the true prior.
type posteriorMean struct {
	r     *Request
	label string
	exact bool // the mixture is the true prior
	e     *gmm.Estimator
	trace []float64 // of the last batch
}

func knownPrior(r *Request, label string, _ int) error {
	if r.Prior == nil {
		return configs.Usagef("eval.baselines: %s needs a known prior; this data set has none (gmm:K fits one)", label)
	}
	return nil
}

func newExact(_ context.Context, r *Request, label string, _ int) (estimator, error) {
	return &posteriorMean{r: r, label: label, exact: true, e: gmm.NewEstimator(r.Prior, r.pool)}, nil
}

func (c *posteriorMean) name() string { return c.label }

func (c *posteriorMean) estimate(ctx context.Context, xhat, y []float64, db float64, _ int) (int, string, error) {
	n := len(y) / c.e.Dim()
	c.trace = make([]float64, n)
	return 0, "", c.e.Denoise(ctx, xhat, c.trace, y, c.r.precision(db))
}
