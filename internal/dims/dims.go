// Package dims computes with the shapes of arrays.
package dims

// Count returns how many elements an array of a shape has, the product of its
// axes: one for a scalar, which has none. The product has to fit an int.
func Count(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// CountWithin is Count for shapes that nobody has checked: ok tells that no axis
// is negative and that the product is at most most, and was at each axis.
func CountWithin(shape []int, most int) (n int, ok bool) {
	n = 1
	for _, d := range shape {
		if d < 0 || d > 0 && n > most/d {
			return 0, false
		}
		n *= d
	}
	return n, true
}
