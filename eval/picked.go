package eval

import (
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/internal/rng"
)

// Files are often in order: an image folder class by class, recordings one after
// the other. Where not all samples of a split are used, the first ones would be all
// of a kind. This file says which ones are used instead.

// tested returns the places of the n test samples of an evaluation. Own files are
// taken in an order that the seed of the data draws, so that the first samples are
// the same for any n; mixtures and public test sets are taken as they come.
func tested(split data.Source, c configs.Data, seed uint64, n int) []int {
	if c.Own() {
		return rng.New(seed, rng.DataTest, 0, 0).Rand().Perm(split.Len())[:n]
	}
	return data.Spread(split, split.Len())[:n]
}
