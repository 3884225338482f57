package gmm

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/internal/gemm"
	"github.com/condmean/condmean/internal/par"
)

// FitOptions select what Fit fits and how.
type FitOptions struct {
	Components int           // K
	Kind       Kind          // of the covariances; default Full
	Rank       int           // q of PPCA
	Seed       uint64        // of the k-means++ start
	Start      *Mixture      // start here instead
	MaxIter    int           // default 100
	Tol        float64       // stop when the mean log-likelihood gains less in an iteration; default 1e-3
	Reg        float64       // added to every variance; default 1e-6
	Group      dist.Group    // whose ranks fit the same data together; nil: this process alone
	Pool       *par.Pool     // default: as many workers as processors
	Progress   func(FitStep) // called after every iteration; may be nil
}

// FitStep tells what one iteration did.
type FitStep struct {
	Iter     int     // from 1
	LogLik   float64 // mean log-likelihood of a sample (nats), before the iteration's update
	Reseeded int     // empty components that the update placed anew
}

// FitResult tells how a fit went.
type FitResult struct {
	Steps     []FitStep
	Converged bool // the last gain was below Tol
}

// ParseCovariance reads "full", "diag" or "ppca:q".
func ParseCovariance(s string) (kind Kind, rank int, err error) {
	name, arg, hasArg := strings.Cut(s, ":")
	switch kind = Kind(name); {
	case (kind == Full || kind == Diag) && !hasArg:
		return kind, 0, nil
	case kind == PPCA:
		if q, err := strconv.Atoi(arg); err == nil && q > 0 && strconv.Itoa(q) == arg {
			return kind, q, nil
		}
	}
	return "", 0, fmt.Errorf("covariance %q: unknown (full, diag, or ppca:q with a rank q ≥ 1)", s)
}

// Fit fits a mixture to the samples x (B,n) by expectation maximisation (EM)
// from a k-means++ start. Up to Reg, the log-likelihood rises in every
// iteration, except after an empty component was placed anew: one that
// explains less than one sample moves to the sample that the mixture explains
// worst, with the data's overall variances.
//
// The result is a function of x and the options, but not of the pool, nor of the
// number of ranks: these share samples where densities are computed and components
// where moments are, and no sum is cut.
func Fit(ctx context.Context, x []float64, n int, o FitOptions) (*Mixture, FitResult, error) {
	var res FitResult
	if err := o.complete(x, n); err != nil {
		return nil, res, fmt.Errorf("gmm: fit: %w", err)
	}
	if err := gemm.Check(); err != nil {
		return nil, res, err
	}
	if o.Group == nil {
		o.Group = dist.Single{}
	}
	if o.Pool == nil {
		o.Pool = par.New(defaultThreads())
		defer o.Pool.Close()
	}
	f := newFit(x, n, o)
	if o.Start != nil {
		f.m = o.Start
	} else {
		if err := f.kmeans(ctx); err != nil {
			return nil, res, fmt.Errorf("gmm: fit: %w", err)
		}
		if err := f.tellStart(); err != nil {
			return nil, res, fmt.Errorf("gmm: fit: %w", err)
		}
		if _, err := f.maximisation(ctx); err != nil {
			return nil, res, fmt.Errorf("gmm: fit: %w", err)
		}
	}
	for iter := 1; iter <= o.MaxIter && !res.Converged; iter++ {
		logLik, err := f.expectation(ctx)
		if err != nil {
			return nil, res, fmt.Errorf("gmm: fit: iteration %d: %w", iter, err)
		}
		reseeded, err := f.maximisation(ctx)
		if err != nil {
			return nil, res, fmt.Errorf("gmm: fit: iteration %d: %w", iter, err)
		}
		step := FitStep{Iter: iter, LogLik: logLik, Reseeded: reseeded}
		res.Converged = iter > 1 && reseeded == 0 && logLik-res.Steps[iter-2].LogLik < o.Tol
		res.Steps = append(res.Steps, step)
		if o.Progress != nil {
			o.Progress(step)
		}
	}
	m, err := f.mixture()
	if err != nil {
		return nil, res, fmt.Errorf("gmm: fit: %w", err)
	}
	return m, res, nil
}

// complete fills in defaults and checks everything.
func (o *FitOptions) complete(x []float64, n int) error {
	if o.Kind == "" {
		o.Kind = Full
	}
	if o.MaxIter == 0 {
		o.MaxIter = 100
	}
	if o.Tol == 0 {
		o.Tol = 1e-3
	}
	if o.Reg == 0 {
		o.Reg = 1e-6
	}
	k := o.Components
	switch {
	case n < 1 || len(x) == 0 || len(x)%n != 0:
		return fmt.Errorf("%d values are no whole number of samples of dimension %d", len(x), n)
	case k < 1 || k > len(x)/n:
		return fmt.Errorf("cannot fit %d components to %d samples", k, len(x)/n)
	case o.Kind != Full && o.Kind != Diag && o.Kind != PPCA:
		return fmt.Errorf("unknown covariance %q", o.Kind)
	case o.Kind == PPCA && (o.Rank < 1 || o.Rank >= n):
		return fmt.Errorf("rank %d is not in [1, %d)", o.Rank, n)
	case o.Kind != Diag && n > maxElements/k/n:
		return fmt.Errorf("%d covariances in %d dimensions are too large", k, n)
	case o.MaxIter < 1 || !(o.Tol > 0) || !(o.Reg > 0):
		return fmt.Errorf("need positive MaxIter, Tol and Reg, got %d, %g and %g", o.MaxIter, o.Tol, o.Reg)
	}
	if s := o.Start; s != nil {
		if s.n != n || len(s.comps) != k || s.kind != o.Kind || o.Kind == PPCA && s.comps[0].r != o.Rank {
			return fmt.Errorf("the start has %d %s components in %d dimensions, not %d %s ones in %d", len(s.comps), s.kind, s.n, k, o.Kind, n)
		}
	}
	if err := finite(x); err != nil {
		return fmt.Errorf("data: %w", err)
	}
	return nil
}
