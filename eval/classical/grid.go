package classical

import "fmt"

// check panics unless slices of these lengths hold images of a shape.
func check(dst, y []float64, shape [3]int) {
	if n := shape[0] * shape[1] * shape[2]; n < 1 || len(y) != n || len(dst) != n {
		panic(fmt.Sprintf("classical: %d values in, %d out do not fit the shape %v", len(y), len(dst), shape))
	}
}

// grid is a plane of h·w values, row by row.
type grid struct {
	h, w int
	x    []float64
}

func newGrid(h, w int) grid { return grid{h, w, make([]float64, h*w)} }

// reflect maps an index to [0,n) by reflection at the first and the last value,
// which are not repeated.
func reflect(i, n int) int {
	if n == 1 {
		return 0
	}
	period := 2 * (n - 1)
	if i %= period; i < 0 {
		i += period
	}
	return min(i, period-i)
}

// symmetric maps an index to [0,n) by reflection beyond the first and the last
// value, which are repeated.
func symmetric(i, n int) int {
	period := 2 * n
	if i %= period; i < 0 {
		i += period
	}
	return min(i, period-1-i)
}
