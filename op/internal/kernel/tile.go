package kernel

// maxPixels is the largest number of pixels of a tile: 14·2 accumulators, two
// weights and one input value fill 31 of 32 vector registers.
const maxPixels = 14

// tile is the inner loop of a convolution: pixels of one row by 1 or 2 blocks
// of output channels, accumulated over all inputs and taps. Strides are floats.
type tile struct {
	dst, src, w, bias []float32
	pixels, group     int
	inBlocks          int
	srcBlock, srcRow  int // stride of an input block, of a row
	dstBlock          int // stride of an output block
	kh, kw            int
}

// tileGeneric is the reference of tier.tile.
func tileGeneric(t tile) {
	var acc [maxPixels * maxGroup][lane]float32
	for p := range t.pixels {
		for g := range t.group {
			copy(acc[p*maxGroup+g][:], t.bias[g*lane:])
		}
	}
	w := t.w
	for b := range t.inBlocks {
		for r := range t.kh {
			row := t.src[b*t.srcBlock+r*t.srcRow:]
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
			copy(t.dst[g*t.dstBlock+p*lane:][:lane], acc[p*maxGroup+g][:])
		}
	}
}

// rowsOf computes rows [r0,r1) of all output blocks in [o0,o1), o0 even, of a
// convolution from padded scratch memory. dst has rows of width pixels.
type rowsOf struct {
	src      *padded
	w, bias  []float32
	inBlocks int
	kh, kw   int
	dst      []float32 // block 0, row 0
	dstBlock int
	width    int
}

func (c *rowsOf) run(ti *tier, o0, o1, r0, r1 int) {
	t := tile{inBlocks: c.inBlocks, kh: c.kh, kw: c.kw, dstBlock: c.dstBlock, srcBlock: c.src.plane(), srcRow: c.src.cols * lane}
	n := (c.width + maxPixels - 1) / maxPixels
	for o := o0; o < o1; o += maxGroup {
		t.group = min(maxGroup, o1-o)
		t.w, t.bias = c.w[groupStart(o, c.inBlocks, c.kh*c.kw):], c.bias[o*lane:]
		for r := r0; r < r1; r++ {
			for i := range n { // tiles of nearly equal width
				x0, x1 := c.width*i/n, c.width*(i+1)/n
				t.pixels = x1 - x0
				t.dst = c.dst[o*c.dstBlock+(r*c.width+x0)*lane:]
				t.src = c.src.data[(r*c.src.cols+x0)*lane:]
				ti.tile(t)
			}
		}
	}
}
