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
