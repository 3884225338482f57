// Package data turns files and mixtures into normalised, shuffled batches.
//
// A [Source] is an indexed collection of raw samples. [Open] makes the three
// sources of a data set, splits them, and computes the [Norm] from the train
// split alone:
//
//	x ← (x - μ)/c,  μ = mean of the train split,  c = √(mean‖x-μ‖²/N)
//
// so that every sample has zero mean and average power one. A [Loader] hands out
// batches of the train split in an order that is a function of (seed, epoch),
// prefetched, from a cursor that can be saved.
package data
