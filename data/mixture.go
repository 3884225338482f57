package data

import (
	"context"
	"fmt"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/rng"
)

// prior is a mixture that samples are drawn from.
type prior struct {
	name  string
	shape []int
	z     *gmm.Mixture // of the normalised samples
	norm  *Norm        // from samples in the data's units
	image bool
}

// mixture draws the splits from a Gaussian mixture: loaded, random, or fitted to
// another data set. It is normalised by its own moments, so that the conditional
// mean of the normalised samples is known.
func (o *opener) mixture(ctx context.Context) (*Set, error) {
	p, err := o.prior(ctx)
	if err != nil {
		return nil, err
	}
	set := &Set{Name: p.name, Norm: p.norm, Mixture: p.z, Image: p.image, Loading: o.loading()}
	pool := par.New(o.threads)
	defer pool.Close()
	sizes := o.c.Sizes()
	for _, split := range []struct {
		to      *Source
		n       int
		purpose rng.Purpose
	}{{&set.Train, sizes.Train, rng.DataTrain}, {&set.Val, sizes.Val, rng.DataVal}, {&set.Test, sizes.Test, rng.DataTest}} {
		if *split.to, err = p.draw(ctx, pool, split.n, o.seed, split.purpose); err != nil {
			return nil, err
		}
	}
	return set, nil
}

func (o *opener) prior(ctx context.Context) (*prior, error) {
	if o.c.Fit != "" {
		return o.fitted(ctx)
	}
	var m *gmm.Mixture
	var err error
	if o.c.Mixture != "" {
		if m, err = gmm.Load(o.c.Mixture); err != nil {
			return nil, configs.Usagef("data.mixture: %w", err)
		}
	} else if m, err = gmm.Random(o.c.Dim, o.c.Components, o.seed); err != nil {
		return nil, err
	}
	// Its units mean nothing: samples are normalised from the start.
	z, _, _, err := m.Normalize()
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("mixture of %d Gaussians in %d dimensions", m.Components(), m.Dim())
	return &prior{name: name, shape: []int{1, m.Dim()}, z: z, norm: Identity(m.Dim())}, nil
}

// draw returns n samples in the data's units. Sample i is a function of (seed,
// purpose, i).
func (p *prior) draw(ctx context.Context, pool *par.Pool, n int, seed uint64, purpose rng.Purpose) (Source, error) {
	const (
		most = 1 << 30
		some = 1 << 10
	)
	d := p.z.Dim()
	if n < 1 || n > most/d {
		return nil, configs.Usagef("data.samples: %d samples of %d values, want at least 1 and at most %d", n, d, most/d)
	}
	s := &memory{shape: p.shape, data: make([]float32, n*d)}
	x := make([]float64, min(n, some)*d)
	for first := 0; first < n; first += some {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		x := x[:min(some, n-first)*d]
		if err := p.z.Sample(pool, x, seed, purpose, first); err != nil {
			return nil, err
		}
		for i, v := range x {
			s.data[first*d+i] = float32(v*p.norm.Scale[0] + p.norm.Mean[i%d])
		}
	}
	return s, nil
}
