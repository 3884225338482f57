package npy

import (
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
		got := Half(uint16(i))
		if math.Float32bits(got) != math.Float32bits(float32(want)) && !(math.IsNaN(want) && got != got) {
			t.Fatalf("half %#04x = %v, want %v", i, got, want)
		}
	}
}
