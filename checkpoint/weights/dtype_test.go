package weights

import (
	"encoding/binary"
	"math"
	"testing"
)

func TestDTypes(t *testing.T) {
	for d, want := range map[DType]struct {
		size int
		ones float64 // value of the element with all bits set
	}{
		Int64: {8, -1}, Int32: {4, -1}, Int16: {2, -1}, Int8: {1, -1},
		Uint64: {8, 0x1p64}, Uint32: {4, 1<<32 - 1}, Uint16: {2, 1<<16 - 1}, Uint8: {1, 255},
		Float64: {8, math.NaN()}, Float32: {4, math.NaN()}, Float16: {2, math.NaN()}, BFloat16: {2, math.NaN()},
	} {
		got := make([]float64, 1)
		widen(got, binary.LittleEndian.AppendUint64(nil, math.MaxUint64), d)
		if d.Size() != want.size || math.Float64bits(got[0]) != math.Float64bits(want.ones) && !(math.IsNaN(got[0]) && math.IsNaN(want.ones)) {
			t.Errorf("%s: %d bytes, all bits set are %v, want %+v", d, d.Size(), got[0], want)
		}
	}
	if DType("complex32").Size() != 0 {
		t.Error("an unknown type has a size")
	}
}
