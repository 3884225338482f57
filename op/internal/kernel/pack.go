package kernel

// maxGroup is the largest number of output blocks that one tile computes.
const maxGroup = 2

// packed holds weights in the order in which tiles read them:
// [group][input block][kh][kw][16 inputs][blocks of the group][16 outputs],
// with groups of 2 output blocks, the last one of 1 where their number is odd.
type packed struct{ data []float32 }

// groupStart returns where the weights of output block o, the first of its
// group, begin.
func groupStart(o, inBlocks, taps int) int { return o * inBlocks * taps * lane * lane }

// pack packs w with the given numbers of input and output channels of the
// packed convolution. w lies (out,in,kh,kw); transposed, it lies (in,out,kh,kw)
// and is flipped, as the gradient with respect to the data needs it.
func (p *packed) pack(ws *Workspace, w []float32, in, out, kh, kw int, transposed bool) {
	ib, ob, taps := (in+lane-1)/lane, (out+lane-1)/lane, kh*kw
	if p.data == nil {
		p.data = Alloc(ib * ob * taps * lane * lane)
	}
	ws.pool.Do(ob, func(o, _ int) {
		first := o &^ (maxGroup - 1)
		group := min(maxGroup, ob-first)
		base := p.data[groupStart(first, ib, taps)+(o-first)*lane:]
		for i := range ib * lane {
			for t := range taps {
				d := base[((i/lane*taps+t)*lane+i%lane)*group*lane:][:lane]
				for k := range d {
					oc := o*lane + k
					switch {
					case i >= in || oc >= out:
						d[k] = 0
					case transposed:
						d[k] = w[(i*out+oc)*taps+taps-1-t]
					default:
						d[k] = w[(oc*in+i)*taps+t]
					}
				}
			}
		}
	})
}
