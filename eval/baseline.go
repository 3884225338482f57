package eval

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/gmm"
)

// Baselines lists the names of the baselines:
//
//	ls       least squares, x̂ = y
//	wiener   the scalar Wiener filter, x̂ = SNR/(1+SNR)·y
//	lmmse    the best linear estimator from the mean and covariance
//	cme      the exact conditional mean; the prior must be known
//	gmm:K    the conditional mean of a mixture of K Gaussians fitted to the train split
//	nlm      non-local means, of images
//	tv       total variation, of images
//	wavelet  wavelet thresholds, of images
func Baselines() []string {
	return []string{"ls", "wiener", "lmmse", "cme", fittedPrefix + "K", "nlm", "tv", "wavelet"}
}

// estimators returns the columns of a request, baselines first.
func (r *Request) estimators(ctx context.Context) ([]estimator, error) {
	var list []estimator
	for _, b := range r.Baselines {
		e, err := r.baseline(ctx, b)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	for _, m := range r.Methods {
		list = append(list, &chain{r, m})
	}
	return list, nil
}

func (r *Request) baseline(ctx context.Context, name string) (estimator, error) {
	switch name {
	case "ls":
		return scalar{"ls", func(float64) float64 { return 1 }}, nil
	case "wiener":
		return scalar{"wiener", func(snr float64) float64 { return snr / (1 + snr) }}, nil
	case "lmmse":
		if len(r.Train.Mean) == 0 {
			return nil, configs.Usagef("eval.baselines: lmmse needs the training data's covariance, which is not at hand")
		}
		l, err := gmm.NewLMMSE(r.Train.Mean, r.Train.Cov)
		if err != nil {
			return nil, fmt.Errorf("eval: %w", err)
		}
		return lmmse{r, l}, nil
	case "cme":
		if r.Prior == nil {
			return nil, configs.Usagef("eval.baselines: cme needs a known prior; this data set has none (gmm:K fits one)")
		}
		return &posteriorMean{r: r, label: name, exact: true, e: gmm.NewEstimator(r.Prior, r.pool)}, nil
	case "nlm", "tv", "wavelet":
		return newFilter(name, r)
	}
	if count, ok := strings.CutPrefix(name, fittedPrefix); ok {
		k, err := strconv.Atoi(count)
		if err != nil || k < 1 || r.Fit == nil {
			return nil, configs.Usagef("eval.baselines: %q: want %sK with the number of components K, and training data", name, fittedPrefix)
		}
		m, err := r.Fit(ctx, k)
		if err != nil {
			return nil, err
		}
		return &posteriorMean{r: r, label: name, e: gmm.NewEstimator(m, r.pool)}, nil
	}
	return nil, configs.Usagef("eval.baselines: %q is unknown, want one of %v", name, Baselines())
}
