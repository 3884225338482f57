package eval

import (
	"context"
	"fmt"
	"math"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/par"
)

// Bounds on the work of a fit. They bound its time without making the result
// depend on the machine.
const (
	mostFitted  = 20_000 // of the train split
	leastRounds = 5      // of EM
	mostRounds  = 30     // the same, where they are quick
	fitWork     = 1e11   // of all rounds but the least, in k·d³: what eigendecompositions take
	fitGain     = 1e-3   // nats a sample and value, below which EM stops
	fitReg      = 1e-4   // added to variances, of their average
	perDim      = 2      // samples that full covariances take for each component and dimension
	perRank     = 4      // the same of low-rank ones for each direction
	rankShare   = 4      // they have at most this part of the dimensions
	manyDims    = 2048   // covariances of more values are diagonal
)

// fittable tells whether there are samples enough for k components.
func fittable(r *Request, label string, k int) error {
	if n := r.fitSamples; n > 0 && k > n {
		return configs.Usagef("eval.baselines: %s: want 1 to %d components, as many as there are training samples to fit", label, n)
	}
	return nil
}

func newFitted(ctx context.Context, r *Request, label string, k int) (estimator, error) {
	if r.Fit == nil {
		return nil, configs.Usagef("eval.baselines: %s needs training samples, which are not at hand", label)
	}
	m, err := r.Fit(ctx, k)
	if err != nil {
		return nil, err
	}
	return &posteriorMean{r: r, label: label, e: gmm.NewEstimator(m, r.pool)}, nil
}

// fitKind selects the covariances of k components in d dimensions for n samples:
// full ones where there are samples enough for them, or low rank plus isotropic,
// or diagonal ones where even these take too long.
func fitKind(n, d, k int) (kind gmm.Kind, rank int) {
	rank = min(n/(perRank*k), d/rankShare)
	switch {
	case d > manyDims:
		return gmm.Diag, 0
	case n >= perDim*k*d:
		return gmm.Full, 0
	case rank < 1:
		return gmm.Diag, 0
	}
	return gmm.PPCA, rank
}

// fitRounds bounds the iterations by the work they are.
func fitRounds(d, k int) int {
	each := float64(k) * math.Pow(float64(d), 3)
	return int(min(max(fitWork/each, leastRounds), mostRounds))
}

// fitTrain fits a mixture of k components to normalised samples of the train
// split, of power std² a value, by EM.
func fitTrain(ctx context.Context, set *data.Set, k int, std float64, pool *par.Pool, g dist.Group, log func(string)) (*gmm.Mixture, error) {
	d := set.Dim()
	n := min(set.Train.Len(), mostFitted)
	x := make([]float64, n*d)
	if err := set.ReadAt(x, set.Train, data.Spread(set.Train, n)); err != nil {
		return nil, err
	}
	o := gmm.FitOptions{Components: k, Seed: 1, MaxIter: fitRounds(d, k), Reg: fitReg * std * std, Tol: fitGain * math.Max(1, float64(d)), Pool: pool, Group: g}
	o.Kind, o.Rank = fitKind(n, d, k)
	kind := string(o.Kind)
	if o.Rank > 0 {
		kind = fmt.Sprintf("%s:%d", kind, o.Rank)
	}
	what := fmt.Sprintf("gmm:%d to %d samples, covariances %s", k, n, kind)
	o.Progress = func(s gmm.FitStep) {
		if log != nil && (s.Iter == 1 || s.Iter%5 == 0) {
			log(fmt.Sprintf("fit %s: iteration %d of at most %d, log-likelihood %.6g", what, s.Iter, o.MaxIter, s.LogLik))
		}
	}
	if log != nil {
		log("fit " + what)
	}
	m, _, err := gmm.Fit(ctx, x, d, o)
	if err != nil {
		return nil, fmt.Errorf("eval: gmm:%d: %w", k, err)
	}
	return m, nil
}
