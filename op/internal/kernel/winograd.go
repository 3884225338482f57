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

const (
	winoTile  = 4  // outputs of a tile along an axis
	winoFreqs = 36 // products of a tile
	pointA    = 3. / 4
	pointB    = 3. / 2
)

// winograd is how a convolution is cut into tiles.
type winograd struct {
	ty, tx            int       // tiles of a sample along H and W
	samples           int       // transformed together, so that the products are large enough
	forward, backward []float32 // 36 packed matrices each
}

// newWinograd returns nil for convolutions that are faster or only possible
// directly.
func newWinograd(c ConvSpec) *winograd {
	s := c.In
	if c.KH != 3 || c.KW != 3 || c.Replicate || s.N < 8 || s.C < lane || c.Out < lane || min(s.H, s.W) < winoTile {
		return nil
	}
	w := &winograd{ty: (s.H + winoTile - 1) / winoTile, tx: (s.W + winoTile - 1) / winoTile}
	const columns = 2 * maxPixels // of the matrix products, at least
	w.samples = min(max(1, columns/(w.ty*w.tx)), max(1, s.N/weightChunks))
	return w
}

// stride returns the distance of frequencies of n blocks of 16 values in scratch
// memory: an odd number of blocks, for at powers of two all 36 would compete for
// the same few lines of the cache.
func stride(n int) int { return (n | 1) * lane }

// plane returns the padded layout of one block: halo and room for whole tiles.
func (w *winograd) plane() padded {
	return padded{hy: 1, hx: 1, rows: winoTile*w.ty + 2, cols: winoTile*w.tx + 2}
}

// winoTransform is one row of tiles on its way to or from the 36 frequencies.
// Strides are floats.
type winoTransform struct {
	dst, src []float32
	tiles    int
	row      int       // stride of a row of pixels
	freq     int       // stride of a frequency
	bias     []float32 // 16, added to outputs
}

// transformInput writes the frequencies of samples [n0,n1) of x, as f(x), to
// v (36, blocks, tiles, 16).
func (w *winograd) transformInput(ws *Workspace, worker int, v, x []float32, s Shape, n0, n1 int, pre Prologue, grad bool) {
	p := w.plane()
	p.data = ws.of(worker, usePadded, p.plane())
	tiles := (n1 - n0) * w.ty * w.tx
	for b := range s.Blocks() {
		clear(p.data) // the halo, and what lies beyond the sample in the last tiles
		for n := n0; n < n1; n++ {
			q := p
			q.data = p.data
			q.fillOne(ws, x, s, n, b, pre)
			for r := range w.ty {
				t := winoTransform{dst: v[(b*tiles+((n-n0)*w.ty+r)*w.tx)*lane:], src: p.data[r*winoTile*p.cols*lane:],
					tiles: w.tx, row: p.cols * lane, freq: stride(s.Blocks() * tiles)}
				if grad {
					t.src = t.src[(p.cols+1)*lane:]
					ws.tier.winoGrad(t)
				} else {
					ws.tier.winoInput(t)
				}
			}
		}
	}
}

// fillOne copies block b of sample n of x into the interior of a single plane.
func (p *padded) fillOne(w *Workspace, x []float32, s Shape, n, b int, pre Prologue) {
	one := *p
	one.data = p.data[:p.plane()]
	src, dst := x[n*s.sample()+b*s.plane():][:s.plane()], one.interior(0, 0, s.H)
	if pre.Scale != nil {
		blocks := s.Blocks()
		w.tier.affineSiLU(affineRows{dst: dst, src: src, rows: s.H, width: s.W, dstRow: p.cols * lane,
			scale: coef(pre.Scale, n, b, blocks), shift: coef(pre.Shift, n, b, blocks), mask: coef(pre.Mask, n, b, blocks)})
		return
	}
	for r := range s.H {
		copy(dst[r*p.cols*lane:], src[r*s.W*lane:][:s.W*lane])
	}
}

// transformOutput writes samples [n0,n1) of y from m (36, blocks, tiles, 16).
func (w *winograd) transformOutput(ws *Workspace, worker int, y, m, bias []float32, s Shape, n0, n1 int) {
	tiles := (n1 - n0) * w.ty * w.tx
	whole := w.ty*winoTile == s.H && w.tx*winoTile == s.W
	cols := w.tx * winoTile * lane
	buf := ws.of(worker, usePadded, w.ty*winoTile*cols)
	for n := n0; n < n1; n++ {
		for o := range s.Blocks() {
			dst := y[n*s.sample()+o*s.plane():][:s.plane()]
			to := dst
			if !whole {
				to = buf
			}
			for r := range w.ty {
				ws.tier.winoOutput(winoTransform{dst: to[r*winoTile*cols:], src: m[(o*tiles+((n-n0)*w.ty+r)*w.tx)*lane:],
					tiles: w.tx, row: cols, freq: stride(s.Blocks() * tiles), bias: bias[o*lane:][:lane]})
			}
			if !whole {
				for r := range s.H {
					copy(dst[r*s.W*lane:][:s.W*lane], buf[r*cols:])
				}
			}
		}
	}
}

// convolve computes samples [n0,n1) of y = u*f(x) + bias.
func (w *winograd) convolve(ws *Workspace, worker int, y, x, u, bias []float32, in, out Shape, n0, n1 int, pre Prologue) {
	tiles := (n1 - n0) * w.ty * w.tx
	ib, ob := in.Blocks(), out.Blocks()
	v, m := ws.of(worker, useFreqs, winoFreqs*stride(ib*tiles)), ws.of(worker, useProducts, winoFreqs*stride(ob*tiles))
	w.transformInput(ws, worker, v, x, in, n0, n1, pre, false)
	for f := range winoFreqs {
		src := padded{data: v[f*stride(ib*tiles):], rows: 1, cols: tiles}
		c := convolution{src: src, w: u[f*ib*ob*lane*lane:], bias: ws.zeros(ob * lane), inBlocks: ib, kh: 1, kw: 1,
			to: area{dst: m[f*stride(ob*tiles):], blockStep: tiles * lane, next: tiles * lane, width: tiles}}
		c.run(ws.tier, 0, ob, 0, 1)
	}
	w.transformOutput(ws, worker, y, m, bias, out, n0, n1)
}

// addWeights adds the products of samples [n0,n1) to sum, 36 packed gradients.
func (w *winograd) addWeights(ws *Workspace, worker int, sum, dy, x []float32, in, out Shape, n0, n1 int, pre Prologue) {
	tiles := (n1 - n0) * w.ty * w.tx
	ib, ob := in.Blocks(), out.Blocks()
	v, d := ws.of(worker, useFreqs, winoFreqs*stride(ib*tiles)), ws.of(worker, useProducts, winoFreqs*stride(ob*tiles))
	w.transformInput(ws, worker, v, x, in, n0, n1, pre, false)
	w.transformInput(ws, worker, d, dy, out, n0, n1, Prologue{}, true)
	for f := range winoFreqs {
		src := padded{data: v[f*stride(ib*tiles):], rows: 1, cols: tiles}
		products{tier: ws.tier, inBlocks: ib, outBlocks: ob, kh: 1, kw: 1}.add(sum[f*ib*ob*lane*lane:], src,
			area{dst: d[f*stride(ob*tiles):], blockStep: tiles * lane, next: tiles * lane, width: tiles})
	}
}
