package weights

import (
	"encoding/binary"
	"math"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
)

// Writable returns the array in an element type that all writers know, with the
// very same numbers: narrow floats as float32, integers and truth values as int64.
// What has none, such as complex numbers, is refused by name.
func (a Array) Writable() (Array, error) {
	switch a.DType {
	case Float32, Float64, Int64:
		return a, nil
	case Float16, BFloat16:
		return FromFloat32(a.Name, a.Shape, a.Float32()), nil
	case Int32, Int16, Int8, Uint32, Uint16, Uint8, Bool:
		ints, _ := a.Integers()
		return FromInt64(a.Name, a.Shape, ints), nil
	case Uint64:
		ints := make([]int64, a.Len())
		for i := range ints {
			v := binary.LittleEndian.Uint64(a.raw[8*i:])
			if v > math.MaxInt64 {
				return Array{}, configs.Usagef("tensor %s: %d is too large to be written as int64", foreign.Name(a.Name), v)
			}
			ints[i] = int64(v)
		}
		return FromInt64(a.Name, a.Shape, ints), nil
	}
	return Array{}, configs.Usagef("tensor %s: element type %s cannot be written", foreign.Name(a.Name), a.DType)
}

// Integers returns the elements as integers; ok is false if one is none, or so
// large that a float64 does not tell it from its neighbours.
func (a Array) Integers() (ints []int64, ok bool) {
	const most = 1 << 53
	ints = make([]int64, a.values())
	for i, v := range a.Float64() {
		if v != math.Trunc(v) || math.Abs(v) > most {
			return nil, false
		}
		ints[i] = int64(v)
	}
	return ints, !a.DType.Complex()
}
