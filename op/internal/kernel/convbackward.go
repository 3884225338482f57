package kernel

// BackwardData computes dz = (Wᵀ*dy)·Mask·SiLU'(Scale·x + Shift), and the sums of
// each plane if g is not nil. Without a prologue it is Wᵀ*dy, and x may be nil.
func (c *Conv) BackwardData(dz, dy, x []float32, pre Prologue, g *PrologueGrad) {
	c.w.pool.Do(c.In.N, func(n, worker int) {
		hy, hx := c.KH/2, c.KW/2
		if c.Replicate {
			hy, hx = c.KH-1, c.KW-1 // the gradient of the halo is needed as well
		}
		p := newPadded(c.out, hy, hx)
		p.data = c.w.of(worker, usePadded, c.out.Blocks()*p.plane())
		for b := range c.out.Blocks() {
			p.fill(c.w, dy, c.out, n, b, Prologue{})
			p.clearHalo(b)
		}
		dst := dz[n*c.In.sample():][:c.In.sample()]
		rows := rowsOf{src: &p, w: c.backward.data, bias: c.zero, inBlocks: c.out.Blocks(), kh: c.KH, kw: c.KW,
			dst: dst, dstBlock: c.In.plane(), width: c.In.W}
		if c.Replicate {
			q := c.paddedInput()
			q.data = c.w.of(worker, usePadded2, c.Blocks()*q.plane())
			rows.dst, rows.dstBlock, rows.width = q.data, q.plane(), q.cols
			rows.run(c.w.tier, 0, c.Blocks(), 0, q.rows)
			for b := range c.Blocks() {
				q.fold(dst[b*c.In.plane():][:c.In.plane()], b, c.In)
			}
		} else {
			rows.run(c.w.tier, 0, c.Blocks(), 0, c.In.H)
		}
		if pre.Scale == nil {
			return
		}
		for b := range c.Blocks() {
			at := n*c.In.sample() + b*c.In.plane()
			c.w.siluGrad(worker, dz[at:][:c.In.plane()], x[at:][:c.In.plane()], pre, g, n, b, c.Blocks())
		}
	})
}

// fold adds the gradient of a replicated halo to the pixels it was copied from
// and writes block b without the halo.
func (p *padded) fold(dst []float32, b int, s Shape) {
	clear(dst)
	src := p.data[b*p.plane():]
	for r := range p.rows {
		y := min(max(r-p.hy, 0), s.H-1)
		for c := range p.cols {
			x := min(max(c-p.hx, 0), s.W-1)
			d := dst[(y*s.W+x)*lane:][:lane]
			for k, v := range src[(r*p.cols+c)*lane:][:lane] {
				d[k] += v
			}
		}
	}
}
