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
				if outs == lane {
					gather(d, w[at:], next)
					continue
				}
				for k := range outs {
					d[k] = w[at+k*next]
				}
				clear(d[outs:])
			}
		}
	})
}

// gather reads 16 values of src that lie step apart. Written out, they do not
// wait for each other.
func gather(d *[lane]float32, src []float32, step int) {
	_ = src[15*step]
	d[0], d[1], d[2], d[3] = src[0], src[step], src[2*step], src[3*step]
	d[4], d[5], d[6], d[7] = src[4*step], src[5*step], src[6*step], src[7*step]
	d[8], d[9], d[10], d[11] = src[8*step], src[9*step], src[10*step], src[11*step]
	d[12], d[13], d[14], d[15] = src[12*step], src[13*step], src[14*step], src[15*step]
}

// scatter is the inverse of gather.
func scatter(dst []float32, s *[lane]float32, step int) {
	_ = dst[15*step]
	dst[0], dst[step], dst[2*step], dst[3*step] = s[0], s[1], s[2], s[3]
	dst[4*step], dst[5*step], dst[6*step], dst[7*step] = s[4], s[5], s[6], s[7]
	dst[8*step], dst[9*step], dst[10*step], dst[11*step] = s[8], s[9], s[10], s[11]
	dst[12*step], dst[13*step], dst[14*step], dst[15*step] = s[12], s[13], s[14], s[15]
}
