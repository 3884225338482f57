package single

import (
	"fmt"
	"slices"

	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/eval/media"
)

// frames are the short-time Fourier transforms of the channels of a recording, one
// channel after the other. They are cut, and put together again, in the recording's
// own memory, however long it is.
type frames struct {
	stft    *data.STFT
	x       []float64   // of all channels
	each    [][]float64 // its channels
	overlap *data.Overlap
}

func newFrames(m *media.Media, stft *data.STFT) *frames {
	return &frames{stft: stft, x: m.X, each: slices.Collect(slices.Chunk(m.X, m.Shape[1]))}
}

func (f *frames) perChannel() int { return f.stft.Frames(len(f.each[0])) }
func (f *frames) count() int      { return len(f.each) * f.perChannel() }

func (f *frames) cut(dst []float64, i int) {
	n := f.perChannel()
	f.stft.Cut(dst, f.each[i/n], i%n)
}

func (f *frames) put(xhat []float64, i int) {
	n := f.perChannel()
	if i%n == 0 {
		f.overlap = f.stft.Overlap(f.each[i/n])
	}
	f.overlap.Add(xhat)
}

func (f *frames) result() []float64 { return f.x }

// noise is one half: the other half is in the imaginary, or the real, part.
func (f *frames) noise() float64 { return 0.5 }

func (f *frames) String() string {
	return fmt.Sprintf("%s of %d samples in %s of %d frequencies", plural(len(f.each), "channel"), len(f.each[0]), plural(f.count(), "frame"), f.stft.Length)
}
