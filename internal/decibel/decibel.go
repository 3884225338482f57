// Package decibel converts between ratios of powers and decibels.
package decibel

import "math"

// Linear returns the ratio that x dB are.
func Linear(x float64) float64 { return math.Pow(10, x/10) }

// Of returns a ratio in dB.
func Of(ratio float64) float64 { return 10 * math.Log10(ratio) }
