package weights

import (
	"encoding/binary"
	"fmt"
	"math"
)

// DType is the element type an array has in its file, under its NumPy name.
type DType string

// The element types that can be read. Float32 and Float64 can be written.
const (
	Float64  DType = "float64"
	Float32  DType = "float32"
	Float16  DType = "float16"
	BFloat16 DType = "bfloat16"
	Int64    DType = "int64"
	Int32    DType = "int32"
	Int16    DType = "int16"
	Int8     DType = "int8"
	Uint8    DType = "uint8"
	Bool     DType = "bool"
)

// Size returns the number of bytes of one element, 0 for an unknown type.
func (d DType) Size() int {
	switch d {
	case Float64, Int64:
		return 8
	case Float32, Int32:
		return 4
	case Float16, BFloat16, Int16:
		return 2
	case Int8, Uint8, Bool:
		return 1
	}
	return 0
}

// widen decodes little-endian elements of type d from src into dst, which has
// the right length. Half and bfloat16 widen exactly; 64-bit values are rounded
// to nearest where T is float32.
func widen[T float32 | float64](dst []T, src []byte, d DType) {
	le := binary.LittleEndian
	switch d {
	case Float64:
		for i := range dst {
			dst[i] = T(math.Float64frombits(le.Uint64(src[8*i:])))
		}
	case Float32:
		for i := range dst {
			dst[i] = T(math.Float32frombits(le.Uint32(src[4*i:])))
		}
	case Float16:
		for i := range dst {
			dst[i] = T(half(le.Uint16(src[2*i:])))
		}
	case BFloat16:
		for i := range dst {
			dst[i] = T(math.Float32frombits(uint32(le.Uint16(src[2*i:])) << 16))
		}
	case Int64:
		for i := range dst {
			dst[i] = T(int64(le.Uint64(src[8*i:])))
		}
	case Int32:
		for i := range dst {
			dst[i] = T(int32(le.Uint32(src[4*i:])))
		}
	case Int16:
		for i := range dst {
			dst[i] = T(int16(le.Uint16(src[2*i:])))
		}
	case Int8:
		for i := range dst {
			dst[i] = T(int8(src[i]))
		}
	case Uint8, Bool:
		for i := range dst {
			dst[i] = T(src[i])
		}
	default:
		panic(fmt.Sprintf("weights: element type %q has no decoder", d))
	}
}

// half widens an IEEE 754 binary16 number: 1 sign, 5 exponent, 10 fraction bits.
func half(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exp, frac := uint32(h>>10&0x1f), uint32(h&0x3ff)
	switch exp {
	case 0: // zero or subnormal: frac·2⁻²⁴, exact in float32
		return math.Float32frombits(sign | math.Float32bits(float32(frac)*0x1p-24))
	case 0x1f: // infinity or NaN
		return math.Float32frombits(sign | 0xff<<23 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+127-15)<<23 | frac<<13)
}
