package kernel

// Gradients of many weights in 36 frequencies are larger than the second cache,
// and adding the products of a few samples to all of them takes longer than the
// products. Then a large part of the batch is transformed, and each frequency's
// products are summed over all of its tiles at once.
const (
	manyBlocks  = 64      // pairs of blocks of inputs and outputs
	batchFloats = 1 << 22 // of the frequencies of what is transformed together
	cachedTiles = 128     // of a group of outputs, which stay in the first cache
)

// byFrequency reports whether the gradient of the weights is computed frequency
// by frequency.
func (w *winograd) byFrequency(in, out Shape) bool {
	return w != nil && in.Blocks()*out.Blocks() >= manyBlocks
}

// backwardWeightsByFrequency is BackwardWeights for many weights.
func (c *Conv) backwardWeightsByFrequency(dw, db, dy, x []float32, pre Prologue) {
	w, ws := c.wino, c.w
	ib, ob := c.Blocks(), c.out.Blocks()
	step := stride(ib * ob * lane)
	du := ws.shared.get(useGradients, winoFreqs*step)
	bias := ws.shared.get(useSums, c.In.N*ob*lane) // of each sample
	clear(bias)
	for n0 := 0; n0 < c.In.N; n0 += w.batch {
		samples := min(w.batch, c.In.N-n0)
		v := w.layout(&ws.shared, useFreqs, ib, samples)
		d := w.layout(&ws.shared, useProducts, ob, samples)
		tiles := w.ty * w.tx
		ws.pool.Do(samples*(ib+ob), func(i, worker int) {
			b, s := i%(ib+ob), i/(ib+ob)
			p := w.plane(ws, worker)
			if b < ib {
				w.transformInputPlane(ws, p, v, x, c.In, n0+s, b, (b*v.room+s*tiles)*lane, pre)
				return
			}
			b -= ib
			w.transformGradPlane(ws, p, d, dy, c.out, n0+s, b, (b*d.room+s*tiles)*lane)
			at := (n0+s)*ob + b
			ws.tier.sum(bias[at*lane:][:lane], dy[at*c.out.plane():][:c.out.plane()])
		})
		ws.pool.Do(winoFreqs*((ob+maxGroup-1)/maxGroup), func(i, _ int) {
			f, o := i%winoFreqs, i/winoFreqs*maxGroup
			group := min(maxGroup, ob-o)
			sum := du[f*step+groupStart(o, ib, 1):][:ib*group*lane*lane]
			if n0 == 0 {
				clear(sum)
			}
			p := products{tier: ws.tier, inBlocks: ib, outBlocks: group, kh: 1, kw: 1}
			for t := 0; t < d.tiles; t += cachedTiles {
				p.add(sum, padded{data: v.data[f*v.freq+t*lane:], rows: 1, cols: v.room},
					area{dst: d.data[f*d.freq+(o*d.room+t)*lane:], blockStep: d.room * lane, next: d.room * lane, width: min(cachedTiles, d.tiles-t)})
			}
		})
	}
	eachPair(ws, ib, ob, func(worker, o, group, b int) {
		sum := ws.of(worker, useTaps, 9*group*lane*lane)
		gradientTaps(ws, sum, du[groupStart(o, ib, 1)+b*group*lane*lane:], group, step)
		c.unpackBlock(worker, dw, sum, o, group, b)
	})
	clear(db)
	for n := range c.In.N {
		for o := range db {
			db[o] += bias[n*ob*lane+o]
		}
	}
}
