package media

import (
	"fmt"
	"math"
)

const (
	// narrow is the share of the training data's range that values all lie within
	// if they are in smaller units: 0 to 1 instead of 0 to 255 is 1/255.
	narrow = 1. / 20
	// wide is how many such ranges the values' standard deviation is if they are in
	// larger units: 75 for 0 to 255 instead of 0 to 1. Noise at -20 dB has at most
	// 5, since the deviation of data is at most half their range.
	wide = 20
	// certain is how many standard errors a mean may be off by chance.
	certain = 6
)

// OutsideRange compares the values of a file, noise and all, with the range of
// the training data. It returns a note if they seem to be in other units, else
// "". Signs of that are values that
//
//   - all lie within a small part of a range as wide as the training data's,
//   - have a mean that is off the range by more than its width, while noise of
//     any strength leaves the mean where it is,
//   - or spread more than noise does at any SNR that is of use.
//
// A range without width says nothing.
func OutsideRange(low, high float64, x []float64) string {
	width := high - low
	if !(width > 0) || math.IsInf(width, 0) || len(x) == 0 {
		return ""
	}
	s := summarize(x)
	margin := width + certain*s.deviation/math.Sqrt(float64(len(x)))
	if s.high-s.low >= narrow*width && s.deviation <= wide*width && s.mean >= low-margin && s.mean <= high+margin {
		return ""
	}
	return fmt.Sprintf("the values of the file go from %.4g to %.4g, those of the training data from %.4g to %.4g: are they in the same units?", s.low, s.high, low, high)
}

// UnitsNote is the note of [OutsideRange] about the file, with how its values
// were read.
func (m *Media) UnitsNote(low, high float64) string {
	note := OutsideRange(low, high, m.X)
	if note != "" && m.Units != "" {
		note += " (" + m.Units + ")"
	}
	return note
}

type summary struct{ low, high, mean, deviation float64 }

// summarize describes values, at least one.
func summarize(x []float64) summary {
	s := summary{low: x[0], high: x[0]}
	square := 0.0 // sum of squared differences from the mean
	for i, v := range x {
		s.low, s.high = min(s.low, v), max(s.high, v)
		d := v - s.mean
		s.mean += d / float64(i+1)
		square += d * (v - s.mean)
	}
	s.deviation = math.Sqrt(square / float64(len(x)))
	return s
}
