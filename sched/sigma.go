package sched

import "math"

// Sigma returns the standard deviation of one real value of the noise n of an
// observation y = x + n at a linear SNR, in units of normalised data:
//
//	σ = std/√SNR
//
// std is that of one real value of ε, as in Options.Std: 1 (or 0) for data of
// power one a real value, 1/√2 for data of power one a complex value, whose real
// and imaginary part have half of the noise each. The SNR is that of the levels
// in either case.
func Sigma(std, snr float64) float64 { return Noise{Std: std}.std() * math.Sqrt(1/snr) }
