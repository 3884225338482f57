package data

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/condmean/condmean/internal/atomicfile"
)

// WAVFormat is how a WAV file stores its samples.
type WAVFormat struct {
	Rate     int // samples a second
	Channels int
	Bits     int  // of a sample: 8, 16, 24 or 32, or 32 or 64 if Float
	Float    bool // IEEE 754 numbers, else integers (PCM)
}

func (f WAVFormat) frameBytes() int { return f.Channels * f.Bits / 8 }

// WAV is a recording. Integers of all sizes are scaled to [-1,1).
type WAV struct {
	WAVFormat
	Samples [][]float64 // of each channel
}

// wavHeader is where the samples of a file are.
type wavHeader struct {
	WAVFormat
	offset int64
	frames int // samples of each channel
}

const (
	wavPCM        = 1
	wavFloat      = 3
	wavExtensible = 0xfffe // the format follows in an extension
	wavEndless    = 0xffffffff
	maxWAVChannel = 64
)

// readWAVHeader reads the header of a file of the given size.
func readWAVHeader(r io.ReaderAt, size int64) (h wavHeader, err error) {
	b := make([]byte, 40)
	read := func(at int64, n int, what string) error {
		if k, err := r.ReadAt(b[:n], at); k < n {
			return fmt.Errorf("truncated at byte %d, within %s: %w", at+int64(k), what, err)
		}
		return nil
	}
	if err := read(0, 12, "the RIFF header"); err != nil {
		return h, err
	}
	if string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return h, fmt.Errorf("not a WAV file: begins with bytes % x", b[:12])
	}
	for at := int64(12); ; {
		if err := read(at, 8, "a chunk's header (there is no data chunk before)"); err != nil {
			return h, err
		}
		id, n := string(b[:4]), int64(binary.LittleEndian.Uint32(b[4:]))
		body, left := at+8, size-at-8
		switch {
		case id == "data" && h.Channels == 0:
			return h, fmt.Errorf("byte %d: the data chunk comes before the format", at)
		case id == "data":
			if n == wavEndless { // written to a pipe
				n = left
			}
			if n > left {
				return h, fmt.Errorf("byte %d: %d bytes of samples are announced, %d are there", at, n, left)
			}
			if n%int64(h.frameBytes()) != 0 {
				return h, fmt.Errorf("byte %d: %d bytes are no whole number of samples of %d channels and %d bits", at, n, h.Channels, h.Bits)
			}
			h.offset, h.frames = body, int(n/int64(h.frameBytes()))
			return h, nil
		case n > left:
			return h, fmt.Errorf("byte %d: chunk %q of %d bytes, %d are left", at, id, n, left)
		case id == "fmt ":
			if n < 16 {
				return h, fmt.Errorf("byte %d: a format of %d bytes", at, n)
			}
			n := int(min(n, 40))
			if err := read(body, n, "the format"); err != nil {
				return h, err
			}
			if err := h.parse(b[:n]); err != nil {
				return h, fmt.Errorf("byte %d: %w", body, err)
			}
		}
		at = body + n + n%2
	}
}

func (h *wavHeader) parse(b []byte) error {
	le := binary.LittleEndian
	format := le.Uint16(b)
	channels, rate, block, bits := int(le.Uint16(b[2:])), int64(le.Uint32(b[4:])), int(le.Uint16(b[12:])), int(le.Uint16(b[14:]))
	if format == wavExtensible && len(b) == 40 {
		format = le.Uint16(b[24:])
	}
	ok := format == wavPCM && (bits == 8 || bits == 16 || bits == 24 || bits == 32) || format == wavFloat && (bits == 32 || bits == 64)
	if !ok {
		return fmt.Errorf("format %d with %d bits is not supported; want PCM of 8, 16, 24 or 32 bits or float of 32 or 64", format, bits)
	}
	if channels < 1 || channels > maxWAVChannel || rate < 1 || block != channels*bits/8 {
		return fmt.Errorf("%d channels at %d Hz in blocks of %d bytes", channels, rate, block)
	}
	h.WAVFormat = WAVFormat{int(rate), channels, bits, format == wavFloat}
	return nil
}

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

// ReadWAV reads a recording.
func ReadWAV(path string) (*WAV, error) {
	w := &WAV{}
	err := withFile(path, func(r *os.File, size int64) error {
		h, err := readWAVHeader(r, size)
		if err != nil {
			return err
		}
		b := make([]byte, h.frames*h.frameBytes())
		if _, err := r.ReadAt(b, h.offset); err != nil && err != io.EOF {
			return err
		}
		all := make([]float64, h.frames*h.Channels)
		h.decode(all, b)
		w.WAVFormat = h.WAVFormat
		for c := range h.Channels {
			x := make([]float64, h.frames)
			for i := range x {
				if x[i] = all[i*h.Channels+c]; math.IsNaN(x[i]) || math.IsInf(x[i], 0) {
					return fmt.Errorf("sample %d holds %v; want finite numbers", i, x[i])
				}
			}
			w.Samples = append(w.Samples, x)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

// WriteWAV writes a recording; the file appears whole or not at all.
func WriteWAV(path string, w *WAV) error {
	err := atomicfile.WriteFunc(path, func(to io.Writer) error {
		b, err := w.bytes()
		if err == nil {
			_, err = to.Write(b)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("data: %s: %w", path, err)
	}
	return nil
}

// bytes returns the file's contents.
func (w *WAV) bytes() ([]byte, error) {
	if len(w.Samples) != w.Channels || w.Channels == 0 {
		return nil, fmt.Errorf("%d channels of samples, not %d", len(w.Samples), w.Channels)
	}
	n := len(w.Samples[0])
	all := make([]float64, n*w.Channels)
	for c, x := range w.Samples {
		if len(x) != n {
			return nil, fmt.Errorf("channels of %d and %d samples", n, len(x))
		}
		for i, v := range x {
			all[i*w.Channels+c] = v
		}
	}
	const header = 44
	size := int64(n) * int64(w.frameBytes())
	if size > math.MaxUint32-header {
		return nil, fmt.Errorf("%d samples do not fit a WAV file", n)
	}
	format := uint16(wavPCM)
	if w.Float {
		format = wavFloat
	}
	le := binary.LittleEndian
	b := make([]byte, 0, header+size+1)
	b = le.AppendUint32(append(b, "RIFF"...), uint32(header-8+size+size%2))
	b = le.AppendUint32(append(b, "WAVEfmt "...), 16)
	b = le.AppendUint16(b, format)
	b = le.AppendUint16(b, uint16(w.Channels))
	b = le.AppendUint32(b, uint32(w.Rate))
	b = le.AppendUint32(b, uint32(w.Rate*w.frameBytes()))
	b = le.AppendUint16(b, uint16(w.frameBytes()))
	b = le.AppendUint16(b, uint16(w.Bits))
	b = le.AppendUint32(append(b, "data"...), uint32(size))
	w.encode(b[header:header+size], all)
	return b[:header+size+size%2], nil // chunks have an even length
}
