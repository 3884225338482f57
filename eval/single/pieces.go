package single

import (
	"fmt"
	"slices"

	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/eval/media"
	"github.com/condmean/condmean/internal/dims"
)

// pieces are the contents of a file as samples of a network, in the file's
// units. Samples are cut, and their estimates put back, in order; result returns
// the whole again after all of them.
type pieces interface {
	count() int
	cut(dst []float64, i int)
	put(xhat []float64, i int)
	result() []float64
	noise() float64 // power in the samples of white noise of power one in the file
	String() string
}

var (
	_ pieces = (*rows)(nil)
	_ pieces = (*tiled)(nil)
	_ pieces = (*frames)(nil)
)

// suits refuses kinds of files that a network has no use for, whatever they hold.
func suits(d *denoiser.Denoiser, kind media.Kind) error {
	shape := d.Shape()
	switch kind {
	case media.Audio:
		if d.Config().Data.Kind != "audio" && (len(shape) != 2 || shape[0] != 1) {
			return fmt.Errorf("a recording needs a network that was trained on audio, or on signals of one channel; the samples of this one have shape %v", shape)
		}
	case media.Image:
		if len(shape) != 3 {
			return fmt.Errorf("an image needs a network that was trained on images; the samples of this one have shape %v", shape)
		}
	}
	return nil
}

// pieces decides how the network denoises what a file of a kind that suits it holds.
func (f file) pieces() (pieces, error) {
	m, shape := f.media, f.Shape()
	switch m.Kind {
	case media.Audio:
		return f.recording(shape), nil
	case media.Image:
		if planes := m.Shape[0]; planes != shape[0] && shape[0] != 1 {
			return nil, fmt.Errorf("the network wants %s, the image has %d", plural(shape[0], "channel"), planes)
		}
		return newTiled(m.X, [3]int{shape[0], m.Shape[1], m.Shape[2]}, shape), nil
	}
	if m.Complex {
		return f.complexArray(shape)
	}
	if isBatch(m.Shape, shape) {
		return &rows{x: m.X, shape: shape}, nil
	}
	if images, ok := imagesOf(m.Shape, shape); ok {
		return newTiled(m.X, images, shape), nil
	}
	return nil, fmt.Errorf("its shape is %v; want samples of shape %v, one after the other", m.Shape, shape)
}

// complexArray is for networks whose first half of the channels are real parts, the
// second imaginary ones.
func (f file) complexArray(shape []int) (pieces, error) {
	m, sample := f.media, slices.Clone(shape)
	if sample[0] /= 2; shape[0]%2 != 0 {
		return nil, fmt.Errorf("the array is complex; the samples of this network have shape %v, which are no real and imaginary parts", shape)
	}
	if isBatch(m.Shape, sample) {
		m.Planar(dims.Count(sample))
		return &rows{x: m.X, shape: shape}, nil
	}
	if images, ok := imagesOf(m.Shape, sample); ok {
		m.Planar(dims.Count(images[:]))
		images[0] *= 2
		return newTiled(m.X, images, shape), nil
	}
	return nil, fmt.Errorf("its shape is %v; want complex samples of shape %v, one after the other", m.Shape, sample)
}

// recording cuts each channel of a recording into frames if the network was
// trained on them, or into overlapping pieces if it was trained on signals.
func (f file) recording(shape []int) pieces {
	m := f.media
	if c := f.Config().Data; c.Kind == "audio" {
		return newFrames(m, data.NewSTFT(c.Length, c.Hop))
	}
	return newTiled(m.X, [3]int{1, 1, m.Shape[1]}, []int{1, 1, shape[1]})
}

// isBatch tells whether an array is (n, sample…) or (sample…), where axes of length one
// may be left out of the sample's shape or stand elsewhere in it, or all axes be one.
// More axes than these are another rank, even of length one: they could mean anything.
func isBatch(got, sample []int) bool {
	if len(got) > len(sample)+1 {
		return false
	}
	squeeze := func(shape []int) []int {
		return slices.DeleteFunc(slices.Clone(shape), func(d int) bool { return d == 1 })
	}
	flat := []int{dims.Count(sample)}
	if len(got) == 1 && slices.Equal(got, flat) || len(got) == 2 && slices.Equal(got[1:], flat) {
		return true
	}
	want := squeeze(sample)
	return len(got) > 0 && (slices.Equal(squeeze(got), want) || slices.Equal(squeeze(got[1:]), want))
}

// imagesOf returns the form (C,H,W) of the images in an array of another size
// than the network's: (n,C,H,W) or (C,H,W), or if C is one (n,H,W) or (H,W).
func imagesOf(got, sample []int) ([3]int, bool) {
	n := len(got)
	if len(sample) != 3 || n < 2 || n > 4 {
		return [3]int{}, false
	}
	c := sample[0]
	images := [3]int{c, got[n-2], got[n-1]}
	return images, n > 2 && got[n-3] == c || n < 4 && c == 1
}

// rows are samples one after the other.
type rows struct {
	x     []float64
	shape []int
}

func (r *rows) dim() int                  { return dims.Count(r.shape) }
func (r *rows) count() int                { return len(r.x) / r.dim() }
func (r *rows) cut(dst []float64, i int)  { copy(dst, r.x[i*r.dim():]) }
func (r *rows) put(xhat []float64, i int) { copy(r.x[i*r.dim():], xhat) }
func (r *rows) result() []float64         { return r.x }
func (r *rows) noise() float64            { return 1 }
func (r *rows) String() string {
	return fmt.Sprintf("%s of %d values", plural(r.count(), "sample"), r.dim())
}

// plural counts things.
func plural(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}
