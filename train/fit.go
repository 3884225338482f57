package train

import (
	"context"
	"fmt"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/gmm"
	bars "github.com/condmean/condmean/internal/progress"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

// fits reports whether a run begins with a mixture fitted to its samples.
func fits(c configs.Config) bool {
	return c.Model.Kind == "experts" && c.Init.From == "" && c.Init.Fit > 0
}

// fittedLeast is how many samples are always used, where there are as many.
const fittedLeast = 100_000

// fittedSamples is how many of n samples of d values a fit of k experts takes: some for
// each value of each expert; more would take EM long for what training learns as well.
func fittedSamples(n, k, d int) int { return min(n, max(fittedLeast, 2*k*d)) }

// fitted lets a network of experts begin with a mixture of as many components, of
// covariances of the experts' rank, that some iterations of EM fit to samples of the
// train split, begun by k-means: experts that begin at random do not find out which of
// them is for what.
func (l *numbers) fitted(ctx context.Context, cfg configs.Config, set *data.Set, rt *op.Runtime, o Options) error {
	c, d := cfg.Model.Experts, set.Dim()
	all := set.Train.Len()
	if all < c.Count {
		return configs.Usagef("model.experts.count: %d experts cannot begin with %d samples; want fewer, or init.fit=0", c.Count, all)
	}
	n := fittedSamples(all, c.Count, d)
	at, x := data.Spread(set.Train, n), make([]float64, n*d)
	const block = 1024 // samples between looks at ctx: those of a large mixture take long
	for first := 0; first < n; first += block {
		if err := ctx.Err(); err != nil {
			return err
		}
		end := min(first+block, n)
		if err := set.ReadAt(x[first*d:end*d], set.Train, at[first:end]); err != nil {
			return err
		}
	}
	tasks := bars.NewTasks(o.Err)
	defer tasks.Close()
	o.Log.Info("fitting the experts by EM", "samples", n, "experts", c.Count, "rank", c.Rank, "iterations", cfg.Init.Fit)
	m, result, err := gmm.Fit(ctx, x, d, gmm.FitOptions{
		Components: c.Count, Kind: gmm.PPCA, Rank: c.Rank, Seed: cfg.Seed, MaxIter: cfg.Init.Fit, Pool: rt.Pool(),
		Progress: func(s gmm.FitStep) {
			tasks.Show(fmt.Sprintf("fitting the experts: log-likelihood %.2f", s.LogLik), int64(s.Iter), int64(cfg.Init.Fit))
		},
	})
	if err != nil {
		return err
	}
	o.Log.Info("fitted", "log_likelihood", result.Steps[len(result.Steps)-1].LogLik)
	if err := l.net.FromMixture(m); err != nil {
		return err
	}
	if l.average != nil {
		return l.average.net.FromMixture(m)
	}
	return nil
}

// tellLevels gives a network that holds them the SNRs of the schedule's levels.
// Weights that are given bring their own.
func tellLevels(cfg configs.Config, net *model.Network) error {
	if cfg.Init.From != "" {
		return nil
	}
	s, err := sched.New(cfg.Schedule)
	if err != nil {
		return err
	}
	return net.Levels(s.SNR)
}
