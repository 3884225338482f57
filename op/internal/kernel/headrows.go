package kernel

// The features of a head are some adjacent channels of an activation, in one or
// more blocks, of which the first and the last may be shared with other heads.
// Parts are what lies in one block.

// part is where features lie: in a block that begins with float plane of a sample,
// from lane first on n of them, which are the features from row on.
type part struct{ plane, first, row, n int }

// parts returns how many parts d channels from c on have.
func parts(c, d int) int { return (c+d-1)/lane - c/lane + 1 }

// partOf returns part i of d channels of an activation from c on.
func partOf(s Shape, c, d, i int) part {
	b := c/lane + i
	lo, hi := max(c, b*lane), min(c+d, (b+1)*lane)
	return part{plane: b * s.plane(), first: lo % lane, row: lo - c, n: hi - lo}
}

// gather copies d channels of a sample, from channel c on, to rows of pixels.
func (h *head) gather(dst, src []float32, s Shape, c, d int) {
	if !h.pooled() {
		for i := range parts(c, d) {
			partOf(s, c, d, i).gather(dst, src, s.H*s.W, d)
		}
		return
	}
	h.w.pool.Do(parts(c, d), func(i, _ int) { partOf(s, c, d, i).gather(dst, src, s.H*s.W, d) })
}

func (p part) gather(dst, src []float32, pixels, d int) {
	x, y := src[p.plane+p.first:], dst[p.row:]
	if p.n == lane {
		for i := range pixels {
			*(*[lane]float32)(y[i*d:]) = [lane]float32(x[i*lane:])
		}
		return
	}
	for i := range pixels {
		copy(y[i*d:][:p.n], x[i*lane:])
	}
}

// scatter is the inverse of gather. With the last channel it clears the lanes
// beyond.
func (h *head) scatter(dst, src []float32, s Shape, c, d int) {
	if !h.pooled() {
		for i := range parts(c, d) {
			partOf(s, c, d, i).scatter(dst, src, s.H*s.W, d)
		}
	} else {
		h.w.pool.Do(parts(c, d), func(i, _ int) { partOf(s, c, d, i).scatter(dst, src, s.H*s.W, d) })
	}
	if c+d == s.C && s.C%lane != 0 {
		last := dst[(s.Blocks()-1)*s.plane():][:s.plane()]
		for ; len(last) > 0; last = last[lane:] {
			clear(last[s.C%lane : lane])
		}
	}
}

func (p part) scatter(dst, src []float32, pixels, d int) {
	y, x := dst[p.plane+p.first:], src[p.row:]
	if p.n == lane {
		for i := range pixels {
			*(*[lane]float32)(y[i*lane:]) = [lane]float32(x[i*d:])
		}
		return
	}
	for i := range pixels {
		copy(y[i*lane:][:p.n], x[i*d:])
	}
}
