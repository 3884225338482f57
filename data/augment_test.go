package data

import (
	"slices"
	"testing"

	"github.com/condmean/condmean/configs"
)

// TestAugment compares with every flip and shift that there is, computed pixel
// by pixel, and counts how often each occurs.
func TestAugment(t *testing.T) {
	const c, h, w, shift = 2, 4, 5, 2
	var was []float32
	for i := range c * h * w {
		was = append(was, float32(i))
	}
	type change struct {
		flip   bool
		dy, dx int
	}
	changed := func(by change) []float32 {
		x := make([]float32, len(was))
		for k := range c {
			for i := range h {
				for j := range w {
					y, z := min(max(i+by.dy, 0), h-1), min(max(j+by.dx, 0), w-1)
					if by.flip {
						z = w - 1 - z
					}
					x[(k*h+i)*w+j] = was[(k*h+y)*w+z]
				}
			}
		}
		return x
	}
	a := &augmenter{Augment: configs.Augment{Flip: true, Shift: shift}, seed: 1, shape: []int{c, h, w}}
	counts := map[change]int{}
	const trials = 5000
	for i := range trials {
		x := slices.Clone(was)
		augment(a, new([]float32), x, 3, i)
		found := false
		for _, flip := range []bool{false, true} {
			for dy := -shift; dy <= shift; dy++ {
				for dx := -shift; dx <= shift; dx++ {
					if by := (change{flip, dy, dx}); !found && slices.Equal(x, changed(by)) {
						counts[by]++
						found = true
					}
				}
			}
		}
		if !found {
			t.Fatalf("image %d became %v", i, x)
		}
	}
	// 50 equally likely changes: 100 each, with a standard deviation of 10.
	if len(counts) != 50 {
		t.Errorf("%d kinds of change, want 50", len(counts))
	}
	for by, n := range counts {
		if n < 50 || n > 150 {
			t.Errorf("%+v occurs %d times of %d", by, n, trials)
		}
	}
}

func TestAugmentIsKeyed(t *testing.T) {
	apply := func(c configs.Augment, seed uint64, epoch, index int) []float32 {
		x := make([]float32, 64)
		for i := range x {
			x[i] = float32(i)
		}
		augment(&augmenter{Augment: c, seed: seed, shape: []int{1, 8, 8}}, new([]float32), x, epoch, index)
		return x
	}
	both := configs.Augment{Flip: true, Shift: 3}
	same, differ := 0, 0
	for i := range 50 {
		x := apply(both, 1, 2, i)
		if !slices.Equal(x, apply(both, 1, 2, i)) {
			t.Fatal("one key gives two images")
		}
		for _, y := range [][]float32{apply(both, 2, 2, i), apply(both, 1, 3, i), apply(both, 1, 2, i+1)} {
			if slices.Equal(x, y) {
				same++
			} else {
				differ++
			}
		}
		if y := apply(configs.Augment{}, 1, 2, i); y[0] != 0 || y[63] != 63 {
			t.Fatal("an image changes without augmentation")
		}
	}
	if same > differ/10 {
		t.Errorf("%d of %d images do not depend on seed, epoch or index", same, same+differ)
	}
}
