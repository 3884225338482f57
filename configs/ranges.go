package configs

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// maxPoints bounds the length of a range, so that a typo in the step cannot
// ask for a sweep without end.
const maxPoints = 1000

// ParseRange reads the points of a range start:step:stop (stop included), of
// a list a,b,c of numbers and ranges, or of one number. Steps may be negative
// when stop is below start. Points are rounded to 1e-9, so that 0:0.1:1 holds
// 0.3 and not 0.30000000000000004.
func ParseRange(text string) ([]float64, error) {
	var points []float64
	for item := range strings.SplitSeq(text, ",") {
		next, err := parseSpan(strings.TrimSpace(item))
		if err != nil {
			return nil, fmt.Errorf("%q: %w", text, err)
		}
		if points = append(points, next...); len(points) > maxPoints {
			return nil, fmt.Errorf("%q: more than %d points; use a larger step", text, maxPoints)
		}
	}
	return points, nil
}

// parseSpan reads one number or one start:step:stop.
func parseSpan(text string) ([]float64, error) {
	parts := strings.Split(text, ":")
	var f [3]float64
	if len(parts) != 1 && len(parts) != 3 {
		return nil, fmt.Errorf("want start:step:stop, a list a,b,c or one number")
	}
	for i, p := range parts {
		v, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%q is not a finite number; want start:step:stop, a list a,b,c or one number", p)
		}
		f[i] = v
	}
	if len(parts) == 1 {
		return f[:1], nil
	}
	start, step, stop := f[0], f[1], f[2]
	if step == 0 || (stop-start)*step < 0 {
		return nil, fmt.Errorf("step %v never leads from %v to %v", step, start, stop)
	}
	const slack = 1e-9 // of a step, so that rounding cannot drop the stop
	count := math.Floor((stop-start)/step+slack) + 1
	if !(count <= maxPoints) {
		return nil, fmt.Errorf("more than %d points; use a larger step", maxPoints)
	}
	points := make([]float64, int(count))
	for i := range points {
		points[i] = math.Round((start+float64(i)*step)*1e9) / 1e9
	}
	return points, nil
}
