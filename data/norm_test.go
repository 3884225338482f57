package data

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/condmean/condmean/internal/par"
)

// TestMoments compares with two passes in float64, for numbers far from zero.
func TestMoments(t *testing.T) {
	const n, d = 5000, 3
	s := &memory{shape: []int{1, d}}
	for i := range n * d {
		s.data = append(s.data, 1e4+float32(i*i%1009)/7)
	}
	var want []float64
	for _, threads := range []int{1, 2, 5} {
		pool := par.New(threads)
		m, err := newMoments(context.Background(), s, pool)
		pool.Close()
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = slices.Concat(m.mean, m.square)
		}
		if !slices.Equal(slices.Concat(m.mean, m.square), want) {
			t.Errorf("moments depend on threads: %v, %v; want %v", m.mean, m.square, want)
		}
		for k := range d {
			mean, square := 0.0, 0.0
			for i := range n {
				mean += float64(s.data[i*d+k]) / n
			}
			for i := range n {
				square += (float64(s.data[i*d+k]) - mean) * (float64(s.data[i*d+k]) - mean)
			}
			if math.Abs(m.mean[k]/mean-1) > 1e-14 || math.Abs(m.square[k]/square-1) > 1e-10 {
				t.Errorf("value %d: mean %v and squares %v, want %v and %v", k, m.mean[k], m.square[k], mean, square)
			}
		}
	}
}

func TestNormStops(t *testing.T) {
	pool := par.New(2)
	defer pool.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := NewNorm(ctx, "power", numbers(10), pool); err == nil {
		t.Error("cancelled, and yet there are statistics")
	}
	if _, err := NewNorm(context.Background(), "power", failing{numbers(10)}, pool); err == nil {
		t.Error("a broken sample is normalised")
	}
	if _, err := NewNorm(context.Background(), "strange", numbers(10), pool); err == nil {
		t.Error("an unknown kind is taken")
	}
}
