package kernel

// Gradients of many weights in the frequencies are larger than the second cache,
// and adding the products of a few samples to all of them takes longer than the
// products. Then a large part of the batch is transformed, and each frequency's
// products are summed over all of its tiles at once.
const (
	manyBlocks  = 64      // pairs of blocks of inputs and outputs
	batchFloats = 1 << 21 // of the frequencies of what is transformed together
	cachedTiles = 128     // of a group of outputs, which stay in the first cache
	leastTiles  = 8       // for whose products reading their weights does not take longer
)

// byFrequency reports whether the gradient of the weights is computed frequency
// by frequency.
func (c *Conv) byFrequency() bool {
	return c.wino != nil && c.Blocks()*c.out.Blocks() >= manyBlocks
}

// fewTiles reports whether outputs and the gradient of the data are computed
// frequency by frequency as well: a few samples at a time, which have less than
// leastTiles tiles, would wait for the many weights to come from the last cache.
func (c *Conv) fewTiles() bool {
	w := c.wino
	return c.byFrequency() && !w.signal() && w.samples*w.ty*w.tx < leastTiles && c.In.N <= w.batch
}

// backwardWeightsByFrequency is BackwardWeights for many weights.
func (c *Conv) backwardWeightsByFrequency(dw, db, dy, x []float32, pre Prologue) {
	w, ws := c.wino, c.w
	ib, ob := c.Blocks(), c.out.Blocks()
	step := stride(ib * ob * lane)
	du := ws.common(useGradients, w.freqs*step)
	bias := ws.shared.get(useSums, c.In.N*ob*lane) // of each sample
	clear(bias)
	for n0 := 0; n0 < c.In.N; n0 += w.batch {
		samples := min(w.batch, c.In.N-n0)
		v := w.layout(&ws.shared, useFreqs, ib, samples)
		d := w.layout(&ws.shared, useProducts, ob, samples)
		each := 1 // sample at a time
		if w.signal() {
			each = w.samples
		}
		ws.pool.Do((samples+each-1)/each*(ib+ob), func(i, worker int) {
			b, s0 := i%(ib+ob), i/(ib+ob)*each
			s1 := min(s0+each, samples)
			if b < ib {
				w.transformInputBlock(ws, worker, v.of(w, s0, s1), x, c.In, n0+s0, b, pre)
				return
			}
			b -= ib
			w.transformGradBlock(ws, worker, d.of(w, s0, s1), dy, c.out, n0+s0, b)
			for n := n0 + s0; n < n0+s1; n++ {
				at := n*ob + b
				ws.tier.sum(bias[at*lane:][:lane], dy[at*c.out.plane():][:c.out.plane()])
			}
		})
		ws.pool.Do(w.freqs*((ob+maxGroup-1)/maxGroup), func(i, _ int) {
			f, o := i%w.freqs, i/w.freqs*maxGroup
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
		sum := ws.of(worker, useTaps, w.taps()*group*lane*lane)
		w.gradientTaps(ws, sum, du[groupStart(o, ib, 1)+b*group*lane*lane:], group, step)
		c.unpackBlock(worker, dw, sum, o, group, b)
	})
	clear(db)
	for n := range c.In.N {
		for o := range db {
			db[o] += bias[n*ob*lane+o]
		}
	}
}

// transformInputBlock writes the frequencies of block b of samples from n0 on of x,
// as f(x), to v.
func (w *winograd) transformInputBlock(ws *Workspace, worker int, v spectrum, x []float32, s Shape, n0, b int, pre Prologue) {
	if w.signal() {
		w.signalInput(ws, worker, v, x, s, n0, b, b+1, pre)
		return
	}
	t, tiles := w.row(ws, worker, 1), w.ty*w.tx
	for i := range v.tiles / tiles {
		w.inputRows(ws, worker, t, v, (b*v.room+i*tiles)*lane, s.block(x, n0+i, b), 0, w.ty, pre.at(n0+i, b, s.Blocks()))
	}
}

// transformGradBlock writes the frequencies of block b of samples from n0 on of the
// gradient of outputs to d.
func (w *winograd) transformGradBlock(ws *Workspace, worker int, d spectrum, dy []float32, s Shape, n0, b int) {
	if w.signal() {
		w.signalGrad(ws, worker, d, dy, s, n0, b, b+1)
		return
	}
	t, tiles := w.row(ws, worker, 0), w.ty*w.tx
	for i := range d.tiles / tiles {
		w.gradRows(ws, t, d, (b*d.room+i*tiles)*lane, s.block(dy, n0+i, b), 0, w.ty)
	}
}

// of returns samples [n0,n1) of s.
func (s spectrum) of(w *winograd, n0, n1 int) spectrum {
	s.data, s.tiles = s.data[n0*w.ty*w.tx*lane:], (n1-n0)*w.ty*w.tx
	return s
}
