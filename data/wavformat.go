package data

import (
	"encoding/binary"
	"math"
)

// WAVFormat is how a WAV file stores its samples.
type WAVFormat struct {
	Rate     int // samples a second
	Channels int
	Bits     int  // of a sample: 8, 16, 24 or 32, or 32 or 64 if Float
	Float    bool // IEEE 754 numbers, else integers (PCM)
}

func (f WAVFormat) frameBytes() int { return f.Channels * f.Bits / 8 }

// decode converts interleaved samples.
func (f WAVFormat) decode(dst []float64, src []byte) {
	le := binary.LittleEndian
	switch {
	case f.Float && f.Bits == 32:
		for i := range dst {
			dst[i] = float64(math.Float32frombits(le.Uint32(src[4*i:])))
		}
	case f.Float:
		for i := range dst {
			dst[i] = math.Float64frombits(le.Uint64(src[8*i:]))
		}
	case f.Bits == 8:
		for i := range dst {
			dst[i] = (float64(src[i]) - 128) / 128
		}
	case f.Bits == 16:
		for i := range dst {
			dst[i] = float64(int16(le.Uint16(src[2*i:]))) / (1 << 15)
		}
	case f.Bits == 24:
		for i := range dst {
			s := src[3*i:]
			dst[i] = float64(int32(uint32(s[0])<<8|uint32(s[1])<<16|uint32(s[2])<<24)) / (1 << 31)
		}
	default:
		for i := range dst {
			dst[i] = float64(int32(le.Uint32(src[4*i:]))) / (1 << 31)
		}
	}
}

// encode is the inverse of decode; integers are rounded, and clipped to their
// range.
func (f WAVFormat) encode(dst []byte, src []float64) {
	le := binary.LittleEndian
	if f.Float {
		for i, v := range src {
			if f.Bits == 32 {
				le.PutUint32(dst[4*i:], math.Float32bits(float32(v)))
			} else {
				le.PutUint64(dst[8*i:], math.Float64bits(v))
			}
		}
		return
	}
	size := f.Bits / 8
	one := math.Ldexp(1, f.Bits-1)
	for i, v := range src {
		n := int64(min(max(math.RoundToEven(v*one), -one), one-1))
		if f.Bits == 8 {
			n += 128
		}
		for k := range size {
			dst[size*i+k] = byte(n >> (8 * k))
		}
	}
}
