package npy

import "math"

// MaxHalf is the largest finite binary16 number.
const MaxHalf = 65504

// Half widens an IEEE 754 binary16 number: 1 sign, 5 exponent, 10 fraction bits.
func Half(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exponent, fraction := uint32(h>>10&0x1f), uint32(h&0x3ff)
	switch exponent {
	case 0: // zero or subnormal: fraction·2⁻²⁴, exact in float32
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)*0x1p-24))
	case 0x1f: // infinity or NaN
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

// ToHalf rounds to the nearest binary16 number, ties to even; beyond MaxHalf by
// half a unit in the last place or more it is infinite.
func ToHalf(v float64) uint16 {
	sign := uint16(math.Float64bits(v)>>48) & 0x8000
	a := math.Abs(v)
	switch {
	case math.IsNaN(v):
		return sign | 0x7e00
	case a >= MaxHalf+16:
		return sign | 0x7c00
	case a < 0x1p-14: // zero or subnormal; 2¹⁰ units are the smallest normal number
		return sign | uint16(math.RoundToEven(a*0x1p24))
	}
	// a = m·2^(e-11) with m in [2¹⁰,2¹¹); its leading bit, or a carry, counts
	// exponents up.
	fraction, e := math.Frexp(a)
	m := math.RoundToEven(fraction * 0x1p11)
	return sign + uint16(e+13)<<10 + uint16(m)
}
