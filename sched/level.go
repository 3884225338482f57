package sched

import (
	"math"
	"sort"
)

// Match selects how an observation's SNR is mapped to a level.
type Match string

const (
	MatchDB     Match = "db"     // nearest level in dB (default)
	MatchLinear Match = "linear" // nearest level in linear SNR; coarse grids suffer badly
	MatchExact  Match = "exact"  // the fractional t with SNR[t] equal to the observation's
)

// ParseMatch reads a Match; "" is MatchDB.
func ParseMatch(s string) (Match, error) {
	return parse("match", s, MatchDB, MatchLinear, MatchExact)
}

// At returns the level at t in [0, T-1]; between grid points log SNR is
// interpolated linearly. t outside of the grid is clamped.
func (s *Schedule) At(t float64) Level {
	t = min(max(t, 0), float64(s.T-1))
	i := int(t)
	f := t - float64(i)
	if f == 0 {
		return Level{Index: t, AlphaBar: s.AlphaBar[i]}
	}
	return Level{Index: t, AlphaBar: sigmoid(s.logSNR[i] + f*(s.logSNR[i+1]-s.logSNR[i]))}
}

// Index returns the fractional t in [0, T-1] at which SNR[t] equals snr under
// the interpolation of At; SNRs outside of the grid are clamped.
func (s *Schedule) Index(snr float64) float64 {
	l := math.Log(snr)
	i := sort.Search(s.T, func(i int) bool { return s.logSNR[i] <= l }) // first level not above snr
	switch {
	case i == 0:
		return 0
	case i == s.T:
		return float64(s.T - 1)
	}
	return float64(i-1) + (s.logSNR[i-1]-l)/(s.logSNR[i-1]-s.logSNR[i])
}

// Nearest returns tHat, the level whose SNR is nearest to snr in dB or (linear)
// in the SNR itself; the lower index wins a tie.
func (s *Schedule) Nearest(snr float64, linear bool) int {
	db := 10 * math.Log10(snr)
	best, at := math.Inf(1), 0
	for i, v := range s.SNR {
		d := math.Abs(v - snr)
		if !linear {
			d = math.Abs(10*math.Log10(v) - db)
		}
		if d < best {
			best, at = d, i
		}
	}
	return at
}

// match returns the level that an observation of the given SNR is taken to
// be at.
func (s *Schedule) match(snr float64, m Match) Level {
	if m == MatchExact {
		at := s.At(s.Index(snr))
		if !s.above(snr) && !s.below(snr) {
			at.AlphaBar = snr / (1 + snr) // free of the interpolation's rounding
		}
		return at
	}
	return s.At(float64(s.Nearest(snr, m == MatchLinear)))
}

// above and below tell whether snr lies outside of the grid by more than
// rounding, so that 40 dB is still level 0 of a schedule that starts there.
func (s *Schedule) above(snr float64) bool { return snr > s.SNR[0]*(1+1e-9) }
func (s *Schedule) below(snr float64) bool { return snr < s.SNR[s.T-1]*(1-1e-9) }

// betaAt returns β at a level; between grid points log β is interpolated.
func (s *Schedule) betaAt(at Level) float64 {
	t := min(max(at.Index, 0), float64(s.T-1))
	i := int(t)
	f := t - float64(i)
	if f == 0 {
		return s.Beta[i]
	}
	return math.Exp((1-f)*math.Log(s.Beta[i]) + f*math.Log(s.Beta[i+1]))
}
