package data

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/internal/limit"
	"github.com/condmean/condmean/internal/npy"
)

// maxChannels is how long an axis may be for "auto" to take it for channels.
const maxChannels = 4

// array is a source that reads samples from an .npy array when they are asked
// for, so that it may be larger than memory. Complex elements become channels:
// the real parts of all channels, then the imaginary ones.
type array struct {
	name     string
	r        io.ReaderAt // of the elements, the last axis fastest
	n        int
	shape    []int
	axes     []int // of a sample in the file
	element  npy.Element
	channels int // > 1 where they are the last axis and have to become the first
	bytes    int // of a sample

	single, double sync.Pool // of *arrayScratch, by their precision
}

var (
	_ Source = (*array)(nil)
	_ wide   = (*array)(nil)
)

// arrayScratch is one sample as it is in the file.
type arrayScratch[T float32 | float64] struct {
	raw    []byte
	values []T
}

// newArray interprets the array that r holds with its header.
func newArray(name string, r io.ReaderAt, size int64, layout string) (*array, error) {
	h, err := npy.ReadHeader(io.NewSectionReader(r, 0, size), size)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", name, err)
	}
	a := &array{name: name, element: h.Element, r: io.NewSectionReader(r, h.Offset, size-h.Offset)}
	if len(h.Shape) < 2 || slices.Contains(h.Shape, 0) {
		return nil, configs.Usagef("data: %s: its shape is %v; want samples along the first axis, (N,L), (N,C,L), (N,H,W) or (N,C,H,W)", name, h.Shape)
	}
	a.n = h.Shape[0]
	a.axes = h.Shape[1:]
	if a.shape, a.channels, err = sampleShape(a.axes, layout); err != nil {
		return nil, configs.Usagef("data: %s: shape %v: %w", name, h.Shape, err)
	}
	a.shape[0] *= h.Element.Values()
	a.bytes = dims.Count(h.Shape[1:]) * h.Element.Size
	if h.Fortran {
		if err := limit.Check("elements in Fortran order, which are put into C order in memory (numpy.ascontiguousarray does it beforehand)", int64(h.Count())); err != nil {
			return nil, configs.Usagef("data: %s: %w", name, err)
		}
		b := make([]byte, size-h.Offset)
		if err := readFullAt(a.r, b, 0); err != nil {
			return nil, fmt.Errorf("data: %s: %w", name, err)
		}
		a.r = bytes.NewReader(npy.RowMajor(b, h.Shape, h.Element.Size))
	}
	values := dims.Count(a.shape)
	a.single.New = func() any { return &arrayScratch[float32]{make([]byte, a.bytes), make([]float32, values)} }
	a.double.New = func() any { return &arrayScratch[float64]{make([]byte, a.bytes), make([]float64, values)} }
	return a, nil
}

// sampleShape returns the shape of samples whose axes in the file have the
// given lengths, and the number of channels where they are the last axis.
func sampleShape(axes []int, layout string) (shape []int, channelsLast int, err error) {
	auto := layout == "auto" || layout == ""
	switch {
	case len(axes) == 1 && (auto || layout == "l"):
		return []int{1, axes[0]}, 0, nil
	case len(axes) == 2 && (auto && axes[0] <= maxChannels || layout == "cl"):
		return slices.Clone(axes), 0, nil
	case len(axes) == 2 && (auto || layout == "hw"):
		return []int{1, axes[0], axes[1]}, 0, nil
	case len(axes) == 3 && auto && axes[0] > maxChannels && axes[2] <= maxChannels:
		return nil, 0, fmt.Errorf("the channels seem to be the last axis; set data.layout to hwc, or to chw if they are not")
	case len(axes) == 3 && (auto || layout == "chw"):
		return slices.Clone(axes), 0, nil
	case len(axes) == 3 && layout == "hwc":
		return []int{axes[2], axes[0], axes[1]}, axes[2], nil
	case auto:
		return nil, 0, fmt.Errorf("samples of %d axes; want (L), (C,L), (H,W) or (C,H,W)", len(axes))
	}
	return nil, 0, fmt.Errorf("data.layout %s wants samples of %d axes", layout, len(layout))
}

func (a *array) Len() int     { return a.n }
func (a *array) Shape() []int { return slices.Clone(a.shape) }

func (a *array) Read(dst []float32, index int) error { return readArray(a, &a.single, dst, index) }

func (a *array) wide() bool { return !a.element.Exact() }

func (a *array) read64(dst []float64, index int) error { return readArray(a, &a.double, dst, index) }

func readArray[T float32 | float64](a *array, scratch *sync.Pool, dst []T, index int) error {
	if err := inRange(index, a.n); err != nil {
		return err
	}
	s := scratch.Get().(*arrayScratch[T])
	defer scratch.Put(s)
	if err := readFullAt(a.r, s.raw, int64(index)*int64(a.bytes)); err != nil {
		return fmt.Errorf("data: %s: sample %d: %w", a.name, index, err)
	}
	a.element.ToLittle(s.raw)
	npy.Decode(s.values, s.raw, a.element)
	for k, v := range s.values {
		if v := float64(v); math.IsNaN(v) || math.IsInf(v, 0) {
			return configs.Usagef("data: %s: sample %d holds %v at value %d; want finite numbers", a.name, index, v, k)
		}
	}
	arrange(dst, s.values, a.element.Values(), a.channels)
	return nil
}

// arrange puts channels first, and real parts before imaginary ones.
func arrange[T float32 | float64](dst, src []T, parts, channels int) {
	if parts == 1 && channels < 2 {
		copy(dst, src)
		return
	}
	n := len(src) / parts // elements
	pixels := n / max(channels, 1)
	for e := range n {
		at := e
		if channels > 1 {
			at = e%channels*pixels + e/channels
		}
		for p := range parts {
			dst[p*n+at] = src[e*parts+p]
		}
	}
}
