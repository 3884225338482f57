package bm3d

import "slices"

// plane is one channel of an image, row by row. Blocks are named by the index of
// their first pixel.
type plane struct {
	h, w int
	x    []float64
}

func newPlane(h, w int) plane { return plane{h, w, make([]float64, h*w)} }

// planesOf returns the channels of an image (C,H,W), whose memory they share.
func planesOf(x []float64, shape [3]int) []plane {
	n := shape[1] * shape[2]
	list := make([]plane, shape[0])
	for c := range list {
		list[c] = plane{shape[1], shape[2], x[c*n:][:n]}
	}
	return list
}

// spread returns the greatest value less the least.
func (p plane) spread() float64 { return slices.Max(p.x) - slices.Min(p.x) }

// block is one of a plane, row by row, or its spectrum.
type block [Side * Side]float64

// read copies the block at an index.
func (b *block) read(p plane, at int) {
	for r := range Side {
		copy(b[r*Side:][:Side], p.x[at+r*p.w:])
	}
}

// references returns where blocks begin along an axis of n pixels: stride apart,
// and at the end.
func references(n, stride int) []int {
	var list []int
	for i := 0; i < n-Side; i += stride {
		list = append(list, i)
	}
	return append(list, n-Side)
}
