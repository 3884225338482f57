package kernel

// Linear is y = x·Wᵀ + b on plain arrays, x (N,I), W (O,I), y (N,O). It is a
// convolution of one tap over an image of N pixels.
type Linear struct {
	n, in, out int
	conv       *Conv
	x, y       []float32 // blocked copies
}

// NewLinear prepares a layer for n samples.
func NewLinear(w *Workspace, n, in, out int) (*Linear, error) {
	c, err := NewConv(ConvSpec{In: Shape{1, in, 1, n}, Out: out, KH: 1, KW: 1}, w)
	if err != nil {
		return nil, err
	}
	return &Linear{n: n, in: in, out: out, conv: c, x: Alloc(c.In.Len()), y: Alloc(c.out.Len())}, nil
}

// SetWeights packs w (O,I) and b (O) for Forward.
func (l *Linear) SetWeights(w, b []float32) { l.conv.SetWeights(w, b) }

// Forward computes y = x·wᵀ + b.
func (l *Linear) Forward(y, x []float32) {
	rowsToBlocks(l.x, x, l.n, l.in)
	l.conv.Forward(l.y, l.x, Prologue{}, nil, nil)
	blocksToRows(y, l.y, l.n, l.out)
}

// BackwardData computes dx = dy·w.
func (l *Linear) BackwardData(dx, dy, w []float32) {
	l.conv.SetWeightsBackward(w)
	rowsToBlocks(l.y, dy, l.n, l.out)
	l.conv.BackwardData(l.x, l.y, nil, Prologue{}, nil)
	blocksToRows(dx, l.x, l.n, l.in)
}

// BackwardWeights computes dw = dyᵀ·x and db = Σ dy.
func (l *Linear) BackwardWeights(dw, db, dy, x []float32) {
	rowsToBlocks(l.y, dy, l.n, l.out)
	rowsToBlocks(l.x, x, l.n, l.in)
	l.conv.BackwardWeights(dw, db, l.y, l.x, Prologue{})
}

// rowsToBlocks copies x (n,c) to (c/16, n, 16), zeros in the lanes beyond c.
func rowsToBlocks(dst, x []float32, n, c int) {
	for b := 0; b*lane < c; b++ {
		for r := range n {
			d := dst[(b*n+r)*lane:][:lane]
			k := copy(d, x[r*c+b*lane:min(r*c+(b+1)*lane, (r+1)*c)])
			clear(d[k:])
		}
	}
}

// blocksToRows is the inverse of rowsToBlocks.
func blocksToRows(dst, x []float32, n, c int) {
	for b := 0; b*lane < c; b++ {
		for r := range n {
			copy(dst[r*c+b*lane:min(r*c+(b+1)*lane, (r+1)*c)], x[(b*n+r)*lane:])
		}
	}
}
