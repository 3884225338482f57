package data

import (
	"slices"
	"testing"

	"github.com/condmean/condmean/internal/rng"
)

// TestOverlap: a signal is transformed and put together in its own memory, frame by
// frame, as it is all at once.
func TestOverlap(t *testing.T) {
	for _, c := range []struct{ length, hop, n int }{{5, 0, 64}, {5, 3, 65}, {9, 16, 100}, {9, 1, 40}, {33, 7, 3}, {2, 2, 1}} {
		s := NewSTFT(c.length, c.hop)
		x := make([]float64, c.n)
		rng.New(3, rng.DataTrain, 0, 0).Normal(x)
		louder := s.Forward(x)
		for i := range louder {
			louder[i] *= float64(1 + i%3) // frames that no signal has
		}
		want := s.Inverse(slices.Clone(louder), c.n)

		o, frame := s.Overlap(x), make([]float64, 2*c.length)
		for f := range s.Frames(c.n) {
			s.Cut(frame, x, f)
			for i := range frame {
				frame[i] *= float64(1 + (f*len(frame)+i)%3)
			}
			o.Add(frame)
		}
		if !slices.Equal(x, want) {
			t.Errorf("%+v: %v, want %v", c, x, want)
		}
	}
}
