package data

import (
	"fmt"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/rng"
)

// openMixture draws the splits from a Gaussian mixture, loaded or random,
// normalised by its own moments: its samples need no further normalisation, and
// its conditional mean is known.
func openMixture(c configs.Data, seed uint64) (*Set, error) {
	var m *gmm.Mixture
	var err error
	if c.Mixture != "" {
		if m, err = gmm.Load(c.Mixture); err != nil {
			return nil, configs.Usagef("data.mixture: %w", err)
		}
	} else {
		m, err = gmm.Random(c.Dim, c.Components, seed)
	}
	if err != nil {
		return nil, err
	}
	if m, _, _, err = m.Normalize(); err != nil {
		return nil, err
	}
	pool := par.New(1)
	defer pool.Close()
	draw := func(n int, purpose rng.Purpose) (Source, error) {
		const most = 1 << 30
		if n < 1 || n > most/m.Dim() {
			return nil, fmt.Errorf("data.samples: %d samples of %d values, want at least 1 and at most %d", n, m.Dim(), most/m.Dim())
		}
		x := make([]float64, m.Dim())
		s := &memory{shape: []int{1, m.Dim()}, data: make([]float32, 0, n*m.Dim())}
		for i := range n {
			if err := m.Sample(pool, x, seed, purpose, i); err != nil {
				return nil, err
			}
			for _, v := range x {
				s.data = append(s.data, float32(v))
			}
		}
		return s, nil
	}
	set := &Set{Name: fmt.Sprintf("mixture of %d Gaussians in %d dimensions", m.Components(), m.Dim()), Norm: Identity(m.Dim()), Mixture: m}
	for _, split := range []struct {
		to      *Source
		n       int
		purpose rng.Purpose
	}{{&set.Train, c.Samples.Train, rng.DataTrain}, {&set.Val, c.Samples.Val, rng.DataVal}, {&set.Test, c.Samples.Test, rng.DataTest}} {
		if *split.to, err = draw(split.n, split.purpose); err != nil {
			return nil, err
		}
	}
	return set, nil
}
