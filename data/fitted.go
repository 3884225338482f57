package data

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/internal/par"
)

// fitSeed starts every fit, so that runs of different seeds have one prior.
const fitSeed = 1

// fitted returns a mixture fitted to the training images of a public data set.
// The fit is kept in the file data.mixture, or else in the user's cache folder,
// and done only if that file is not there. If it is, no image is needed: their shape
// is that of the published ones, unless the fit has another number of dimensions.
func (o *opener) fitted(ctx context.Context) (*prior, error) {
	path, err := o.fitPath()
	if err != nil {
		return nil, err
	}
	public := o.sets[o.c.Fit]
	name, shape := public.part(o.c.Batches), public.shape
	m, hash, err := loadMixture(path)
	// What rank 0 finds decides for all, which have to wait for each other below.
	found := struct{ Missing, Other bool }{errors.Is(err, fs.ErrNotExist), err == nil && m.Dim() != dims.Count(shape)}
	if err := dist.Tell(o.group, &found, 0); err != nil {
		return nil, err
	}
	if err != nil && !found.Missing {
		return nil, err
	}
	if found.Missing || found.Other {
		under := *o
		under.c = configs.Data{Kind: o.c.Fit, Dir: o.c.Dir, Batches: o.c.Batches}
		f, err := under.files(ctx)
		if err != nil && found.Other {
			return nil, configs.Usagef("data.mixture: %s has %d dimensions, images of %s %d; if it was fitted to such of another size, they are needed: %w", path, m.Dim(), name, dims.Count(shape), err)
		} else if err != nil {
			return nil, err
		}
		name, shape = f.name, f.train.Shape()
		if found.Missing {
			if err := o.fit(ctx, f, path); err != nil {
				return nil, err
			}
			if m, hash, err = loadMixture(path); err != nil {
				return nil, err
			}
		}
	}
	if m.Dim() != dims.Count(shape) || m.Components() != o.c.Components {
		return nil, configs.Usagef("data.mixture: %s has %d components in %d dimensions, want %d in %d; remove it to fit it anew", path, m.Components(), m.Dim(), o.c.Components, dims.Count(shape))
	}
	p := &prior{name: fmt.Sprintf("mixture of %d Gaussians fitted to %s", m.Components(), name), shape: shape, image: true, hash: hash}
	return p, p.normalize(m)
}

// fitPath returns the file of the fit.
func (o *opener) fitPath() (string, error) {
	if o.c.Mixture != "" {
		return o.c.Mixture, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", configs.Usagef("data.mixture: there is no cache folder (%w); name a file for the fit", err)
	}
	name := fmt.Sprintf("%s-%d-%s", o.c.Fit, o.c.Components, strings.ReplaceAll(o.c.Covariance, ":", ""))
	for _, b := range o.c.Batches {
		name += fmt.Sprintf("-%d", b)
	}
	return filepath.Join(cache, "condmean", "mixtures", name+".npz"), nil
}

// fit fits the mixture and saves it.
func (o *opener) fit(ctx context.Context, f files, path string) error {
	kind, rank, err := gmm.ParseCovariance(o.c.Covariance)
	if err != nil {
		return configs.Usagef("data.covariance: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return configs.Usagef("data.mixture: %w", err)
	}
	d := dims.Count(f.train.Shape())
	x, sample := make([]float64, 0, f.train.Len()*d), make([]float32, d)
	if err := firstError(ctx, f.train.Len(), func(i int) error {
		if err := f.train.Read(sample, i); err != nil {
			return err
		}
		for _, v := range sample {
			x = append(x, float64(v))
		}
		return nil
	}); err != nil {
		return err
	}
	pool := par.New(o.threads)
	defer pool.Close()
	const iterations = 100
	o.log.Info("fitting a mixture by EM", "data", f.name, "samples", f.train.Len(), "components", o.c.Components, "covariance", o.c.Covariance, "to", path)
	m, result, err := gmm.Fit(ctx, x, d, gmm.FitOptions{
		Components: o.c.Components, Kind: kind, Rank: rank, Seed: fitSeed, MaxIter: iterations, Pool: pool, Group: o.group,
		// Nats a sample; hundreds of dimensions make the default of 1e-3 a wait
		// for nothing.
		Tol: 1e-4 * float64(d),
		Progress: func(s gmm.FitStep) {
			o.log.Debug("EM", "iteration", s.Iter, "log_likelihood", s.LogLik, "reseeded", s.Reseeded)
			o.progress(fmt.Sprintf("fitting the mixture: log-likelihood %.2f", s.LogLik), int64(s.Iter), iterations)
		},
	})
	if err != nil {
		return err
	}
	o.log.Info("fitted", "iterations", len(result.Steps), "converged", result.Converged, "log_likelihood", result.Steps[len(result.Steps)-1].LogLik)
	if dist.Leads(o.group) {
		if err := m.Save(path); err != nil {
			return err
		}
	}
	return o.group.Barrier()
}
