package weights

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/internal/foreign"
)

// Array is a named array as a weight file holds it, in row-major order. The
// zero value is not useful; arrays come from a reader or from FromFloat32 and
// FromFloat64.
type Array struct {
	Name  string
	Shape []int // empty for a scalar
	DType DType // type in the file

	// Exactly one of these holds the elements.
	raw []byte // little-endian, as read
	f32 []float32
	f64 []float64
}

// FromFloat32 returns an array over data, which is not copied. It panics if
// shape and data disagree.
func FromFloat32(name string, shape []int, data []float32) Array {
	mustHold(name, shape, len(data))
	return Array{Name: name, Shape: shape, DType: Float32, f32: data}
}

// FromFloat64 is FromFloat32 for float64 elements.
func FromFloat64(name string, shape []int, data []float64) Array {
	mustHold(name, shape, len(data))
	return Array{Name: name, Shape: shape, DType: Float64, f64: data}
}

// FromInt64 is FromFloat32 for integers, which are copied.
func FromInt64(name string, shape []int, data []int64) Array {
	mustHold(name, shape, len(data))
	raw := make([]byte, 8*len(data))
	for i, v := range data {
		binary.LittleEndian.PutUint64(raw[8*i:], uint64(v))
	}
	return Array{Name: name, Shape: shape, DType: Int64, raw: raw}
}

// FromComplex128 is FromFloat32 for complex elements, which are copied; they are
// Complex64 in the file unless wide.
func FromComplex128(name string, shape []int, data []complex128, wide bool) Array {
	mustHold(name, shape, len(data))
	a := Array{Name: name, Shape: shape, DType: Complex64, raw: make([]byte, 0, 16*len(data))}
	if wide {
		a.DType = Complex128
	}
	for _, v := range data {
		for _, part := range [2]float64{real(v), imag(v)} {
			if wide {
				a.raw = binary.LittleEndian.AppendUint64(a.raw, math.Float64bits(part))
			} else {
				a.raw = binary.LittleEndian.AppendUint32(a.raw, math.Float32bits(float32(part)))
			}
		}
	}
	return a
}

func mustHold(name string, shape []int, n int) {
	if want, err := elements(shape); err != nil || want != n {
		panic(fmt.Sprintf("weights: %s: shape %v does not hold %d elements", name, shape, n))
	}
}

// Len returns the number of elements.
func (a Array) Len() int { return dims.Count(a.Shape) }

// Float32 returns the elements widened (or, from 64-bit types, rounded) to
// float32. The slice is the caller's own, except that an array made by
// FromFloat32 returns the very slice it was made from. Complex elements give
// two numbers each, the real part first.
func (a Array) Float32() []float32 {
	if a.f32 != nil {
		return a.f32
	}
	dst := make([]float32, a.values())
	if a.f64 != nil {
		for i, v := range a.f64 {
			dst[i] = float32(v)
		}
		return dst
	}
	widen(dst, a.raw, a.DType)
	return dst
}

// Float64 is Float32 for float64 elements.
func (a Array) Float64() []float64 {
	if a.f64 != nil {
		return a.f64
	}
	dst := make([]float64, a.values())
	if a.f32 != nil {
		for i, v := range a.f32 {
			dst[i] = float64(v)
		}
		return dst
	}
	widen(dst, a.raw, a.DType)
	return dst
}

// Complex128 returns the elements as complex numbers, the caller's own.
func (a Array) Complex128() []complex128 {
	x := a.Float64()
	dst := make([]complex128, a.Len())
	for i := range dst {
		if a.DType.Complex() {
			dst[i] = complex(x[2*i], x[2*i+1])
		} else {
			dst[i] = complex(x[i], 0)
		}
	}
	return dst
}

// values returns the number of real numbers that the elements consist of.
func (a Array) values() int {
	if a.DType.Complex() {
		return 2 * a.Len()
	}
	return a.Len()
}

// bytes returns the elements in little-endian order; the result is shared
// with the array where it came from a file.
func (a Array) bytes() []byte {
	le := binary.LittleEndian
	switch {
	case a.f32 != nil:
		b := make([]byte, 4*len(a.f32))
		for i, v := range a.f32 {
			le.PutUint32(b[4*i:], math.Float32bits(v))
		}
		return b
	case a.f64 != nil:
		b := make([]byte, 8*len(a.f64))
		for i, v := range a.f64 {
			le.PutUint64(b[8*i:], math.Float64bits(v))
		}
		return b
	}
	return a.raw
}

// elements returns the product of the dimensions, or an error where one is
// negative or the product could not be held in memory.
func elements(shape []int) (int, error) {
	const limit = math.MaxInt / 8 // so that no byte count overflows
	n, ok := dims.CountWithin(shape, limit)
	switch {
	case ok:
		return n, nil
	case slices.Min(shape) < 0:
		return 0, fmt.Errorf("negative dimension in shape %v", shape)
	}
	return 0, fmt.Errorf("shape %v is too large", shape)
}

// checkNames refuses empty and repeated names.
func checkNames(arrays []Array) error {
	seen := make(map[string]bool, len(arrays))
	for _, a := range arrays {
		if a.Name == "" {
			return fmt.Errorf("an array has no name")
		}
		if seen[a.Name] {
			return fmt.Errorf("two arrays are named %s", foreign.Quote(a.Name))
		}
		seen[a.Name] = true
	}
	return nil
}

// Find returns the array of that name.
func Find(arrays []Array, name string) (Array, bool) {
	i := slices.IndexFunc(arrays, func(a Array) bool { return a.Name == name })
	if i < 0 {
		return Array{}, false
	}
	return arrays[i], true
}
