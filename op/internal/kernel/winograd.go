package kernel

// Winograd's algorithm F(4×4, 3×3) computes 4×4 outputs of a 3×3 convolution
// from 6×6 inputs with 36 products instead of 144 (Lavin and Gray, CVPR 2016):
//
//	Y = Aᵀ[(G·g·Gᵀ) ⊙ (Bᵀ·d·B)]A
//
// The products, summed over channels, are 36 matrix products, which the tiles of
// the direct convolution compute as convolutions of one tap. The gradient of the
// weights is dg = Gᵀ[(A·dY·Aᵀ) ⊙ (Bᵀ·d·B)]G, summed likewise.
//
// The matrices evaluate and interpolate polynomials at 0, ±a, ±b and ∞. With
// a = 3/4 and b = 3/2 rounding errors are half those of the usual 1 and 2, and
// about twice the direct convolution's: 8e-7 relative to the root mean square for
// 64 channels, in outputs and gradients.
//
// Signals are the same with one axis: F(4, 3) computes 4 outputs of 3 taps with 6
// products instead of 12, with the direct convolution's errors.

const (
	winoTile = 4 // outputs of a tile along an axis
	winoAxis = 6 // products of a tile along an axis
	pointA   = 3. / 4
	pointB   = 3. / 2
)

// winograd is how a convolution is cut into tiles.
type winograd struct {
	s       Shape // of the activations; channels do not matter
	ty, tx  int   // tiles of a sample along H and W
	freqs   int   // products of a tile: 36, of signals 6
	samples int   // transformed together, so that the products are large enough
	batch   int   // likewise, of many weights
}

// newWinograd returns nil for convolutions that are faster or only possible
// directly.
func newWinograd(c ConvSpec, t *tier) *winograd {
	s := c.In
	if c.KW != 3 || c.Replicate || s.C < lane || c.Out < lane || s.W < winoTile {
		return nil
	}
	w := &winograd{s: s, ty: (s.H + winoTile - 1) / winoTile, tx: (s.W + winoTile - 1) / winoTile}
	columns := 2 * lane // of the matrix products, if there are enough samples
	switch {
	case c.KH == 3 && s.H >= winoTile && t.imageTiles(s.N, w.ty*w.tx, s.Blocks()*Shape{C: c.Out}.Blocks()):
		w.freqs = winoAxis * winoAxis
	case c.KH == 1 && s.H == 1 && signalTiles(s.N, s.W):
		w.freqs = winoAxis
		columns = signalColumns(s.Blocks() + Shape{C: c.Out}.Blocks())
	default:
		return nil
	}
	w.samples = max(1, min((columns+w.ty*w.tx-1)/(w.ty*w.tx), s.N/weightChunks))
	w.batch = max(1, batchFloats/(w.freqs*lane*w.ty*w.tx*(s.Blocks()+Shape{C: c.Out}.Blocks())))
	passes := (s.N + w.batch - 1) / w.batch
	w.batch = (s.N + passes - 1) / passes
	return w
}

// imageTiles reports whether images are worth cutting into so many tiles each, by the
// number of pairs of blocks of inputs and outputs too. The tiles of a few samples do
// not make up for reading four times as many weights where products take little time
// or weights come from memory, and one pair's products not for the transforms.
func (t *tier) imageTiles(n, tiles, pairs int) bool {
	switch few := n*tiles < lane; {
	case n >= 4 || n*tiles >= 4*lane:
		return true
	case t.wide():
		return !few && pairs > 1
	default:
		return !few || pairs <= 64
	}
}

// whole reports whether tiles cover the activations exactly.
func (w *winograd) whole() bool {
	return w.tx*winoTile == w.s.W && (w.signal() || w.ty*winoTile == w.s.H)
}

// spectrum holds blocks of a few samples in the frequencies,
// [frequency][block][tile][16].
type spectrum struct {
	data    []float32
	blocks  int
	tiles   int // of each block
	columns int // tiles that a product takes at a time
	room    int // for tiles in each block, a multiple of columns
	freq    int // floats from frequency to frequency
}

// spectrum returns scratch memory of a worker for a number of samples.
func (w *winograd) spectrum(ws *Workspace, worker, use, blocks, samples int) spectrum {
	return w.layout(&ws.scratch[worker], use, blocks, samples)
}

func (w *winograd) layout(memory *buffers, use, blocks, samples int) spectrum {
	return w.layoutTiles(memory, use, blocks, samples*w.ty*w.tx)
}

// layoutTiles is layout for a number of tiles of each block.
func (w *winograd) layoutTiles(memory *buffers, use, blocks, tiles int) spectrum {
	s := spectrum{blocks: blocks, tiles: tiles}
	n := (s.tiles + maxPixels - 1) / maxPixels
	s.columns = (s.tiles + n - 1) / n
	s.room = n * s.columns
	s.freq = stride(blocks * s.room)
	s.data = memory.get(use, w.freqs*s.freq)
	return s
}

// stride returns the distance of frequencies of n blocks of 16 values: an odd
// number of blocks, for at powers of two all 36 would compete for the same few
// lines of the cache.
func stride(n int) int { return (n | 1) * lane }

// convolve computes samples [n0,n1) of y = u*f(x) + bias.
func (w *winograd) convolve(ws *Workspace, worker int, y, x, u, bias []float32, in, out Shape, n0, n1 int, pre Prologue, next ahead) {
	v := w.spectrum(ws, worker, useFreqs, in.Blocks(), n1-n0)
	w.transformInput(ws, worker, v, x, in, n0, pre)
	if w.signal() {
		w.signalProducts(ws, worker, y, v, u, bias, out, n0, 0, out.Blocks())
		return
	}
	m := w.spectrum(ws, worker, useProducts, out.Blocks(), n1-n0)
	next = next.beside(len(v.data) + len(m.data) + len(u))
	for f := range w.freqs {
		next.fetch(ws.tier, f, w.freqs)
		multiply(ws, m, v, u, m.blocks, f, f+1, 0)
	}
	w.transformOutput(ws, worker, y, m, bias, out, n0)
}

// multiply computes m = u·v for frequencies [f0,f1); block 0 of m is block first of
// the outputs, an even number.
func multiply(ws *Workspace, m, v spectrum, u []float32, outBlocks int, f0, f1, first int) {
	t := tile{bias: ws.zeros(min(maxGroup, m.blocks) * lane), pixels: v.columns, inBlocks: v.blocks, kh: 1, kw: 1,
		srcBlock: v.room * lane, dstBlock: m.room * lane, srcNext: v.columns * lane, dstNext: m.columns * lane}
	step := stride(v.blocks * outBlocks * lane)
	for f := f0; f < f1; f++ {
		for o := 0; o < m.blocks; o += maxGroup {
			t.group = min(maxGroup, m.blocks-o)
			t.w = u[f*step+groupStart(first+o, v.blocks, 1):]
			most := max(1, maxWork/(v.blocks*lane*v.columns*t.group)) * v.columns
			for c := 0; c < v.room; c += most {
				t.rows = min(most, v.room-c) / v.columns
				t.dst, t.src = m.data[f*m.freq+(o*m.room+c)*lane:], v.data[f*v.freq+c*lane:]
				ws.tier.tile(t)
			}
		}
	}
}

// addProducts adds the products of v and d over their tiles to du, a packed
// gradient for each frequency.
func (w *winograd) addProducts(ws *Workspace, du []float32, d, v spectrum, next ahead) {
	step := stride(v.blocks * d.blocks * lane)
	p := products{tier: ws.tier, inBlocks: v.blocks, outBlocks: d.blocks, kh: 1, kw: 1}
	next = next.beside(len(v.data) + len(d.data) + len(du))
	for f := range w.freqs {
		next.fetch(ws.tier, f, w.freqs)
		p.add(du[f*step:], padded{data: v.data[f*v.freq:], rows: 1, cols: v.room},
			area{dst: d.data[f*d.freq:], blockStep: d.room * lane, next: d.room * lane, width: d.tiles})
	}
}
