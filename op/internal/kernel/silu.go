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

// siluGrad is dz = g·mask·SiLU'(scale·x + shift) for one block of one sample, in
// place over g, with the sums of dz·x and dz.
type siluGrad struct {
	g, x               []float32 // pixels·16
	scale, shift, mask []float32
	sumX, sum          []float32 // 16 each; set, not added to
}

// at returns the coefficients of a block of sample n, 16 each.
func (p Prologue) at(n, block, blocks int) Prologue {
	return Prologue{coef(p.Scale, n, block, blocks), coef(p.Shift, n, block, blocks), coef(p.Mask, n, block, blocks), p.Linear}
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

func coef(c []float32, n, block, blocks int) []float32 {
	if c == nil {
		return nil
	}
	return c[(n*blocks+block)*lane:][:lane]
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
	blocks, p := s.Blocks(), s.plane()
	w.planes(s, func(i, worker int) {
		d := dz[i*p:][:p]
		copy(d, dy[i*p:])
		w.prologueGrad(worker, d, x[i*p:][:p], pre, g, i/blocks, i%blocks, blocks)
	})
}

// prologueGrad applies the gradient of the prologue to one block in place.
func (w *Workspace) prologueGrad(worker int, g, x []float32, pre Prologue, sums *PrologueGrad, n, b, blocks int) {
	if pre.Linear {
		if sums != nil {
			w.planeSums(worker, coef(sums.Scale, n, b, blocks), coef(sums.Shift, n, b, blocks), g, x)
		}
		return
	}
	a := siluGrad{g: g, x: x, scale: coef(pre.Scale, n, b, blocks), shift: coef(pre.Shift, n, b, blocks), mask: coef(pre.Mask, n, b, blocks)}
	if sums != nil {
		a.sumX, a.sum = coef(sums.Scale, n, b, blocks), coef(sums.Shift, n, b, blocks)
	} else {
		t := w.of(worker, useSums, 2*lane)
		a.sumX, a.sum = t[:lane], t[lane:]
	}
	w.tier.siluGrad(a)
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
	var sumX, sum [lane]float32
	for i, x := range a.x {
		k := i % lane
		z := a.scale[k]*x + a.shift[k]
		s := sigmoid(z)
		d := a.g[i] * (s * (1 + z*(1-s)))
		if a.mask != nil {
			d *= a.mask[k]
		}
		a.g[i] = d
		sumX[k] += d * x
		sum[k] += d
	}
	copy(a.sumX, sumX[:])
	copy(a.sum, sum[:])
}
