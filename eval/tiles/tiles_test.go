package tiles

import (
	"math"
	"testing"
)

var sizes = []struct{ height, width, h, w int }{
	{1, 1, 1, 1}, {28, 28, 28, 28}, {29, 28, 28, 28}, {512, 64, 28, 28}, {5, 7, 28, 28}, {3, 100, 8, 9}, {1, 50, 1, 16}, {10, 10, 1, 1}, {1, 1, 4, 3}, {2, 9, 7, 2},
}

func pixel(c, r, k int) float64 { return float64(c*10000+r*100+k) + math.Sin(float64(r*k)) }

// Blending unchanged pieces gives the image back; every pixel away from the ends
// is in at least two of them.
func TestIdentity(t *testing.T) {
	const channels = 2
	for _, s := range sizes {
		p := New(s.height, s.width, s.h, s.w)
		x, got := make([]float64, channels*s.height*s.width), make([]float64, channels*s.height*s.width)
		for i := range x {
			x[i] = pixel(i/(s.height*s.width), i/s.width%s.height, i%s.width)
		}
		tile, b := make([]float64, channels*s.h*s.w), p.Blender(channels)
		for i := range p.Count() {
			p.Cut(tile, x, i)
			b.Add(tile, i)
		}
		b.Result(got)
		for i, v := range x {
			if math.Abs(got[i]-v) > 1e-9 {
				t.Fatalf("%+v: pixel %d is %v, was %v", s, i, got[i], v)
			}
		}
	}
}

// Pieces hold what lies under them, or its reflection.
func TestCut(t *testing.T) {
	x := []float64{0, 1, 2, 3, 4}
	tile := make([]float64, 8)
	if p := New(1, 5, 1, 8); p.Count() != 1 {
		t.Errorf("%d pieces of what fits in one", p.Count())
	} else {
		p.Cut(tile, x, 0)
	}
	for i, want := range []float64{0, 1, 2, 3, 4, 3, 2, 1} {
		if tile[i] != want {
			t.Errorf("reflected value %d is %v, want %v", i, tile[i], want)
		}
	}
	p := New(1, 5, 1, 4)
	if p.Count() != 2 {
		t.Fatalf("%d pieces, want 2", p.Count())
	}
	if p.Cut(tile[:4], x, 1); tile[0] != 1 || tile[3] != 4 {
		t.Errorf("the last piece is %v, want 1 to 4", tile[:4])
	}
}

// TestSteps demands that pieces that disagree are joined without a step.
func TestSteps(t *testing.T) {
	const n, size = 200, 28
	p := New(1, n, 1, size)
	b := p.Blender(1)
	tile, got := make([]float64, size), make([]float64, n)
	for i := range p.Count() {
		for k := range tile {
			tile[k] = float64(i % 2) // black and white in turns
		}
		b.Add(tile, i)
	}
	b.Result(got)
	for i := 1; i < n; i++ {
		if d := math.Abs(got[i] - got[i-1]); d > 0.15 {
			t.Errorf("a step of %v at %d", d, i)
		}
	}
}
