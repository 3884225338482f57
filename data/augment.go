package data

import (
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/rng"
)

// augmenter changes training images at random, by (seed, epoch, index). Each
// goroutine has its own.
type augmenter struct {
	configs.Augment
	seed   uint64
	shape  []int // (C,H,W)
	stream rng.Stream
}

// augment changes image x, the sample index, as it is in the given epoch; was
// holds it as it was before. A nil augmenter changes nothing.
func augment[T float32 | float64](a *augmenter, was *[]T, x []T, epoch, index int) {
	if a == nil || a.Augment == (configs.Augment{}) {
		return
	}
	a.stream.Reset(a.seed, rng.Augment, uint64(epoch), uint64(index))
	r := a.stream.Rand()
	// All numbers are drawn whatever is asked for, so that switching one change
	// off leaves the other as it is.
	flip := r.IntN(2) == 1 && a.Flip
	dy, dx := r.IntN(2*a.Shift+1)-a.Shift, r.IntN(2*a.Shift+1)-a.Shift
	if !flip && dx == 0 && dy == 0 {
		return
	}
	h, w := a.shape[1], a.shape[2]
	*was = append((*was)[:0], x...)
	for c := range a.shape[0] {
		plane, to := (*was)[c*h*w:][:h*w], x[c*h*w:][:h*w]
		for i := range h {
			row := plane[clamp(i+dy, h)*w:][:w]
			for j := range w {
				k := clamp(j+dx, w)
				if flip {
					k = w - 1 - k
				}
				to[i*w+j] = row[k]
			}
		}
	}
}

// clamp repeats the border of n pixels.
func clamp(i, n int) int { return min(max(i, 0), n-1) }
