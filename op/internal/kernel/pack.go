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
		outs := min(lane, out-o*lane)
		next, tap := in*taps, 1 // strides of an output and of a tap in w
		if transposed {
			next, tap = taps, -1
		}
		for i := range ib * lane {
			from := (o*lane*in + i) * taps
			if transposed {
				from = (i*out+o*lane)*taps + taps - 1
			}
			for t := range taps {
				d := (*[lane]float32)(base[((i/lane*taps+t)*lane+i%lane)*group*lane:])
				if i >= in {
					*d = [lane]float32{}
					continue
				}
				at := from + t*tap
				for k := range outs {
					d[k] = w[at]
					at += next
				}
				clear(d[outs:])
			}
		}
	})
}
