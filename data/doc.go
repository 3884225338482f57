// Package data turns files and mixtures into normalised, shuffled batches.
//
// A [Source] is an indexed collection of raw samples. [Open] makes the three
// sources of a data set, splits them, and computes the [Norm] from the train
// split alone:
//
//	x ← (x - μ)/c,  μ = mean of the train split,  c = √(mean‖x-μ‖²/N)
//
// so that every sample has zero mean and average power one, of a real value, or of
// a complex one where data.noise says so; both are applied in float64 to values as
// precise as their file has them. All splits are read once when a set is opened:
// what cannot be used is found then, and the [Fingerprint] tells the set from
// others. A [Loader] hands out batches of the train split in an order that is a
// function of (seed, epoch), prefetched, from a cursor that can be saved.
//
// What data sets there are is listed at [Kinds].
//
// Nothing in a file is trusted: sizes are checked against the file's, and what is
// unpacked against a limit, before memory is taken; a file that changes while it is
// in use ends its use; errors name the file and the offset or the sample.
package data
