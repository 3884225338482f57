package kernel

import "math"

// Prologue is what a convolution applies to its input: Mask·SiLU(Scale·x+Shift)
// with coefficients (N, 16·Blocks). Scale nil: x itself (Shift nil as well);
// Mask nil: none. Linear: Scale·x+Shift alone, without Mask.
type Prologue struct {
	Scale, Shift, Mask []float32
	Linear             bool
}

// PrologueGrad receives, for each plane, the sums Σ dz·x and Σ dz, the
// gradients with respect to Scale and Shift; both (N, 16·Blocks).
type PrologueGrad struct{ Scale, Shift []float32 }

// Moments are the mean of each plane and the sum of squares about it, both
// (N, 16·Blocks).
type Moments struct{ Mean, M2 []float32 }

// affineRows is y = mask·SiLU(scale·x + shift) for rows of width pixels of one block,
// of one sample, or of a signal in several, whose coefficients differ.
type affineRows struct {
	dst, src           []float32
	scale, shift, mask []float32 // 16 each; mask nil: ones
	rows, width        int
	dstRow, srcRow     int // floats from row to row
	coefs              int // likewise, of the coefficients; 0: all rows have the same
}

// siluGrad is dz = g·mask·SiLU'(scale·x + shift) for planes of one size, one after the
// other as their coefficients, in place over g, with the sums of dz·x and dz of each.
type siluGrad struct {
	g, x               []float32
	planes             int       // 0: one
	scale, shift, mask []float32 // 16 of each plane
	sumX, sum          []float32 // likewise; set, not added to
}

// at returns the coefficients of a block of sample n, 16 each.
func (p Prologue) at(n, block, blocks int) Prologue {
	i := n*blocks + block
	return Prologue{planesOf(p.Scale, i, i+1), planesOf(p.Shift, i, i+1), planesOf(p.Mask, i, i+1), p.Linear}
}

// from returns the coefficients from a block of sample n on.
func (p Prologue) from(n, block, blocks int) Prologue {
	at := (n*blocks + block) * lane
	p.Scale, p.Shift = p.Scale[at:], p.Shift[at:]
	if p.Mask != nil {
		p.Mask = p.Mask[at:]
	}
	return p
}

// Activate computes what the prologue says.
func Activate(w *Workspace, y, x []float32, pre Prologue, s Shape) {
	blocks, p := s.Blocks(), s.plane()
	w.planes(s, func(i, _ int) {
		w.activateRows(y[i*p:][:p], x[i*p:][:p], 1, s.H*s.W, p, pre.at(i/blocks, i%blocks, blocks))
	})
}

// activateRows applies the prologue of a block to rows of width pixels; those of
// dst begin dstRow floats apart.
func (w *Workspace) activateRows(dst, src []float32, rows, width, dstRow int, pre Prologue) {
	if !pre.Linear {
		w.tier.affineSiLU(affineRows{dst: dst, src: src, rows: rows, width: width, dstRow: dstRow, srcRow: width * lane,
			scale: pre.Scale, shift: pre.Shift, mask: pre.Mask})
		return
	}
	n := width * lane
	for r := range rows {
		w.tier.linearTerm(linearTerm{dst: dst[r*dstRow:][:n], x: src[r*n:][:n], coef: pre.Scale, constant: pre.Shift})
	}
}

// ActivateGrad computes dz = dy·Mask·SiLU'(Scale·x + Shift), or dy where the
// prologue is Linear, and its sums if g is not nil.
func ActivateGrad(w *Workspace, dz, dy, x []float32, pre Prologue, g *PrologueGrad, s Shape) {
	p := s.plane()
	w.planeRanges(s, func(i0, i1, worker int) {
		copy(dz[i0*p:i1*p], dy[i0*p:])
		w.prologueGrad(worker, dz, x, pre, g, s, i0, i1)
	})
}

// prologueGrad applies the gradient of the prologue to planes [i0,i1) of g in place.
func (w *Workspace) prologueGrad(worker int, g, x []float32, pre Prologue, sums *PrologueGrad, s Shape, i0, i1 int) {
	const pixels = 4096 // of a call, some ten microseconds
	p, few := s.plane(), max(1, pixels/(s.H*s.W))
	for ; i0 < i1; i0 += few {
		end := min(i0+few, i1)
		of := func(c []float32) []float32 { return planesOf(c, i0, end) }
		if pre.Linear {
			for i := i0; i < end && sums != nil; i++ {
				w.planeSums(worker, planesOf(sums.Scale, i, i+1), planesOf(sums.Shift, i, i+1), g[i*p:][:p], x[i*p:][:p])
			}
			continue
		}
		a := siluGrad{g: g[i0*p : end*p], x: x[i0*p : end*p], planes: end - i0, scale: of(pre.Scale), shift: of(pre.Shift), mask: of(pre.Mask)}
		if sums != nil {
			a.sumX, a.sum = of(sums.Scale), of(sums.Shift)
		} else {
			n := (end - i0) * lane
			t := w.of(worker, useSums, 2*n)
			a.sumX, a.sum = t[:n], t[n:]
		}
		w.tier.siluGrad(a)
	}
}

// planesOf returns the coefficients of planes [i0,i1).
func planesOf(c []float32, i0, i1 int) []float32 {
	if c == nil {
		return nil
	}
	return c[i0*lane : i1*lane]
}

// SiLU computes y = x/(1+e^-x) on plain arrays.
func SiLU(w *Workspace, y, x []float32) {
	w.split(len(x), func(lo, hi int) { w.silu(y[lo:hi], x[lo:hi]) })
}

// SiLUGrad computes dx = dy·SiLU'(x) on plain arrays.
func SiLUGrad(w *Workspace, dx, dy, x []float32) {
	w.rows(len(x), 1, func(lo, hi int, t tmp) { w.siluBack(dx[lo:hi], dy[lo:hi], x[lo:hi], t) })
}

// split runs f over ranges of a plain array.
func (w *Workspace) split(n int, f func(lo, hi int)) {
	const size = 2048
	w.pool.Do((n+size-1)/size, func(c, _ int) { f(c*size, min(n, (c+1)*size)) })
}

// sigmoid is 1/(1+e^-x), rounded once from float64.
func sigmoid(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }

// affineSiLUGeneric is the reference of tier.affineSiLU.
func affineSiLUGeneric(a affineRows) {
	for r := range a.rows {
		src, dst := a.src[r*a.srcRow:][:a.width*lane], a.dst[r*a.dstRow:]
		for i, x := range src {
			k := r*a.coefs + i%lane
			z := a.scale[k]*x + a.shift[k]
			z *= sigmoid(z)
			if a.mask != nil {
				z *= a.mask[k]
			}
			dst[i] = z
		}
	}
}

// siluGradGeneric is the reference of tier.siluGrad.
func siluGradGeneric(a siluGrad) {
	n, plane := max(1, a.planes), len(a.g)/max(1, a.planes)
	clear(a.sumX[:n*lane])
	clear(a.sum[:n*lane])
	for i, x := range a.x {
		k := i/plane*lane + i%lane
		z := a.scale[k]*x + a.shift[k]
		s := sigmoid(z)
		d := a.g[i] * (s * (1 + z*(1-s)))
		if a.mask != nil {
			d *= a.mask[k]
		}
		a.g[i] = d
		a.sumX[k] += d * x
		a.sum[k] += d
	}
}
