package data

import (
	"fmt"

	"github.com/condmean/condmean/gmm"
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

// Set is a data set in three splits.
type Set struct {
	Name             string
	Train, Val, Test Source
	Norm             *Norm        // from the train split; applies to all
	Mixture          *gmm.Mixture // the prior of the normalised samples where it is known, else nil
}

// Shape returns the shape of one sample.
func (s *Set) Shape() []int { return s.Train.Shape() }

// Dim returns the number of values of one sample.
func (s *Set) Dim() int { return dim(s.Train.Shape()) }

func dim(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// ReadNormalized reads samples [first, first+n) of a split, n = len(dst)/Dim,
// normalised, as float64.
func (s *Set) ReadNormalized(dst []float64, split Source, first int) error {
	d := s.Dim()
	if len(dst)%d != 0 || first+len(dst)/d > split.Len() {
		return fmt.Errorf("data: %s: samples %d to %d of a split of %d", s.Name, first, first+len(dst)/d, split.Len())
	}
	x := make([]float32, d)
	for i := 0; i*d < len(dst); i++ {
		if err := split.Read(x, first+i); err != nil {
			return err
		}
		s.Norm.Apply(x)
		for k, v := range x {
			dst[i*d+k] = float64(v)
		}
	}
	return nil
}

// memory is a source whose samples are in memory, one after the other.
type memory struct {
	shape []int
	data  []float32
}

var _ Source = (*memory)(nil)

func (m *memory) Len() int     { return len(m.data) / dim(m.shape) }
func (m *memory) Shape() []int { return append([]int(nil), m.shape...) }

func (m *memory) Read(dst []float32, index int) error {
	d := dim(m.shape)
	if index < 0 || index >= m.Len() {
		return fmt.Errorf("data: sample %d of %d", index, m.Len())
	}
	copy(dst, m.data[index*d:][:d])
	return nil
}
