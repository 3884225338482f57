package chart

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// ticks puts labels at multiples of 1, 2 or 5 times a power of ten: some eight on
// an axis, or three on a small one.
func ticks(small bool) plot.Ticker {
	most := 8.0
	if small {
		most = 3
	}
	return plot.TickerFunc(func(low, high float64) []plot.Tick {
		step := niceStep((high - low) / most)
		if !(step > 0) || math.IsInf(step, 0) {
			return []plot.Tick{{Value: low, Label: strconv.FormatFloat(low, 'g', 4, 64)}}
		}
		digits := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
		var list []plot.Tick
		for k := math.Ceil(low/step - 1e-9); k*step <= high+1e-9*step; k++ {
			list = append(list, plot.Tick{Value: k * step, Label: label(k*step, digits)})
		}
		return list
	})
}

// niceStep returns the least of 1, 2, 5, 10, … times a power of ten that is not
// below x.
func niceStep(x float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(x)))
	for _, f := range []float64{1, 2, 5, 10} {
		if f*unit >= x*(1-1e-9) {
			return f * unit
		}
	}
	return 10 * unit
}

// label writes a number with a proper minus, and zero without.
func label(x float64, digits int) string {
	s := strconv.FormatFloat(x, 'f', digits, 64)
	if strings.Trim(s, "-0.") == "" {
		return "0"
	}
	return strings.Replace(s, "-", "−", 1)
}
