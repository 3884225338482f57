package data

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/regular"
	"github.com/condmean/condmean/internal/rng"
)

// prior is a mixture that samples are drawn from.
type prior struct {
	name  string
	shape []int
	z     *gmm.Mixture // of the normalised samples
	norm  *Norm        // from samples in the data's units
	image bool
	hash  string // of the file; "" for a random one
}

// mixture draws the splits from a Gaussian mixture: loaded, random, or fitted to
// another data set. It is normalised by its own moments, so that the conditional
// mean of the normalised samples is known.
func (o *opener) mixture(ctx context.Context) (*Set, error) {
	p, err := o.prior(ctx)
	if err != nil {
		return nil, err
	}
	set := &Set{Name: p.name, Norm: p.norm, Mixture: p.z, Image: p.image, Loading: o.loading(), Fingerprint: Fingerprint{Shape: p.shape, Hash: p.hash}}
	if o.c.Fresh {
		set.Name += ", new training samples each epoch"
	}
	pool := par.New(o.threads)
	defer pool.Close()
	sizes := o.c.Sizes()
	for _, split := range []struct {
		to      *Source
		n       int
		purpose rng.Purpose
	}{{&set.Train, sizes.Train, rng.DataTrain}, {&set.Val, sizes.Val, rng.DataVal}, {&set.Test, sizes.Test, rng.DataTest}} {
		if o.c.Fresh && split.purpose == rng.DataTrain {
			*split.to = newFresh(p, split.n, o.seed)
			continue
		}
		if *split.to, err = p.draw(ctx, pool, split.n, o.seed, split.purpose); err != nil {
			return nil, err
		}
	}
	if p.hash == "" {
		return set, nil // the range of a random one tells nothing
	}
	m, err := newMoments(ctx, set.Train, pool)
	if err != nil {
		return nil, err
	}
	set.Norm.Low, set.Norm.High = m.low, m.high
	return set, nil
}

func (o *opener) prior(ctx context.Context) (*prior, error) {
	if o.c.Fit != "" {
		return o.fitted(ctx)
	}
	p := &prior{}
	var m *gmm.Mixture
	var err error
	if o.c.Mixture != "" {
		m, p.hash, err = loadMixture(o.c.Mixture)
	} else {
		m, err = gmm.Random(o.c.Dim, o.c.Components, o.seed)
	}
	if err != nil {
		return nil, err
	}
	p.name = fmt.Sprintf("mixture of %d Gaussians in %d dimensions", m.Components(), m.Dim())
	p.shape = []int{1, m.Dim()}
	if err := p.normalize(m); err != nil {
		return nil, err
	}
	if p.hash == "" { // its units mean nothing: samples are normalised from the start
		p.norm = Identity(m.Dim())
	}
	return p, nil
}

// loadMixture reads a mixture's file, and returns a hash of it.
func loadMixture(path string) (m *gmm.Mixture, hash string, err error) {
	r, size, err := regular.Open(path)
	if err != nil {
		return nil, "", configs.Usagef("data.mixture: %w", err)
	}
	defer func() { err = firstOf(err, r.Close()) }()
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return nil, "", fmt.Errorf("data.mixture: %w", err)
	}
	if m, err = gmm.Read(r, size); err != nil {
		return nil, "", configs.Usagef("data.mixture: %s: %w", path, err)
	}
	return m, shortHash(h), nil
}

// normalize sets the mixture of the normalised samples, and the map to them.
func (p *prior) normalize(m *gmm.Mixture) error {
	z, mean, scale, err := m.Normalize()
	if err != nil {
		return configs.Usagef("data.mixture: %w", err)
	}
	p.z, p.norm = z, &Norm{Mean: mean, Scale: []float64{scale}}
	return nil
}

// draw returns n samples. Sample i is a function of (seed, purpose, i).
func (p *prior) draw(ctx context.Context, pool *par.Pool, n int, seed uint64, purpose rng.Purpose) (Source, error) {
	const (
		most = 1 << 30
		some = 1 << 14
	)
	d := p.z.Dim()
	if n < 1 || n > most/d {
		return nil, configs.Usagef("data.samples: %d samples of %d values, want at least 1 and at most %d", n, d, most/d)
	}
	s := &drawn{memory{shape: p.shape, data: make([]float32, n*d)}, p.norm}
	x := make([]float64, min(n, some)*d)
	for first := 0; first < n; first += some {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		x := x[:min(some, n-first)*d]
		if err := p.z.Sample(pool, x, seed, uint64(purpose), first); err != nil {
			return nil, err
		}
		for i, v := range x {
			s.data[first*d+i] = float32(v)
		}
	}
	if p.hash == "" {
		return &s.memory, nil
	}
	return s, nil
}

// drawn is a source of samples that were drawn normalised, and are read in the
// data's units: in full precision, so that normalising them gives what was drawn.
type drawn struct {
	memory
	norm *Norm
}

var _ wide = (*drawn)(nil)

func (s *drawn) wide() bool { return true }

func (s *drawn) Read(dst []float32, index int) error {
	err := s.memory.Read(dst, index)
	if err == nil {
		s.norm.Invert(dst)
	}
	return err
}

func (s *drawn) read64(dst []float64, index int) error {
	if err := inRange(index, s.Len()); err != nil {
		return err
	}
	for k, v := range s.data[index*len(dst):][:len(dst)] {
		dst[k] = s.norm.invert(k, float64(v))
	}
	return nil
}
