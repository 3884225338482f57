package kernel

// maxPixels is the largest number of pixels of a tile: 14·2 accumulators, two
// weights and one input value fill 31 of 32 vector registers.
const maxPixels = 14

// tile is the inner loop of a convolution: rows of a few pixels by 1 or 2 blocks
// of output channels, accumulated over all inputs and taps. Strides are floats.
type tile struct {
	dst, src, w, bias []float32
	pixels, group     int
	rows              int
	inBlocks          int
	srcBlock, srcRow  int // stride of an input block, of a row of taps
	srcNext, dstNext  int // stride from row to row
	dstBlock          int // stride of an output block
	kh, kw            int
}

// tileGeneric is the reference of tier.tile.
func tileGeneric(t tile) {
	for r := range t.rows {
		t.row(t.dst[r*t.dstNext:], t.src[r*t.srcNext:])
	}
}

func (t *tile) row(dst, src []float32) {
	var acc [maxPixels * maxGroup][lane]float32
	for p := range t.pixels {
		for g := range t.group {
			copy(acc[p*maxGroup+g][:], t.bias[g*lane:])
		}
	}
	w := t.w
	for b := range t.inBlocks {
		for r := range t.kh {
			row := src[b*t.srcBlock+r*t.srcRow:]
			for i := range t.kw * lane { // taps along a row are adjacent
				for p := range t.pixels {
					x := row[p*lane+i]
					for g := range t.group {
						a, v := &acc[p*maxGroup+g], w[g*lane:][:lane]
						for k := range a {
							a[k] += x * v[k]
						}
					}
				}
				w = w[t.group*lane:]
			}
		}
	}
	for p := range t.pixels {
		for g := range t.group {
			copy(dst[g*t.dstBlock+p*lane:][:lane], acc[p*maxGroup+g][:])
		}
	}
}

// area is where a convolution writes: rows of width pixels of several blocks.
type area struct {
	dst             []float32 // block 0, row 0
	blockStep, next int       // stride of a block, of a row
	width           int
}

// convolution is a convolution from padded scratch memory.
type convolution struct {
	src      padded
	w, bias  []float32
	inBlocks int
	kh, kw   int
	to       area
}

// maxWork bounds the multiply-adds of 16 lanes in one call of a tile to about
// 50 µs: assembly cannot be preempted.
const maxWork = 150_000

// run computes rows [r0,r1) of output blocks [o0,o1), o0 even.
func (c *convolution) run(ti *tier, o0, o1, r0, r1 int) {
	t := tile{inBlocks: c.inBlocks, kh: c.kh, kw: c.kw, dstBlock: c.to.blockStep, srcBlock: c.src.plane(),
		srcRow: c.src.cols * lane, srcNext: c.src.cols * lane, dstNext: c.to.next}
	n := (c.to.width + maxPixels - 1) / maxPixels
	for o := o0; o < o1; o += maxGroup {
		t.group = min(maxGroup, o1-o)
		t.w, t.bias = c.w[groupStart(o, c.inBlocks, c.kh*c.kw):], c.bias[o*lane:]
		most := max(1, maxWork/(c.inBlocks*c.kh*c.kw*lane*maxPixels*t.group))
		for r := r0; r < r1; r += most {
			t.rows = min(most, r1-r)
			for i := range n { // tiles of nearly equal width
				x0, x1 := c.to.width*i/n, c.to.width*(i+1)/n
				t.pixels = x1 - x0
				t.dst = c.to.dst[o*c.to.blockStep+r*c.to.next+x0*lane:]
				t.src = c.src.data[(r*c.src.cols+x0)*lane:]
				ti.tile(t)
			}
		}
	}
}
