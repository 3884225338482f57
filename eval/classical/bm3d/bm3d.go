package bm3d

import "fmt"

// Side is the pixels along the side of a block (N₁), and the least that an image
// must have along either axis.
const Side = 8

// The two steps, with the parameters of the normal profile. The publication has the
// greatest differences of blocks for values from 0 to 255.
var (
	hardThreshold = step{transform: bior15, stride: 3, reach: 19, most: 16, alike: 3000. / (255 * 255), shrink: threshold}
	wienerFilter  = step{transform: dct, stride: 3, reach: 19, most: 32, alike: 400. / (255 * 255), shrink: wiener, guided: true}
)

// Denoise writes the estimate of an image y (C,H,W) with white Gaussian noise of
// the standard deviation sigma in each value; both are in the same units,
// whatever these are. Three channels are taken for red, green and blue; of any
// other number each is an image of its own. It panics if H or W is less than
// [Side].
func Denoise(dst, y []float64, shape [3]int, sigma float64) {
	n := shape[1] * shape[2]
	if min(shape[1], shape[2]) < Side || shape[0] < 1 || len(y) != shape[0]*n || len(dst) != len(y) {
		panic(fmt.Sprintf("bm3d: %d values in, %d out do not fit the shape %v of at least %d×%d pixels", len(y), len(dst), shape, Side, Side))
	}
	if !(sigma > 0) {
		copy(dst, y)
		return
	}
	if shape[0] == 3 {
		x := opponent(planesOf(y, shape))
		bothSteps(x, []float64{sigma * opponentNorm[0], sigma * opponentNorm[1], sigma * opponentNorm[2]})
		fromOpponent(planesOf(dst, shape), x)
		return
	}
	copy(dst, y)
	for _, p := range planesOf(dst, shape) {
		bothSteps([]plane{p}, []float64{sigma})
	}
}

// bothSteps denoises channels, whose noise has the standard deviations sigma, in
// place.
func bothSteps(y []plane, sigma []float64) {
	basic := hardThreshold.filter(y, nil, sigma)
	for c, p := range wienerFilter.filter(y, basic, sigma) {
		copy(y[c].x, p.x)
	}
}
