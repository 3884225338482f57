package data

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/atomicfile"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/limit"
)

// WAV is a recording. Integers of all sizes are scaled to [-1,1).
type WAV struct {
	WAVFormat
	Samples    [][]float64 // of each channel
	Unfinished bool        // the file did not say how long it is, and was read to its end

	planes []float64 // what Samples are parts of, if it was read
}

// Planes returns the samples of all channels, one channel after the other. It
// is no copy if the recording was read.
func (w *WAV) Planes() []float64 {
	if w.planes != nil {
		return w.planes
	}
	return slices.Concat(w.Samples...)
}

// wavPiece is how many samples of each channel are converted at a time.
const wavPiece = 1 << 12

// ReadWAV reads a recording.
func ReadWAV(path string) (w *WAV, err error) {
	err = withFile(path, func(r *os.File, size int64) error {
		w, err = DecodeWAV(r, size)
		return err
	})
	return w, err
}

// DecodeWAV reads a recording of which r holds the file of size bytes.
func DecodeWAV(r io.ReaderAt, size int64) (*WAV, error) {
	h, err := readWAVHeader(r, size)
	if err != nil {
		return nil, err
	}
	if err := limit.Check("samples and channels of the recording", int64(h.frames), int64(h.Channels)); err != nil {
		return nil, err
	}
	w := &WAV{WAVFormat: h.WAVFormat, Unfinished: h.unfinished}
	w.planes = make([]float64, h.frames*h.Channels)
	w.Samples = make([][]float64, h.Channels)
	for c := range w.Samples {
		w.Samples[c] = w.planes[c*h.frames : (c+1)*h.frames : (c+1)*h.frames]
	}
	err = h.each(r, func(first int, x []float64) error {
		for i, v := range x {
			w.Samples[i%h.Channels][first+i/h.Channels] = v
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

// each hands out all samples, finite and interleaved, in pieces that begin with
// sample first of each channel.
func (h *wavHeader) each(r io.ReaderAt, use func(first int, x []float64) error) error {
	n := min(wavPiece, h.frames)
	b, x := make([]byte, n*h.frameBytes()), make([]float64, n*h.Channels)
	for first := 0; first < h.frames; first += n {
		n = min(n, h.frames-first)
		if err := h.read(r, b[:n*h.frameBytes()], first); err != nil {
			return err
		}
		x := x[:n*h.Channels]
		h.decode(x, b)
		for i, v := range x {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("sample %d of channel %d holds %v; want finite numbers", first+i/h.Channels, i%h.Channels, v)
			}
		}
		if err := use(first, x); err != nil {
			return err
		}
	}
	return nil
}

// WriteWAV writes a recording; the file appears whole or not at all.
func WriteWAV(path string, w *WAV) error {
	if err := atomicfile.WriteFunc(path, w.Encode); err != nil {
		return fmt.Errorf("data: %s: %w", foreign.Name(path), err)
	}
	return nil
}

// Encode writes the file of a recording.
func (w *WAV) Encode(to io.Writer) error {
	if len(w.Samples) != w.Channels || w.Channels == 0 {
		return fmt.Errorf("%d channels of samples, not %d", len(w.Samples), w.Channels)
	}
	n := len(w.Samples[0])
	for _, x := range w.Samples {
		if len(x) != n {
			return fmt.Errorf("channels of %d and %d samples", n, len(x))
		}
	}
	const header = 44
	size := int64(n) * int64(w.frameBytes())
	if size > math.MaxUint32-header {
		return configs.Usagef("%d samples do not fit a WAV file", n)
	}
	format := uint16(wavPCM)
	if w.Float {
		format = wavFloat
	}
	le := binary.LittleEndian
	b := make([]byte, 0, header)
	b = le.AppendUint32(append(b, "RIFF"...), uint32(header-8+size+size%2))
	b = le.AppendUint32(append(b, "WAVEfmt "...), 16)
	b = le.AppendUint16(b, format)
	b = le.AppendUint16(b, uint16(w.Channels))
	b = le.AppendUint32(b, uint32(w.Rate))
	b = le.AppendUint32(b, uint32(w.Rate*w.frameBytes()))
	b = le.AppendUint16(b, uint16(w.frameBytes()))
	b = le.AppendUint16(b, uint16(w.Bits))
	b = le.AppendUint32(append(b, "data"...), uint32(size))
	out := bufio.NewWriter(to)
	if _, err := out.Write(b); err != nil {
		return err
	}
	x, piece := make([]float64, wavPiece*w.Channels), make([]byte, wavPiece*w.frameBytes())
	for first := 0; first < n; first += wavPiece {
		m := min(wavPiece, n-first)
		for c, all := range w.Samples {
			for i, v := range all[first : first+m] {
				x[i*w.Channels+c] = v
			}
		}
		w.encode(piece, x[:m*w.Channels])
		if _, err := out.Write(piece[:m*w.frameBytes()]); err != nil {
			return err
		}
	}
	if _, err := out.Write(make([]byte, size%2)); err != nil { // chunks have an even length
		return err
	}
	return out.Flush()
}
