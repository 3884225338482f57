package kernel

// Convolutions of signals by Winograd's algorithm, several samples at a time. Tiles
// of a sample follow each other, and samples likewise.

// signal reports whether the convolution is one of signals.
func (w *winograd) signal() bool { return w.freqs == winoAxis }

// taps returns the number of taps.
func (w *winograd) taps() int {
	if w.signal() {
		return 3
	}
	return 9
}

// signalTiles reports whether n signals of a length are worth cutting into tiles,
// which save at least a quarter of the direct algorithm's products, for transforms
// take time; which are enough to make up for reading twice as many weights; and of
// which those of a sample stay in the caches.
func signalTiles(n, length int) bool {
	tiles := (length + winoTile - 1) / winoTile
	return 4*winoAxis*tiles <= 3*3*length && n*tiles >= 4*lane && tiles <= 1024
}

// signalColumns returns how many tiles of signals are multiplied together at least:
// as many as keep a number of blocks of inputs and outputs in the second cache.
func signalColumns(blocks int) int {
	const cache = 48 << 10 // floats
	return max(2*lane, cache/(winoAxis*lane*blocks))
}

// signalPlane returns memory for one block of some samples, a row each, with a halo
// and room for whole tiles, zero.
func (w *winograd) signalPlane(ws *Workspace, worker, samples int) padded {
	p := padded{hx: 1, rows: samples, cols: winoTile*w.tx + 2}
	p.data = ws.of(worker, usePadded, p.plane())
	clear(p.data)
	return p
}

// signalInput writes the frequencies of blocks [b0,b1) of samples from n0 on of x,
// as f(x), to v.
func (w *winograd) signalInput(ws *Workspace, worker int, v spectrum, x []float32, s Shape, n0, b0, b1 int, pre Prologue) {
	samples := v.tiles / w.tx
	t := winoTransform{rows: samples, tiles: w.tx, freq: v.freq}
	if w.whole() && pre.Scale == nil {
		t.row = s.sample()
		for b := b0; b < b1; b++ {
			t.dst, t.src = v.data[b*v.room*lane:], x[n0*s.sample()+b*s.plane():]
			ws.tier.signalWhole(t)
		}
		return
	}
	p := w.signalPlane(ws, worker, samples)
	t.src, t.row = p.data, p.cols*lane
	for b := b0; b < b1; b++ {
		p.fillSignals(ws, p.interior(0, 0, 1), x, s, n0, n0+samples, b, pre)
		t.dst = v.data[b*v.room*lane:]
		ws.tier.signalInput(t)
	}
}

// signalGrad writes the frequencies of blocks [b0,b1) of samples from n0 on of the
// gradient of outputs to d.
func (w *winograd) signalGrad(ws *Workspace, worker int, d spectrum, dy []float32, s Shape, n0, b0, b1 int) {
	samples := d.tiles / w.tx
	t := winoTransform{rows: samples, tiles: w.tx, row: s.sample(), freq: d.freq}
	var p padded
	if !w.whole() {
		p = w.signalPlane(ws, worker, samples)
		t.src, t.row = p.interior(0, 0, 1), p.cols*lane
	}
	for b := b0; b < b1; b++ {
		if w.whole() {
			t.src = dy[n0*s.sample()+b*s.plane():]
		} else {
			p.fillSignals(ws, t.src, dy, s, n0, n0+samples, b, Prologue{})
		}
		t.dst = d.data[b*d.room*lane:]
		ws.tier.signalGrad(t)
	}
}

// signalProducts computes blocks [o0,o1), o0 even, of samples from n0 on of
// y = u·v + bias, a group at a time, so that products stay in the first cache.
func (w *winograd) signalProducts(ws *Workspace, worker int, y []float32, v spectrum, u, bias []float32, s Shape, n0, o0, o1 int) {
	for o := o0; o < o1; o += maxGroup {
		m := w.spectrum(ws, worker, useProducts, min(maxGroup, o1-o), v.tiles/w.tx)
		multiply(ws, m, v, u, s.Blocks(), 0, w.freqs, o)
		w.signalOutput(ws, worker, y, m, bias, s, n0, o)
	}
}

// signalOutput writes samples from n0 on of y from m, whose first block is block
// first of y.
func (w *winograd) signalOutput(ws *Workspace, worker int, y []float32, m spectrum, bias []float32, s Shape, n0, first int) {
	samples := m.tiles / w.tx
	t := winoTransform{rows: samples, tiles: w.tx, row: s.sample(), freq: m.freq}
	if !w.whole() {
		t.row = w.tx * winoTile * lane
		t.dst = ws.of(worker, usePadded, samples*t.row)
	}
	for i := range m.blocks {
		o := first + i
		dst := y[n0*s.sample()+o*s.plane():]
		if w.whole() {
			t.dst = dst
		}
		t.src, t.bias = m.data[i*m.room*lane:], bias[o*lane:][:lane]
		ws.tier.signalOutput(t)
		if !w.whole() {
			for n := range samples {
				copy(dst[n*s.sample():][:s.plane()], t.dst[n*t.row:])
			}
		}
	}
}

// convolveFewSignals computes y = u*f(x) + bias for few signals, whose work is shared
// out by blocks: bitwise what convolve computes. It calls finish for each block of
// each sample.
func (w *winograd) convolveFewSignals(ws *Workspace, y, x, u, bias []float32, in, out Shape, pre Prologue, finish func(n, o int)) {
	v := w.layout(&ws.shared, useFreqs, in.Blocks(), in.N)
	blocks := planesAtOnce(Shape{H: in.N, W: in.W}) // of all samples
	ws.pool.Do((v.blocks+blocks-1)/blocks, func(i, worker int) {
		w.signalInput(ws, worker, v, x, in, 0, i*blocks, min((i+1)*blocks, v.blocks), pre)
	})
	ws.pool.Do((out.Blocks()+maxGroup-1)/maxGroup, func(i, worker int) {
		o0, o1 := i*maxGroup, min((i+1)*maxGroup, out.Blocks())
		w.signalProducts(ws, worker, y, v, u, bias, out, 0, o0, o1)
		for n := range out.N {
			for o := o0; o < o1; o++ {
				finish(n, o)
			}
		}
	})
}
