package kernel

// Forward computes y = W*f(x) + b, adds residual (of the layout of y) if it is
// not nil, and collects the moments of the result if m is not nil.
func (c *Conv) Forward(y, x []float32, pre Prologue, residual []float32, m *Moments) {
	if c.In.N < 2*c.w.pool.Threads() {
		c.forwardRows(y, x, pre, residual, m)
		return
	}
	c.w.pool.Do(c.In.N, func(n, worker int) {
		p := c.paddedInput()
		p.data = c.w.of(worker, usePadded, c.Blocks()*p.plane())
		for b := range c.Blocks() {
			c.fillInput(&p, x, n, b, pre)
		}
		rows := c.rows(&p, y, n)
		rows.run(c.w.tier, 0, c.out.Blocks(), 0, c.out.H)
		for o := range c.out.Blocks() {
			c.finish(y, residual, m, n, o)
		}
	})
}

// forwardRows is Forward for few samples: the work on each is shared by output
// channels and rows. The result is bitwise that of Forward.
func (c *Conv) forwardRows(y, x []float32, pre Prologue, residual []float32, m *Moments) {
	p := c.paddedInput()
	size := c.Blocks() * p.plane()
	all := c.w.shared.get(usePadded, c.In.N*size)
	sample := func(n int) *padded {
		q := p
		q.data = all[n*size:][:size]
		return &q
	}
	blocks := c.Blocks()
	c.w.pool.Do(c.In.N*blocks, func(i, _ int) { c.fillInput(sample(i/blocks), x, i/blocks, i%blocks, pre) })
	groups, bands := (c.out.Blocks()+maxGroup-1)/maxGroup, min(c.out.H, 4)
	c.w.pool.Do(c.In.N*groups*bands, func(i, _ int) {
		n, g, band := i/(groups*bands), i/bands%groups, i%bands
		rows := c.rows(sample(n), y, n)
		rows.run(c.w.tier, g*maxGroup, min((g+1)*maxGroup, c.out.Blocks()), c.out.H*band/bands, c.out.H*(band+1)/bands)
	})
	if residual != nil || m != nil {
		c.w.pool.Do(c.In.N*c.out.Blocks(), func(i, _ int) { c.finish(y, residual, m, i/c.out.Blocks(), i%c.out.Blocks()) })
	}
}

func (c *Conv) paddedInput() padded { return newPadded(c.In, c.KH/2, c.KW/2) }

func (c *Conv) rows(p *padded, y []float32, n int) rowsOf {
	return rowsOf{src: p, w: c.forward.data, bias: c.bias, inBlocks: c.Blocks(), kh: c.KH, kw: c.KW,
		dst: y[n*c.out.sample():][:c.out.sample()], dstBlock: c.out.plane(), width: c.out.W}
}

// finish adds the residual to block o of sample n and takes its moments, while
// it is in cache.
func (c *Conv) finish(y, residual []float32, m *Moments, n, o int) {
	at, size := n*c.out.sample()+o*c.out.plane(), c.out.plane()
	if residual != nil {
		c.w.tier.linearTerm(linearTerm{dst: y[at:][:size], x: residual[at:][:size], add: true})
	}
	if m != nil {
		k := (n*c.out.Blocks() + o) * lane
		c.w.tier.moments(m.Mean[k:][:lane], m.M2[k:][:lane], y[at:][:size])
	}
}
