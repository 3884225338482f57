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
	w.inputRows(ws, worker, w.row(ws, worker, 1), v, at, s.block(x, n, b), r0, r1, pre.at(n, b, s.Blocks()))
}

// outputBand writes rows [r0,r1) of tiles of block o of sample n of y from m, and
// adds the residual there if it is not nil.
func (w *winograd) outputBand(ws *Workspace, worker int, y []float32, m spectrum, bias, residual []float32, s Shape, n, o, at, r0, r1 int) {
	plane := s.block(y, n, o)
	w.outputRows(ws, worker, w.row(ws, worker, 0), plane, m, at, bias, r0, r1)
	if residual != nil {
		first, end := r0*winoTile*s.W*lane, min(r1*winoTile, s.H)*s.W*lane
		ws.tier.linearTerm(linearTerm{dst: plane[first:end], x: s.block(residual, n, o)[first:end], add: true})
	}
}
