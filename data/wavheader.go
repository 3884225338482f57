package data

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sort"
)

// wavHeader is where the samples of a file are.
type wavHeader struct {
	WAVFormat
	parts      []wavPart // the data chunks
	frames     int       // samples of each channel
	unfinished bool      // the file does not say how long it is
}

// wavPart are consecutive samples in a file.
type wavPart struct {
	offset        int64
	first, frames int
}

const (
	wavPCM        = 1
	wavFloat      = 3
	wavExtensible = 0xfffe // the format follows in an extension
	wavSizeIn64   = 0xffffffff
	// wavUnknown is the least size that writers to pipes announce, who cannot
	// know it: sox about 0x7ffff000, arecord 0x80000000, others 0xffffffff.
	wavUnknown    = 0x7fff0000
	maxWAVChannel = 64
	maxWAVChunks  = 10_000
)

// readWAVHeader reads the header of a file of the given size. Recorders write
// the size of the samples when they end; where they could not, the samples go on
// to the end of the file. Several data chunks are one recording.
func readWAVHeader(r io.ReaderAt, size int64) (wavHeader, error) {
	p := wavParser{r: r, size: size}
	if err := p.read(0, 12, "the RIFF header"); err != nil {
		return p.h, err
	}
	if id := string(p.b[:4]); id != "RIFF" && id != "RF64" && id != "BW64" || string(p.b[8:12]) != "WAVE" {
		return p.h, fmt.Errorf("not a WAV file: begins with bytes % x", p.b[:12])
	}
	at := int64(12)
	for range maxWAVChunks {
		next, err := p.chunk(at)
		if errors.Is(err, errWAVEnd) {
			return p.h, nil
		}
		if err != nil {
			return p.h, err
		}
		at = next
	}
	return p.h, fmt.Errorf("byte %d: more than %d chunks", at, maxWAVChunks)
}

// errWAVEnd tells that there are no further samples.
var errWAVEnd = errors.New("the end of the samples")

// wavParser reads a file chunk by chunk.
type wavParser struct {
	r      io.ReaderAt
	size   int64
	h      wavHeader
	data64 int64 // size of the data chunk in files of 64-bit sizes; 0 if unknown
	b      [40]byte
}

// read fills b[:n].
func (p *wavParser) read(at int64, n int, what string) error {
	if k, err := p.r.ReadAt(p.b[:n], at); k < n {
		return fmt.Errorf("truncated at byte %d, within %s: %w", at+int64(k), what, err)
	}
	return nil
}

// chunk reads the chunk at a place of the file, and returns where the next one
// is. What follows samples needs not be a chunk.
func (p *wavParser) chunk(at int64) (next int64, err error) {
	if err := p.read(at, 8, "a chunk's header (there is no data chunk before)"); err != nil {
		if p.h.parts != nil {
			return 0, errWAVEnd
		}
		return 0, err
	}
	id, n := string(p.b[:4]), int64(binary.LittleEndian.Uint32(p.b[4:]))
	body, left := at+8, p.size-at-8
	switch {
	case id == "data":
		n, err = p.samples(body, n)
		if err != nil {
			return 0, fmt.Errorf("byte %d: %w", at, err)
		}
		if p.h.unfinished {
			return 0, errWAVEnd
		}
	case n > left && p.h.parts != nil:
		return 0, errWAVEnd
	case n > left:
		return 0, fmt.Errorf("byte %d: chunk %q of %d bytes, %d are left", at, id, n, left)
	case id == "ds64":
		if n < 16 {
			return 0, fmt.Errorf("byte %d: sizes of %d bytes", at, n)
		}
		if err := p.read(body, 16, "the sizes"); err != nil {
			return 0, err
		}
		if p.data64 = int64(binary.LittleEndian.Uint64(p.b[8:])); p.data64 < 0 {
			return 0, fmt.Errorf("byte %d: %d bytes of samples are announced", body+8, uint64(p.data64))
		}
	case id == "fmt " && p.h.Channels == 0:
		if n < 16 {
			return 0, fmt.Errorf("byte %d: a format of %d bytes", at, n)
		}
		k := int(min(n, int64(len(p.b))))
		if err := p.read(body, k, "the format"); err != nil {
			return 0, err
		}
		if err := p.h.parse(p.b[:k]); err != nil {
			return 0, fmt.Errorf("byte %d: %w", body, err)
		}
	}
	return p.after(body, n), nil
}

// samples adds a data chunk of n bytes, and returns how many it really has.
func (p *wavParser) samples(body, n int64) (int64, error) {
	h := &p.h
	if h.Channels == 0 {
		return 0, errors.New("the data chunk comes before the format")
	}
	left, frame := p.size-body, int64(h.frameBytes())
	if n == wavSizeIn64 && p.data64 > 0 {
		n = p.data64
	} else if n >= wavUnknown && n > left || n == 0 && left > 0 && !p.chunksTo(body) {
		h.unfinished = true
		n = left - left%frame
	}
	if n > left {
		return 0, fmt.Errorf("%d bytes of samples are announced, %d are there", n, left)
	}
	if n%frame != 0 {
		return 0, fmt.Errorf("%d bytes are no whole number of samples of %d channels and %d bits", n, h.Channels, h.Bits)
	}
	h.parts = append(h.parts, wavPart{offset: body, first: h.frames, frames: int(n / frame)})
	h.frames += int(n / frame)
	return n, nil
}

// chunksTo tells whether there are nothing but chunks from a place on to the
// end of the file: then a size of zero before them is meant.
func (p *wavParser) chunksTo(at int64) bool {
	for range maxWAVChunks {
		if at == p.size {
			return true
		}
		var b [8]byte
		if k, err := p.r.ReadAt(b[:], at); k < len(b) && err != nil || !isChunkID(b[:4]) {
			return false
		}
		n := int64(binary.LittleEndian.Uint32(b[4:]))
		if n > p.size-at-8 {
			return false
		}
		at = min(p.after(at+8, n), p.size)
	}
	return false
}

// after returns where the chunk after one of n bytes is. Chunks of odd length
// should be followed by a byte that is zero, but not all writers know that.
func (p *wavParser) after(body, n int64) int64 {
	at := body + n
	if n%2 == 0 {
		return at
	}
	var b [5]byte
	if k, err := p.r.ReadAt(b[:], at); k < len(b) && err != nil {
		return at + 1
	}
	switch string(b[1:]) {
	case "fmt ", "data", "fact", "LIST":
		return at + 1
	}
	if isChunkID(b[:4]) {
		return at
	}
	return at + 1
}

// isChunkID tells whether bytes are the letters that chunks are named by.
func isChunkID(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
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

// read fills b with the bytes of the samples from a given one on; b has whole
// ones, and the recording has as many.
func (h *wavHeader) read(r io.ReaderAt, b []byte, first int) error {
	size := h.frameBytes()
	k := sort.Search(len(h.parts), func(i int) bool { return h.parts[i].first > first }) - 1
	for ; len(b) > 0; k++ {
		p := h.parts[k]
		n := min(len(b), (p.first+p.frames-first)*size)
		at := p.offset + int64(first-p.first)*int64(size)
		if got, err := r.ReadAt(b[:n], at); got < n {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return fmt.Errorf("truncated at byte %d, in sample %d of %d, since it was opened: %w", at+int64(got), first+got/size, h.frames, err)
		}
		b, first = b[n:], first+n/size
	}
	return nil
}
