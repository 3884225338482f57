package weights

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
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

func mustHold(name string, shape []int, n int) {
	if want, err := elements(shape); err != nil || want != n {
		panic(fmt.Sprintf("weights: %s: shape %v does not hold %d elements", name, shape, n))
	}
}

// Len returns the number of elements.
func (a Array) Len() int {
	n := 1
	for _, d := range a.Shape {
		n *= d
	}
	return n
}

// Float32 returns the elements widened (or, from 64-bit types, rounded) to
// float32. The slice is the caller's own, except that an array made by
// FromFloat32 returns the very slice it was made from.
func (a Array) Float32() []float32 {
	if a.f32 != nil {
		return a.f32
	}
	dst := make([]float32, a.Len())
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
	dst := make([]float64, a.Len())
	if a.f32 != nil {
		for i, v := range a.f32 {
			dst[i] = float64(v)
		}
		return dst
	}
	widen(dst, a.raw, a.DType)
	return dst
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
	n := 1
	for _, d := range shape {
		if d < 0 {
			return 0, fmt.Errorf("negative dimension in shape %v", shape)
		}
		if d > 0 && n > limit/d {
			return 0, fmt.Errorf("shape %v is too large", shape)
		}
		n *= d
	}
	return n, nil
}

// rowMajor returns the elements of a column-major (Fortran) array of the given
// shape, each size bytes, in row-major order.
func rowMajor(src []byte, shape []int, size int) []byte {
	strides := make([]int, len(shape))
	step := 1
	for i, d := range shape {
		strides[i] = step
		step *= d
	}
	return gather(src, 0, shape, strides, size)
}

// gather copies the elements at offset + Σ index·stride, in row-major order of
// the index; offset and strides count elements of size bytes.
func gather(src []byte, offset int, shape, strides []int, size int) []byte {
	n := 1
	for _, d := range shape {
		n *= d
	}
	dst := make([]byte, n*size)
	index := make([]int, len(shape))
	at := offset
	for i := range n {
		copy(dst[i*size:(i+1)*size], src[at*size:])
		for k := len(shape) - 1; k >= 0; k-- {
			index[k]++
			at += strides[k]
			if index[k] < shape[k] {
				break
			}
			at -= strides[k] * shape[k]
			index[k] = 0
		}
	}
	return dst
}

// checkNames refuses empty and repeated names.
func checkNames(arrays []Array) error {
	seen := make(map[string]bool, len(arrays))
	for _, a := range arrays {
		if a.Name == "" {
			return fmt.Errorf("an array has no name")
		}
		if seen[a.Name] {
			return fmt.Errorf("two arrays are named %q", a.Name)
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
