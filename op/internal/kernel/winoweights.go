package kernel

// transformWeights writes U = G·g·Gᵀ, of signals U = G·g, of weights, a packed matrix
// for each frequency, to u.
func (w *winograd) transformWeights(ws *Workspace, u []float32, f filters) {
	ib, ob := f.blocks()
	step := stride(ib * ob * lane)
	transform := ws.tier.winoWeights
	if w.signal() {
		transform = ws.tier.signalWeights
	}
	eachPair(ws, ib, ob, func(worker, o, group, b int) {
		n := group * lane // vectors of each tap of a block
		g := ws.of(worker, useTaps, f.taps*n*lane)
		f.packBlock(ws, worker, g, o, group, b)
		transform(winoTransform{dst: u[groupStart(o, ib, 1)+b*n*lane:], src: g, rows: 1,
			tiles: n, row: 3 * n * lane, col: n * lane, freq: step})
	})
}

// transformGradients writes dg = Gᵀ·dU·G, of signals dg = Gᵀ·dU, in the order in
// which products sums them for the direct convolution.
func (w *winograd) transformGradients(ws *Workspace, dg, du []float32, in, out Shape) {
	ib, ob := in.Blocks(), out.Blocks()
	step := stride(ib * ob * lane)
	for o := 0; o < ob; o += maxGroup {
		group := min(maxGroup, ob-o)
		n := group * lane * lane
		for b := range ib {
			w.gradientTaps(ws, dg[groupStart(o, ib, w.taps())+w.taps()*b*n:], du[groupStart(o, ib, 1)+b*n:], group, step)
		}
	}
}

// gradientTaps is transformGradients for one block of inputs and a group of blocks
// of outputs.
func (w *winograd) gradientTaps(ws *Workspace, dg, du []float32, group, step int) {
	n := inputsOf(3, group) * group // vectors of each tap that are adjacent
	rows := lane * group / n        // of such vectors
	if w.signal() {
		ws.tier.signalWeightGrad(winoTransform{dst: dg, src: du, rows: rows, tiles: n, row: 3 * n * lane, col: n * lane, freq: step})
		return
	}
	for i := range rows {
		ws.tier.winoWeightGrad(winoTransform{dst: dg[3*i*n*lane:], src: du[i*n*lane:],
			tiles: n, row: 3 * rows * n * lane, col: n * lane, freq: step})
	}
}

// gradients returns scratch memory for a packed gradient of each frequency, zero.
func (w *winograd) gradients(ws *Workspace, worker int, in, out Shape) []float32 {
	du := ws.of(worker, useGradients, w.freqs*stride(in.Blocks()*out.Blocks()*lane))
	clear(du)
	return du
}

// addWeights adds the products of samples [n0,n1) to du.
func (w *winograd) addWeights(ws *Workspace, worker int, du, dy, x []float32, in, out Shape, n0, n1 int, pre Prologue, next ahead) {
	v := w.spectrum(ws, worker, useFreqs, in.Blocks(), n1-n0)
	d := w.spectrum(ws, worker, useProducts, out.Blocks(), n1-n0)
	w.transformInput(ws, worker, v, x, in, n0, pre)
	w.transformGrad(ws, worker, d, dy, out, n0)
	w.addProducts(ws, du, d, v, next)
}
