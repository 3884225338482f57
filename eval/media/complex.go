package media

import "github.com/condmean/condmean/checkpoint/weights"

// Planar arranges X of a complex array as networks take its samples, of n elements
// each: first their real parts, then their imaginary ones. Write expects values in
// the same order. Without it the parts of each element stand side by side.
func (m *Media) Planar(n int) {
	m.X = planar(complexes(m.X, m.planar), n)
	m.planar = n
}

// complexes puts elements together of which each n have their real parts first.
func complexes(x []float64, n int) []complex128 {
	z := make([]complex128, len(x)/2)
	for i := range z {
		at := i/n*2*n + i%n
		z[i] = complex(x[at], x[at+n])
	}
	return z
}

// planar is the inverse of complexes.
func planar(z []complex128, n int) []float64 {
	x := make([]float64, 2*len(z))
	for i, v := range z {
		at := i/n*2*n + i%n
		x[at], x[at+n] = real(v), imag(v)
	}
	return x
}

// array returns values as an array like a: complex elements stay, and real ones
// become float32, or float64 where float32 does not hold all numbers of their type.
func (m *Media) array(a weights.Array, x []float64) weights.Array {
	if m.Complex {
		return weights.FromComplex128("", a.Shape, complexes(x, m.planar), a.DType == weights.Complex128)
	}
	out := weights.FromFloat64("", a.Shape, x)
	if a.DType.Exact() {
		out = weights.FromFloat32("", a.Shape, out.Float32())
	}
	return out
}
