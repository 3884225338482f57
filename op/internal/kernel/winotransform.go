package kernel

// winoTransform takes one row of tiles, of signals rows, to or from the
// frequencies. Strides are floats.
type winoTransform struct {
	dst, src []float32
	rows     int       // of tiles; of signals alone
	tiles    int       // of a row
	row, col int       // strides of pixels or taps; col is used for taps alone
	freq     int       // stride of a frequency
	bias     []float32 // 16, added to outputs
}

// transformInput writes the frequencies of samples from n0 on of x, as f(x), to v.
func (w *winograd) transformInput(ws *Workspace, worker int, v spectrum, x []float32, s Shape, n0 int, pre Prologue) {
	if w.signal() {
		w.signalInput(ws, worker, v, x, s, n0, 0, v.blocks, pre)
		return
	}
	p := w.plane(ws, worker)
	w.eachPlane(s, v, n0, func(n, b, at int) { w.transformInputPlane(ws, p, v, x, s, n, b, at, pre) })
}

// transformInputPlane writes those of block b of sample n, by p, to v from at on.
func (w *winograd) transformInputPlane(ws *Workspace, p padded, v spectrum, x []float32, s Shape, n, b, at int, pre Prologue) {
	p.fillPlane(ws, p.interior(0, 0, 0), x, s, n, b, pre)
	for r := range w.ty {
		ws.tier.winoInput(winoTransform{dst: v.data[at+r*w.tx*lane:], src: p.data[r*winoTile*p.cols*lane:],
			tiles: w.tx, row: p.cols * lane, freq: v.freq})
	}
}

// transformGrad writes the frequencies of samples from n0 on of the gradient of
// outputs to d.
func (w *winograd) transformGrad(ws *Workspace, worker int, d spectrum, dy []float32, s Shape, n0 int) {
	if w.signal() {
		w.signalGrad(ws, worker, d, dy, s, n0, 0, d.blocks)
		return
	}
	p := w.plane(ws, worker)
	w.eachPlane(s, d, n0, func(n, b, at int) { w.transformGradPlane(ws, p, d, dy, s, n, b, at) })
}

// transformGradPlane writes those of block b of sample n, by p, to d from at on.
func (w *winograd) transformGradPlane(ws *Workspace, p padded, d spectrum, dy []float32, s Shape, n, b, at int) {
	src, row := p.interior(0, 0, 0), p.cols*lane
	p.fillPlane(ws, src, dy, s, n, b, Prologue{})
	for r := range w.ty {
		ws.tier.winoGrad(winoTransform{dst: d.data[at+r*w.tx*lane:], src: src[r*winoTile*row:], tiles: w.tx, row: row, freq: d.freq})
	}
}

// transformOutput writes samples from n0 on of y from m.
func (w *winograd) transformOutput(ws *Workspace, worker int, y []float32, m spectrum, bias []float32, s Shape, n0 int) {
	cols := w.tx * winoTile * lane
	buf := ws.of(worker, usePadded, w.ty*winoTile*cols)
	w.eachPlane(s, m, n0, func(n, o, at int) {
		dst := y[n*s.sample()+o*s.plane():][:s.plane()]
		to := dst
		if !w.whole() {
			to = buf
		}
		for r := range w.ty {
			ws.tier.winoOutput(winoTransform{dst: to[r*winoTile*cols:], src: m.data[at+r*w.tx*lane:],
				tiles: w.tx, row: cols, freq: m.freq, bias: bias[o*lane:][:lane]})
		}
		if !w.whole() {
			for r := range s.H {
				copy(dst[r*s.W*lane:][:s.W*lane], buf[r*cols:])
			}
		}
	})
}

// plane returns memory for one block with a halo and room for whole tiles, zero.
func (w *winograd) plane(ws *Workspace, worker int) padded {
	p := padded{hy: 1, hx: 1, rows: winoTile*w.ty + 2, cols: winoTile*w.tx + 2}
	p.data = ws.of(worker, usePadded, p.plane())
	clear(p.data)
	return p
}

// eachPlane calls f for each block of the samples of v, with where its tiles
// begin in the first frequency.
func (w *winograd) eachPlane(s Shape, v spectrum, n0 int, f func(n, block, at int)) {
	tiles := w.ty * w.tx
	for i := range v.tiles / tiles {
		for b := range v.blocks {
			f(n0+i, b, (b*v.room+i*tiles)*lane)
		}
	}
}
