package eval

import (
	"math"

	"github.com/condmean/condmean/internal/decibel"
)

// normal95 is the two-sided 95 % quantile of the standard normal distribution.
const normal95 = 1.959964

// perRelative converts a small relative error to decibels.
var perRelative = 10 / math.Ln10

func sum(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s
}

// ratio returns R = Σe/Σp and the half width of its 95 % interval in dB.
func ratio(e, p []float64) (r, ci float64) {
	n := float64(len(e))
	total := sum(p)
	r = sum(e) / total
	if len(e) < 2 || r == 0 {
		return r, math.Inf(1)
	}
	sq := 0.0
	for i, v := range e {
		d := v - r*p[i]
		sq += d * d
	}
	se := math.Sqrt(sq/(n*(n-1))) / (total / n)
	return r, normal95 * se / r * perRelative
}

// pairedGap returns 10·log10(Σe/Σc) for paired errors and the half width of its
// 95 % interval.
func pairedGap(e, c []float64) (gap, ci float64) {
	n := float64(len(e))
	me, mc := sum(e)/n, sum(c)/n
	gap = decibel.Of(me / mc)
	if len(e) < 2 || me == 0 || mc == 0 {
		return gap, math.Inf(1)
	}
	sq := 0.0
	for i := range e {
		d := e[i]/me - c[i]/mc
		sq += d * d
	}
	return gap, normal95 * math.Sqrt(sq/(n*(n-1))) * perRelative
}
