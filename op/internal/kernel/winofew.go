package kernel

// winoBands is into how many bands of rows of tiles the transforms of a sample
// are cut where there are few samples.
const winoBands = 4

// convolveFew computes y = u*f(x) + bias + residual for few images, whose work
// is shared out by blocks, bands of rows and frequencies: bitwise what convolve
// computes.
func (w *winograd) convolveFew(ws *Workspace, y, x, u, bias, residual []float32, in, out Shape, pre Prologue) {
	v := w.layout(&ws.shared, useFreqs, in.Blocks(), in.N)
	m := w.layout(&ws.shared, useProducts, out.Blocks(), in.N)
	w.eachBand(ws, v, func(worker, n, b, at, r0, r1 int) {
		w.inputBand(ws, worker, v, x, in, n, b, at, r0, r1, pre)
	})
	const freqs = 3 // at a time
	ws.pool.Do(w.freqs/freqs, func(i, _ int) { multiply(ws, m, v, u, m.blocks, i*freqs, (i+1)*freqs, 0) })
	w.eachBand(ws, m, func(worker, n, o, at, r0, r1 int) {
		w.outputBand(ws, worker, y, m, bias[o*lane:][:lane], residual, out, n, o, at, r0, r1)
	})
}

// eachBand calls f for rows [r0,r1) of tiles of each block of the samples of v,
// with where the tiles of the block begin in the first frequency.
func (w *winograd) eachBand(ws *Workspace, v spectrum, f func(worker, n, block, at, r0, r1 int)) {
	tiles, bands := w.ty*w.tx, min(winoBands, w.ty)
	ws.pool.Do(v.tiles/tiles*v.blocks*bands, func(i, worker int) {
		band, b, n := i%bands, i/bands%v.blocks, i/bands/v.blocks
		f(worker, n, b, (b*v.room+n*tiles)*lane, w.ty*band/bands, w.ty*(band+1)/bands)
	})
}

// inputBand writes the frequencies of rows [r0,r1) of tiles of block b of sample
// n of x, as f(x), to v.
func (w *winograd) inputBand(ws *Workspace, worker int, v spectrum, x []float32, s Shape, n, b, at, r0, r1 int, pre Prologue) {
	p := padded{hy: 1, hx: 1, rows: winoTile*(r1-r0) + 2, cols: winoTile*w.tx + 2}
	p.data = ws.of(worker, usePadded, p.plane())
	clear(p.data)
	// Rows of the image that the band reads, and where the first one goes.
	y0, y1 := max(winoTile*r0-1, 0), min(winoTile*r1+1, s.H)
	src := x[n*s.sample()+b*s.plane()+y0*s.W*lane:][:(y1-y0)*s.W*lane]
	p.fillRows(ws, p.data[((y0-winoTile*r0+1)*p.cols+1)*lane:], src, y1-y0, s.W, pre.at(n, b, s.Blocks()))
	for r := range r1 - r0 {
		ws.tier.winoInput(winoTransform{dst: v.data[at+(r0+r)*w.tx*lane:], src: p.data[r*winoTile*p.cols*lane:],
			tiles: w.tx, row: p.cols * lane, freq: v.freq})
	}
}

// outputBand writes rows [r0,r1) of tiles of block o of sample n of y from m, and
// adds the residual there if it is not nil.
func (w *winograd) outputBand(ws *Workspace, worker int, y []float32, m spectrum, bias, residual []float32, s Shape, n, o, at, r0, r1 int) {
	cols := w.tx * winoTile * lane
	first := n*s.sample() + o*s.plane() + r0*winoTile*s.W*lane
	rows := min(r1*winoTile, s.H) - r0*winoTile
	dst := y[first:][:rows*s.W*lane]
	to := dst
	if !w.whole() {
		to = ws.of(worker, usePadded, (r1-r0)*winoTile*cols)
	}
	for r := range r1 - r0 {
		ws.tier.winoOutput(winoTransform{dst: to[r*winoTile*cols:], src: m.data[at+(r0+r)*w.tx*lane:],
			tiles: w.tx, row: cols, freq: m.freq, bias: bias})
	}
	if !w.whole() {
		for r := range rows {
			copy(dst[r*s.W*lane:][:s.W*lane], to[r*cols:])
		}
	}
	if residual != nil {
		ws.tier.linearTerm(linearTerm{dst: dst, x: residual[first:][:len(dst)], add: true})
	}
}
