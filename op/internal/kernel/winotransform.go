package kernel

// winoTransform takes weights, or rows of tiles of signals, to or from the
// frequencies. Strides are floats.
type winoTransform struct {
	dst, src []float32
	rows     int       // of tiles; of signals alone
	tiles    int       // of a row
	row, col int       // strides of pixels or taps; col is used for taps alone
	freq     int       // stride of a frequency
	bias     []float32 // 16, added to outputs of signals
}

// transformInput writes the frequencies of samples from n0 on of x, as f(x), to v.
func (w *winograd) transformInput(ws *Workspace, worker int, v spectrum, x []float32, s Shape, n0 int, pre Prologue) {
	if w.signal() {
		w.signalInput(ws, worker, v, x, s, n0, 0, v.blocks, pre)
		return
	}
	t := w.row(ws, worker, 1)
	w.eachPlane(s, v, n0, func(n, b, at int) {
		w.inputRows(ws, worker, t, v, at, s.block(x, n, b), 0, w.ty, pre.at(n, b, s.Blocks()))
	})
}

// transformGrad writes the frequencies of samples from n0 on of the gradient of
// outputs to d.
func (w *winograd) transformGrad(ws *Workspace, worker int, d spectrum, dy []float32, s Shape, n0 int) {
	if w.signal() {
		w.signalGrad(ws, worker, d, dy, s, n0, 0, d.blocks)
		return
	}
	t := w.row(ws, worker, 0)
	w.eachPlane(s, d, n0, func(n, b, at int) { w.gradRows(ws, t, d, at, s.block(dy, n, b), 0, w.ty) })
}

// transformOutput writes samples from n0 on of y from m.
func (w *winograd) transformOutput(ws *Workspace, worker int, y []float32, m spectrum, bias []float32, s Shape, n0 int) {
	t := w.row(ws, worker, 0)
	w.eachPlane(s, m, n0, func(n, o, at int) {
		w.outputRows(ws, worker, t, s.block(y, n, o), m, at, bias[o*lane:][:lane], 0, w.ty)
	})
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
