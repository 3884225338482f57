package weights

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/condmean/condmean/internal/npy"
)

// DType is the element type an array has in its file, under its NumPy name.
type DType string

// The element types that can be read. Float16, Float32, Float64 and Int64 can be written,
// and Complex64 and Complex128 to .npy.
const (
	Float64    DType = "float64"
	Float32    DType = "float32"
	Float16    DType = "float16"
	BFloat16   DType = "bfloat16"
	Int64      DType = "int64"
	Int32      DType = "int32"
	Int16      DType = "int16"
	Int8       DType = "int8"
	Uint64     DType = "uint64"
	Uint32     DType = "uint32"
	Uint16     DType = "uint16"
	Uint8      DType = "uint8"
	Bool       DType = "bool"
	Complex64  DType = "complex64"
	Complex128 DType = "complex128"
)

// Size returns the number of bytes of one element, 0 for an unknown type.
func (d DType) Size() int {
	if d == BFloat16 {
		return 2
	}
	return npyElements[d].Size
}

// Exact tells whether float32 holds every number of a real type.
func (d DType) Exact() bool {
	switch d {
	case Float64, Int64, Int32, Uint64, Uint32:
		return false
	}
	return true
}

// Complex tells whether elements are complex numbers.
func (d DType) Complex() bool { return d == Complex64 || d == Complex128 }

// npyElements are the types that .npy files have.
var npyElements = map[DType]npy.Element{
	Float64: {Kind: 'f', Size: 8}, Float32: {Kind: 'f', Size: 4}, Float16: {Kind: 'f', Size: 2},
	Int64: {Kind: 'i', Size: 8}, Int32: {Kind: 'i', Size: 4}, Int16: {Kind: 'i', Size: 2}, Int8: {Kind: 'i', Size: 1},
	Uint64: {Kind: 'u', Size: 8}, Uint32: {Kind: 'u', Size: 4}, Uint16: {Kind: 'u', Size: 2}, Uint8: {Kind: 'u', Size: 1},
	Complex128: {Kind: 'c', Size: 16}, Complex64: {Kind: 'c', Size: 8}, Bool: {Kind: 'b', Size: 1},
}

// widen decodes little-endian elements of type d from src into dst, which has
// the right length: of complex elements two numbers, the real part first. Half
// and bfloat16 widen exactly; 64-bit values are rounded to nearest where T is
// float32.
func widen[T float32 | float64](dst []T, src []byte, d DType) {
	if d == BFloat16 {
		for i := range dst {
			dst[i] = T(math.Float32frombits(uint32(binary.LittleEndian.Uint16(src[2*i:])) << 16))
		}
		return
	}
	e, ok := npyElements[d]
	if !ok {
		panic(fmt.Sprintf("weights: element type %q has no decoder", d))
	}
	npy.Decode(dst, src, e)
}
