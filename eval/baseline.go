package eval

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/eval/classical"
)

// baseline is a kind of estimator to compare with.
type baseline struct {
	name string // as eval.baselines has it; ":K" at its end stands for a number
	// suits tells, before any work, whether it can be built for a request's
	// samples; nil: for any.
	suits func(r *Request, label string, k int) error
	build builder
	// What of the train split it is built from: its moments, which are the prior's
	// where that is known, or its samples in any case.
	moments, samples bool
}

// builder makes a baseline's estimator of a label with number k.
type builder func(ctx context.Context, r *Request, label string, k int) (estimator, error)

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
	var names []string
	for _, b := range baselines {
		names = append(names, b.name)
	}
	return names
}

// baselines registers the baselines.
var baselines = []baseline{
	{name: "ls", build: times(func(float64) float64 { return 1 })},
	{name: "wiener", build: times(func(snr float64) float64 { return snr / (1 + snr) })},
	{name: "lmmse", build: newLMMSE, moments: true},
	{name: "cme", suits: knownPrior, build: newExact},
	{name: "gmm:K", suits: fittable, build: newFitted, samples: true},
	{name: "nlm", suits: filterable, build: filtered(classical.NLM)},
	{name: "tv", suits: filterable, build: filtered(classical.TV)},
	{name: "wavelet", suits: filterable, build: filtered(classical.Wavelet)},
}

// baselineOf finds the baseline that a label names, and its number.
func baselineOf(label string) (b baseline, k int, err error) {
	name, count, numbered := strings.Cut(label, ":")
	if numbered {
		if k, err = strconv.Atoi(count); err != nil || k < 1 || count != strconv.Itoa(k) {
			return b, 0, configs.Usagef("eval.baselines: %q: want %s with a number from 1 up", label, name+":K")
		}
		name += ":K"
	}
	i := slices.IndexFunc(baselines, func(b baseline) bool { return b.name == name })
	if i < 0 {
		return b, 0, configs.Usagef("eval.baselines: %q is unknown, want one of %v", label, Baselines())
	}
	return baselines[i], k, nil
}

// estimators returns the columns of a request, baselines first.
func (r *Request) estimators(ctx context.Context) ([]estimator, error) {
	if err := r.suits(); err != nil {
		return nil, err
	}
	var list []estimator
	for _, label := range r.Baselines {
		b, k, err := baselineOf(label)
		if err != nil {
			return nil, err
		}
		e, err := b.build(ctx, r, label, k)
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

// suits tells whether all baselines can be built.
func (r *Request) suits() error {
	for _, label := range r.Baselines {
		b, k, err := baselineOf(label)
		if err == nil && b.suits != nil {
			err = b.suits(r, label, k)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// anyOf tells whether one of the baselines has a property.
func anyOf(labels []string, has func(baseline) bool) bool {
	return slices.ContainsFunc(labels, func(label string) bool {
		b, _, err := baselineOf(label)
		return err == nil && has(b)
	})
}
