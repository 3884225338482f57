package data

import (
	"math"
)

// decode converts elements to float32. A complex element gives two values, the
// real part first.
func (e npyElement) decode(dst []float32, src []byte) {
	o := e.order
	switch {
	case e.kind == 'c' && e.size == 8, e.kind == 'f' && e.size == 4:
		for i := range dst {
			dst[i] = math.Float32frombits(o.Uint32(src[4*i:]))
		}
	case e.kind == 'c', e.kind == 'f' && e.size == 8:
		for i := range dst {
			dst[i] = float32(math.Float64frombits(o.Uint64(src[8*i:])))
		}
	case e.kind == 'f':
		for i := range dst {
			dst[i] = half(o.Uint16(src[2*i:]))
		}
	case e.kind == 'i':
		for i := range dst {
			dst[i] = float32(e.signed(src[e.size*i:]))
		}
	default: // unsigned and boolean
		for i := range dst {
			dst[i] = float32(e.unsigned(src[e.size*i:]))
		}
	}
}

func (e npyElement) unsigned(b []byte) uint64 {
	switch e.size {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(e.order.Uint16(b))
	case 4:
		return uint64(e.order.Uint32(b))
	}
	return e.order.Uint64(b)
}

func (e npyElement) signed(b []byte) int64 {
	unused := 64 - 8*e.size
	return int64(e.unsigned(b)<<unused) >> unused
}

// half widens an IEEE 754 binary16 number: 1 sign, 5 exponent, 10 fraction bits.
func half(h uint16) float32 {
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
