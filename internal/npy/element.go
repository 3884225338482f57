package npy

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/condmean/condmean/internal/foreign"
)

// Element is a type of elements.
type Element struct {
	Kind byte // as NumPy has it: b boolean, i signed, u unsigned, f float, c complex
	Size int  // bytes
	Big  bool // big-endian
}

// kinds are the names of the types that can be read, by their code.
var kinds = map[string]string{
	"b1": "bool", "i1": "int8", "i2": "int16", "i4": "int32", "i8": "int64",
	"u1": "uint8", "u2": "uint16", "u4": "uint32", "u8": "uint64",
	"f2": "float16", "f4": "float32", "f8": "float64", "c8": "complex64", "c16": "complex128",
}

func (e Element) code() string { return fmt.Sprintf("%c%d", e.Kind, e.Size) }

// String returns NumPy's name of the type, without its byte order.
func (e Element) String() string { return kinds[e.code()] }

// descr returns the field of a header.
func (e Element) descr() string {
	switch {
	case e.Size == 1:
		return "|" + e.code()
	case e.Big:
		return ">" + e.code()
	}
	return "<" + e.code()
}

func parseElement(descr string) (e Element, err error) {
	if descr == "[" {
		return e, fmt.Errorf("structured arrays are not supported; save one field")
	}
	if strings.HasSuffix(descr, "O") {
		return e, fmt.Errorf("holds Python objects, which are never loaded; save it with a numeric dtype")
	}
	if len(descr) > 2 && strings.Contains("<>|=", descr[:1]) && kinds[descr[1:]] != "" {
		e.Kind, e.Big = descr[1], descr[0] == '>'
		_, err = fmt.Sscanf(descr[2:], "%d", &e.Size)
		return e, err
	}
	return e, fmt.Errorf("element type %s is not supported; save it as float32 or complex64", foreign.Quote(descr))
}

// Values returns how many real numbers an element holds: two if it is complex.
func (e Element) Values() int {
	if e.Kind == 'c' {
		return 2
	}
	return 1
}

// Exact tells whether float32 holds every number of the type.
func (e Element) Exact() bool {
	switch e.Kind {
	case 'f':
		return e.Size <= 4
	case 'c':
		return e.Size <= 8
	}
	return e.Size <= 2
}

// ToLittle brings elements into little-endian order, in place.
func (e Element) ToLittle(b []byte) {
	if size := e.Size / e.Values(); e.Big && size > 1 {
		for at := 0; at+size <= len(b); at += size {
			slices.Reverse(b[at : at+size])
		}
	}
}

// Decode converts elements in little-endian order (see ToLittle) to dst, which
// has room for all of their values: of complex ones the real part, then the
// imaginary one. Values that T does not hold are rounded to nearest.
func Decode[T float32 | float64](dst []T, src []byte, e Element) {
	le := binary.LittleEndian
	switch int(e.Kind)<<8 | e.Size { // the type's code; as a string it would be made at each call
	case 'f'<<8 | 8, 'c'<<8 | 16:
		for i := range dst {
			dst[i] = T(math.Float64frombits(le.Uint64(src[8*i:])))
		}
	case 'f'<<8 | 4, 'c'<<8 | 8:
		for i := range dst {
			dst[i] = T(math.Float32frombits(le.Uint32(src[4*i:])))
		}
	case 'f'<<8 | 2:
		for i := range dst {
			dst[i] = T(Half(le.Uint16(src[2*i:])))
		}
	case 'i'<<8 | 8:
		for i := range dst {
			dst[i] = T(int64(le.Uint64(src[8*i:])))
		}
	case 'i'<<8 | 4:
		for i := range dst {
			dst[i] = T(int32(le.Uint32(src[4*i:])))
		}
	case 'i'<<8 | 2:
		for i := range dst {
			dst[i] = T(int16(le.Uint16(src[2*i:])))
		}
	case 'i'<<8 | 1:
		for i := range dst {
			dst[i] = T(int8(src[i]))
		}
	case 'u'<<8 | 8:
		for i := range dst {
			dst[i] = T(le.Uint64(src[8*i:]))
		}
	case 'u'<<8 | 4:
		for i := range dst {
			dst[i] = T(le.Uint32(src[4*i:]))
		}
	case 'u'<<8 | 2:
		for i := range dst {
			dst[i] = T(le.Uint16(src[2*i:]))
		}
	case 'u'<<8 | 1, 'b'<<8 | 1:
		for i := range dst {
			dst[i] = T(src[i])
		}
	default:
		panic(fmt.Sprintf("npy: element type %s has no decoder", e.code()))
	}
}
