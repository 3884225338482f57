package kernel

// convolveParts is convolveFew with the work of each sample handed out once, in sets of
// output blocks and bands of rows of tiles: a part transforms all inputs that it reads,
// even if other parts do so too, and what it computes stays in its worker's caches.
func (w *winograd) convolveParts(ws *Workspace, y, x, u, bias, residual []float32, in, out Shape, pre Prologue, sets, bands int) {
	groups := (out.Blocks() + maxGroup - 1) / maxGroup
	ws.pool.Do(in.N*sets*bands, func(i, worker int) {
		band, set, n := i%bands, i/bands%sets, i/bands/sets
		r0, r1 := w.ty*band/bands, w.ty*(band+1)/bands
		o0, o1 := groups*set/sets*maxGroup, min(groups*(set+1)/sets*maxGroup, out.Blocks())
		tiles, above := (r1-r0)*w.tx, r0*w.tx*lane
		v := w.layoutTiles(&ws.scratch[worker], useFreqs, in.Blocks(), tiles)
		for b := range v.blocks {
			w.inputBand(ws, worker, v, x, in, n, b, b*v.room*lane-above, r0, r1, pre)
		}
		m := w.layoutTiles(&ws.scratch[worker], useProducts, o1-o0, tiles)
		multiply(ws, m, v, u, out.Blocks(), 0, w.freqs, o0)
		for k := range m.blocks {
			o := o0 + k
			w.outputBand(ws, worker, y, m, bias[o*lane:][:lane], residual, out, n, o, k*m.room*lane-above, r0, r1)
		}
	})
}
