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

// Every number that half precision holds comes back; between two neighbours the
// nearer one is taken, in the middle the even one, and past the last infinity.
func TestToHalf(t *testing.T) {
	const infinite = 0x7c00
	value := func(h uint16) float64 {
		if h == infinite {
			return 0x1p16 // what would follow the largest number
		}
		return float64(Half(h))
	}
	for h := range uint16(infinite) {
		a, b := value(h), value(h+1)
		middle := (a + b) / 2
		even := h + h&1
		for _, c := range []struct {
			v    float64
			want uint16
		}{
			{a, h}, {math.Nextafter(middle, 0), h}, {middle, even}, {math.Nextafter(middle, b), h + 1},
		} {
			if got := ToHalf(c.v); got != c.want {
				t.Fatalf("%v is rounded to %#04x, want %#04x", c.v, got, c.want)
			}
			if got := ToHalf(-c.v); got != c.want|0x8000 {
				t.Fatalf("%v is rounded to %#04x, want %#04x", -c.v, got, c.want|0x8000)
			}
		}
	}
	for v, want := range map[float64]uint16{math.Inf(1): infinite, math.Inf(-1): infinite | 0x8000, math.MaxFloat64: infinite, math.SmallestNonzeroFloat64: 0} {
		if got := ToHalf(v); got != want {
			t.Errorf("%v is rounded to %#04x, want %#04x", v, got, want)
		}
	}
	if h := Half(ToHalf(math.NaN())); h == h {
		t.Errorf("NaN becomes %v", h)
	}
}
