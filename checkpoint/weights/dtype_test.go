package weights

import (
	"encoding/binary"
	"math"
	"testing"
)

// All half-precision numbers against the definition in IEEE 754: with sign s,
// exponent e and fraction f, (-1)ˢ·2ᵉ⁻¹⁵·(1+f/2¹⁰), or (-1)ˢ·2⁻¹⁴·f/2¹⁰ if e = 0.
func TestHalf(t *testing.T) {
	for i := range 1 << 16 {
		e, f := i>>10&31, float64(i&1023)
		var want float64
		switch {
		case e == 0:
			want = math.Ldexp(f/1024, -14)
		case e < 31:
			want = math.Ldexp(1+f/1024, e-15)
		case f == 0:
			want = math.Inf(1)
		default:
			want = math.NaN()
		}
		if i>>15 == 1 {
			want = -want
		}
		got := half(uint16(i))
		if math.Float32bits(got) != math.Float32bits(float32(want)) && !(math.IsNaN(want) && got != got) {
			t.Fatalf("half %#04x = %v, want %v", i, got, want)
		}
	}
}

func TestDTypes(t *testing.T) {
	for d, want := range map[DType]struct {
		size int
		ones float64 // value of the element with all bits set
	}{
		Int64: {8, -1}, Int32: {4, -1}, Int16: {2, -1}, Int8: {1, -1}, Uint8: {1, 255},
		Float64: {8, math.NaN()}, Float32: {4, math.NaN()}, Float16: {2, math.NaN()}, BFloat16: {2, math.NaN()},
	} {
		got := make([]float64, 1)
		widen(got, binary.LittleEndian.AppendUint64(nil, math.MaxUint64), d)
		if d.Size() != want.size || math.Float64bits(got[0]) != math.Float64bits(want.ones) && !(math.IsNaN(got[0]) && math.IsNaN(want.ones)) {
			t.Errorf("%s: %d bytes, all bits set are %v, want %+v", d, d.Size(), got[0], want)
		}
	}
	if DType("complex64").Size() != 0 {
		t.Error("an unknown type has a size")
	}
}
