// Package rng derives every random number of the project from a key.
//
// A stream is a function of (seed, purpose, step, sample) and of nothing else:
// not of the number of threads, not of how many numbers other streams have
// drawn. Interrupting and resuming, or changing the batch order of an
// evaluation, therefore cannot change a single draw.
//
//	var s rng.Stream
//	s.Reset(seed, rng.TrainNoise, step, sample)
//	s.Normal32(eps) // fills eps with N(0,1)
package rng
