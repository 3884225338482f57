package single

import (
	"fmt"
	"slices"

	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/eval/media"
)

// frames are the short-time Fourier transforms of the channels of a recording.
type frames struct {
	stft     *data.STFT
	channels int
	n        int // samples of a channel
	all      []float64
}

func newFrames(m *media.Media, stft *data.STFT) *frames {
	f := &frames{stft: stft, channels: m.Shape[0], n: m.Shape[1]}
	for x := range slices.Chunk(m.X, f.n) {
		f.all = append(f.all, stft.Forward(x)...)
	}
	return f
}

func (f *frames) dim() int                  { return 2 * f.stft.Length }
func (f *frames) count() int                { return len(f.all) / f.dim() }
func (f *frames) cut(dst []float64, i int)  { copy(dst, f.all[i*f.dim():]) }
func (f *frames) put(xhat []float64, i int) { copy(f.all[i*f.dim():], xhat) }

// noise is one half: the other half is in the imaginary, or the real, part.
func (f *frames) noise() float64 { return 0.5 }

func (f *frames) result() []float64 {
	var x []float64
	for all := range slices.Chunk(f.all, len(f.all)/f.channels) {
		x = append(x, f.stft.Inverse(all, f.n)...)
	}
	return x
}

func (f *frames) String() string {
	return fmt.Sprintf("%s of %d samples in %s of %d frequencies", plural(f.channels, "channel"), f.n, plural(f.count(), "frame"), f.stft.Length)
}
