package data

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"

	"github.com/condmean/condmean/configs"
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
	element  npyElement
	channels int // > 1 where they are the last axis and have to become the first
	scratch  sync.Pool
}

var _ Source = (*array)(nil)

// arrayScratch is one sample as it is in the file.
type arrayScratch struct {
	raw    []byte
	values []float32
}

// newArray interprets the array that r holds with its header.
func newArray(name string, r io.ReaderAt, size int64, layout string) (*array, error) {
	h, err := readNPYHeader(io.NewSectionReader(r, 0, size), size)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", name, err)
	}
	a := &array{name: name, element: h.element, r: io.NewSectionReader(r, h.offset, size-h.offset)}
	if len(h.shape) < 2 || slices.Contains(h.shape, 0) {
		return nil, configs.Usagef("data: %s: its shape is %v; want samples along the first axis, (N,L), (N,C,L), (N,H,W) or (N,C,H,W)", name, h.shape)
	}
	a.n = h.shape[0]
	if a.shape, a.channels, err = sampleShape(h.shape[1:], layout); err != nil {
		return nil, configs.Usagef("data: %s: shape %v: %w", name, h.shape, err)
	}
	if h.element.complex() {
		a.shape[0] *= 2
	}
	if h.fortran {
		b := make([]byte, size-h.offset)
		if _, err := a.r.ReadAt(b, 0); err != nil && err != io.EOF {
			return nil, fmt.Errorf("data: %s: %w", name, err)
		}
		a.r = bytes.NewReader(rowMajor(b, h.shape, h.element.size))
	}
	a.scratch.New = func() any {
		d := dim(a.shape)
		return &arrayScratch{make([]byte, dim(h.shape[1:])*h.element.size), make([]float32, d)}
	}
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

func (a *array) Read(dst []float32, index int) error {
	if err := inRange(index, a.n); err != nil {
		return err
	}
	s := a.scratch.Get().(*arrayScratch)
	defer a.scratch.Put(s)
	if _, err := a.r.ReadAt(s.raw, int64(index)*int64(len(s.raw))); err != nil && err != io.EOF {
		return fmt.Errorf("data: %s: sample %d: %w", a.name, index, err)
	}
	a.element.decode(s.values, s.raw)
	for k, v := range s.values {
		if v := float64(v); math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("data: %s: sample %d holds %v at value %d; want finite numbers", a.name, index, v, k)
		}
	}
	a.arrange(dst, s.values)
	return nil
}

// arrange puts channels first, and real parts before imaginary ones.
func (a *array) arrange(dst, src []float32) {
	parts := 1
	if a.element.complex() {
		parts = 2
	}
	if parts == 1 && a.channels < 2 {
		copy(dst, src)
		return
	}
	n := len(src) / parts // elements
	channels := max(a.channels, 1)
	pixels := n / channels
	for e := range n {
		at := e
		if a.channels > 1 {
			at = e%channels*pixels + e/channels
		}
		for p := range parts {
			dst[p*n+at] = src[e*parts+p]
		}
	}
}

// rowMajor reorders elements whose first axis is the fastest.
func rowMajor(b []byte, shape []int, size int) []byte {
	out := make([]byte, 0, len(b))
	strides := make([]int, len(shape))
	stride := size
	for i, n := range shape {
		strides[i] = stride
		stride *= n
	}
	at, index := 0, make([]int, len(shape))
	for len(out) < len(b) {
		out = append(out, b[at:at+size]...)
		for i := len(shape) - 1; i >= 0; i-- {
			if index[i]++; index[i] < shape[i] {
				at += strides[i]
				break
			}
			at -= (shape[i] - 1) * strides[i]
			index[i] = 0
		}
	}
	return out
}
