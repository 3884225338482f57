package eval

import (
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/internal/rng"
)

// Files are often in order: an image folder class by class, recordings one after
// the other. Where not all samples of a split are used, the first ones would be all
// of a kind. This file says which ones are used instead.

// spread returns the places of n samples of a split, evenly spaced.
func spread(split data.Source, n int) []int {
	at := make([]int, n)
	for i := range at {
		at[i] = i * split.Len() / n
	}
	return at
}

// tested returns the places of the n test samples of an evaluation. Own files are
// taken in an order that the seed of the data draws, so that the first samples are
// the same for any n; mixtures and public test sets are taken as they come.
func tested(split data.Source, c configs.Data, seed uint64, n int) []int {
	if c.Own() {
		return rng.New(seed, rng.DataTest, 0, 0).Rand().Perm(split.Len())[:n]
	}
	return spread(split, split.Len())[:n]
}

// readAt fills x with the samples of a split at the given places, normalised.
func readAt(x []float64, set *data.Set, split data.Source, at []int) error {
	d := set.Dim()
	for i, k := range at {
		if err := set.ReadNormalized(x[i*d:][:d], split, k); err != nil {
			return err
		}
	}
	return nil
}
