package kernel

// BackwardData computes dz = (Wᵀ*dy)·Mask·SiLU'(Scale·x + Shift), and the sums of
// each plane if g is not nil. Without a prologue it is Wᵀ*dy, and x may be nil; a
// Linear one has neither Mask nor SiLU'.
func (c *Conv) BackwardData(dz, dy, x []float32, pre Prologue, g *PrologueGrad) {
	finish := func(i0, i1, worker int) { // planes
		if pre.Scale != nil {
			c.w.prologueGrad(worker, dz, x, pre, g, c.In, i0, i1)
		}
	}
	if c.fewTiles() {
		c.wino.convolveFew(c.w, dz, dy, c.backward, c.w.zeros(c.Blocks()*lane), nil, c.out, c.In, Prologue{})
		c.w.planeRanges(c.In, finish)
		return
	}
	together := c.samples(c.Out)
	c.eachRun(together, func(worker, n0, n1, next int) {
		if c.wino != nil {
			a := ahead{c.out.of(dy, n1, next), c.In.of(dz, n1, next)}
			if pre.Scale != nil {
				a[2] = c.In.of(x, n1, next)
			}
			c.wino.convolve(c.w, worker, dz, dy, c.backward, c.w.zeros(c.Blocks()*lane), c.out, c.In, n0, n1, Prologue{}, a)
		} else {
			c.backwardDirect(worker, dz, dy, n0, n1)
		}
		finish(n0*c.Blocks(), n1*c.Blocks(), worker)
	})
}

// backwardDirect computes samples [n0,n1) of Wᵀ*dy.
func (c *Conv) backwardDirect(worker int, dz, dy []float32, n0, n1 int) {
	hy, hx := c.KH/2, c.KW/2
	if c.Replicate {
		hy, hx = c.KH-1, c.KW-1 // the gradient of the halo is needed as well
	}
	p := newPadded(c.out, n1-n0, hy, hx)
	p.data = c.w.of(worker, usePadded, c.out.Blocks()*p.plane())
	for b := range c.out.Blocks() {
		p.fill(c.w, dy, c.out, n0, n1, b, Prologue{})
		p.clearHalo(b)
	}
	conv := convolution{src: p, w: c.backward, bias: c.w.zeros(c.Blocks() * lane), inBlocks: c.out.Blocks(), kh: c.KH, kw: c.KW, to: output(dz, c.In, n0)}
	if c.Replicate {
		q := c.paddedInput(n1 - n0)
		q.data = c.w.of(worker, usePadded2, c.Blocks()*q.plane())
		conv.to = area{dst: q.data, blockStep: q.plane(), next: q.cols * lane, width: q.cols}
		conv.run(c.w.tier, 0, c.Blocks(), 0, q.rows)
		for n := n0; n < n1; n++ {
			for b := range c.Blocks() {
				q.fold(dz[n*c.In.sample()+b*c.In.plane():][:c.In.plane()], b, n-n0, c.In)
			}
		}
	} else {
		conv.run(c.w.tier, 0, c.Blocks(), 0, c.In.H*(n1-n0))
	}
}

// fold adds the gradient of a replicated halo to the pixels it was copied from
// and writes block b of sample number i without the halo.
func (p *padded) fold(dst []float32, b, i int, s Shape) {
	clear(dst)
	src := p.data[b*p.plane()+i*s.H*p.cols*lane:]
	for r := range s.H + 2*p.hy {
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
