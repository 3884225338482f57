package data

import (
	"context"
	"fmt"

	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/dims"
)

// Source is an indexed collection of samples in the data's own units. It is
// safe for concurrent use.
type Source interface {
	// Len returns the number of samples.
	Len() int
	// Shape returns the shape of one sample, (C,L) or (C,H,W).
	Shape() []int
	// Read copies sample index into dst.
	Read(dst []float32, index int) error
}

// wide is a source whose values float32 may not hold, such as a large offset
// with a small signal: they are normalised before they are rounded.
type wide interface {
	Source
	// wide tells whether there are such values; if not, Read is as good.
	wide() bool
	// read64 is Read in full precision.
	read64(dst []float64, index int) error
}

// asWide returns s if its values have to be read in full precision, else nil.
func asWide(s Source) wide {
	if w, ok := s.(wide); ok && w.wide() {
		return w
	}
	return nil
}

// Set is a data set in three splits.
type Set struct {
	Name             string
	Train, Val, Test Source
	Norm             *Norm        // from the train split; applies to all
	Fingerprint      Fingerprint  // of the contents of the splits
	Mixture          *gmm.Mixture // the prior of the normalised samples where it is known, else nil
	Image            bool         // samples are images (C,H,W)
	Complex          bool         // the first half of the channels are real parts, the second imaginary ones
	Skipped          int          // files left out because they cannot be read (data.skip_bad)
	Loading          LoaderOptions
}

// Loader starts reading normalised batches of the train split, shuffled by the
// seed and changed as the configuration says, from the cursor on.
func (s *Set) Loader(batch int, seed uint64, from Cursor) (*Loader, error) {
	return startLoader(s.Train, s.Norm, batch, seed, from, s.Loading)
}

// Shape returns the shape of one sample.
func (s *Set) Shape() []int { return s.Train.Shape() }

// Dim returns the number of values of one sample.
func (s *Set) Dim() int { return dims.Count(s.Train.Shape()) }

// ReadNormalized reads samples [first, first+n) of a split, n = len(dst)/Dim,
// normalised, as float64; they are the very numbers that Read gives.
func (s *Set) ReadNormalized(dst []float64, split Source, first int) error {
	return s.read(split, first, len(dst), func(i int, x []float32) {
		for k, v := range x {
			dst[i*len(x)+k] = float64(v)
		}
	})
}

// Read reads samples [first, first+n) of a split, n = len(dst)/Dim, normalised.
func (s *Set) Read(dst []float32, split Source, first int) error {
	return s.read(split, first, len(dst), func(i int, x []float32) { copy(dst[i*len(x):], x) })
}

// read hands out samples of so many values in all.
func (s *Set) read(split Source, first, values int, to func(i int, x []float32)) error {
	d := s.Dim()
	if values%d != 0 || first < 0 || first+values/d > split.Len() {
		return fmt.Errorf("data: %s: samples %d to %d of a split of %d", s.Name, first, first+values/d, split.Len())
	}
	r, x := newReader(split, s.Norm, nil), make([]float32, d)
	for i := range values / d {
		if err := r.read(x, 0, first+i); err != nil {
			return err
		}
		to(i, x)
	}
	return nil
}

// Label returns the class of a sample where the data have classes.
func Label(s Source, index int) (label int, ok bool) {
	if l, has := s.(interface{ label(index int) (int, bool) }); has {
		return l.label(index)
	}
	return 0, false
}

// memory is a source whose samples are in memory, one after the other.
type memory struct {
	shape []int
	data  []float32
}

var _ Source = (*memory)(nil)

func (m *memory) Len() int     { return len(m.data) / dims.Count(m.shape) }
func (m *memory) Shape() []int { return append([]int(nil), m.shape...) }

func (m *memory) Read(dst []float32, index int) error {
	if err := inRange(index, m.Len()); err != nil {
		return err
	}
	d := dims.Count(m.shape)
	copy(dst, m.data[index*d:][:d])
	return nil
}

// bytesSource is a source of 8-bit samples in memory, scaled to [0,1]. Sample
// i begins at offset + i·stride.
type bytesSource struct {
	shape          []int
	data           []byte
	offset, stride int
	labels         []byte // nil: no classes
}

var _ Source = (*bytesSource)(nil)

func (b *bytesSource) Len() int     { return len(b.data) / b.stride }
func (b *bytesSource) Shape() []int { return append([]int(nil), b.shape...) }

func (b *bytesSource) Read(dst []float32, index int) error {
	if err := inRange(index, b.Len()); err != nil {
		return err
	}
	unitInterval(dst, b.data[index*b.stride+b.offset:][:dims.Count(b.shape)])
	return nil
}

func (b *bytesSource) label(index int) (int, bool) {
	if index < 0 || index >= len(b.labels) {
		return 0, false
	}
	return int(b.labels[index]), true
}

// unitInterval maps bytes to [0,1].
func unitInterval(dst []float32, src []byte) {
	for i, v := range src {
		dst[i] = byteValues[v]
	}
}

var byteValues = func() (t [256]float32) {
	for i := range t {
		t[i] = float32(i) / 255
	}
	return t
}()

func inRange(index, n int) error {
	if index < 0 || index >= n {
		return fmt.Errorf("data: sample %d of %d", index, n)
	}
	return nil
}

// firstError runs f(i) for i in [0,n) until one fails or ctx ends.
func firstError(ctx context.Context, n int, f func(i int) error) error {
	for i := range n {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f(i); err != nil {
			return err
		}
	}
	return nil
}
