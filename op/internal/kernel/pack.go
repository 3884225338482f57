package kernel

// maxGroup is the largest number of output blocks that one tile computes.
const maxGroup = 2

// groupStart returns where the weights of output block o, the first of its
// group, begin.
func groupStart(o, inBlocks, taps int) int { return o * inBlocks * taps * lane * lane }

// filters are weights as torch lays them, (out,in,taps); of a packed convolution
// from out to in channels where they are transposed and flipped, as the gradient
// with respect to the data needs them.
type filters struct {
	w             []float32
	out, in, taps int
	transposed    bool
}

// blocks returns the blocks of inputs and outputs of the packed convolution.
func (f filters) blocks() (in, out int) {
	in, out = (f.in+lane-1)/lane, (f.out+lane-1)/lane
	if f.transposed {
		return out, in
	}
	return in, out
}

// pack packs f in the order in which tiles read weights:
// [group][input block][kh][kw][16 inputs][blocks of the group][16 outputs],
// with groups of 2 output blocks, the last one of 1 where their number is odd.
func (f filters) pack(ws *Workspace, dst []float32) {
	ib, ob := f.blocks()
	eachPair(ws, ib, ob, func(worker, o, group, b int) {
		n := group * f.taps * lane * lane
		f.packBlock(ws, worker, dst[groupStart(o, ib, f.taps)+b*n:][:n], o, group, b)
	})
}

// eachPair calls f for each group of output blocks, from o on, with each input
// block b.
func eachPair(ws *Workspace, inBlocks, outBlocks int, f func(worker, o, group, b int)) {
	ws.pool.Do((outBlocks+maxGroup-1)/maxGroup*inBlocks, func(i, worker int) {
		o := i / inBlocks * maxGroup
		f(worker, o, min(maxGroup, outBlocks-o), i%inBlocks)
	})
}

// packBlock packs the weights between input block b and a group of output blocks
// from o on.
func (f filters) packBlock(ws *Workspace, worker int, dst []float32, o, group, b int) {
	const square = lane * lane
	next := group * lane
	t := ws.of(worker, usePacked, f.taps*square) // [input][tap][16 outputs] of torch
	for g := range group {
		rows, columns := o+g, b
		if f.transposed {
			rows, columns = b, o+g
		}
		src, stride := f.block(ws, worker, rows, columns)
		for i := range f.taps {
			ws.tier.transpose(t[i*square:], src[i*lane:], lane, stride)
		}
		for tap := range f.taps {
			if f.transposed {
				ws.tier.transpose(dst[(f.taps-1-tap)*group*square+g*lane:], t[tap*lane:], next, f.taps*lane)
				continue
			}
			to := dst[tap*group*square+g*lane:]
			for i := range lane {
				*(*[lane]float32)(to[i*next:]) = [lane]float32(t[(i*f.taps+tap)*lane:])
			}
		}
	}
}

// block returns the weights of 16 outputs and 16 inputs, whose rows lie stride
// apart: a copy with zeros where there are fewer.
func (f filters) block(ws *Workspace, worker, o, i int) (w []float32, stride int) {
	from, stride := (o*lane*f.in+i*lane)*f.taps, f.in*f.taps
	outs, ins := min(lane, f.out-o*lane), min(lane, f.in-i*lane)
	if outs == lane && ins == lane {
		return f.w[from:], stride
	}
	row := lane * f.taps
	w = ws.of(worker, useEdge, lane*row)
	clear(w)
	for k := range outs {
		copy(w[k*row:], f.w[from+k*stride:][:ins*f.taps])
	}
	return w, row
}

// unpackBlock writes t, [input][tap][16 outputs] of 16 inputs, to the weights of
// blocks o and i.
func (f filters) unpackBlock(ws *Workspace, worker int, t []float32, o, i int) {
	from, stride := (o*lane*f.in+i*lane)*f.taps, f.in*f.taps
	outs, ins := min(lane, f.out-o*lane), min(lane, f.in-i*lane)
	w, row := f.w[from:], stride
	if outs < lane || ins < lane {
		row = lane * f.taps
		w = ws.of(worker, useEdge, lane*row)
	}
	for k := range f.taps {
		ws.tier.transpose(w[k*lane:], t[k*lane*lane:], row, lane)
	}
	if outs < lane || ins < lane {
		for k := range outs {
			copy(f.w[from+k*stride:][:ins*f.taps], w[k*row:])
		}
	}
}

// transposeGeneric is the reference of tier.transpose: it turns a matrix of 16×16
// values; rows of dst and src lie so many floats apart.
func transposeGeneric(dst, src []float32, dstRow, srcRow int) {
	for k := range lane {
		for i, v := range src[k*srcRow:][:lane] {
			dst[i*dstRow+k] = v
		}
	}
}
