package kernel

// Forward computes y = W*f(x) + b, adds residual (of the layout of y) if it is
// not nil, and collects the moments of the result if m is not nil.
func (c *Conv) Forward(y, x []float32, pre Prologue, residual []float32, m *Moments) {
	switch {
	case c.In.N < 2*c.w.pool.Threads():
		c.forwardFew(y, x, pre, residual, m)
		return
	case c.fewTiles():
		c.wino.convolveFew(c.w, y, x, c.forward, c.bias, residual, c.In, c.out, pre)
		c.planeMoments(y, m)
		return
	}
	together := c.samples(c.In.C)
	c.eachRun(together, func(worker, n0, n1, next int) {
		if c.wino != nil {
			a := ahead{c.In.of(x, n1, next), c.out.of(y, n1, next)}
			c.wino.convolve(c.w, worker, y, x, c.forward, c.bias, c.In, c.out, n0, n1, pre, a)
		} else {
			c.forwardDirect(worker, y, x, n0, n1, pre)
		}
		for n := n0; n < n1; n++ {
			for o := range c.out.Blocks() {
				c.finish(y, residual, m, n, o)
			}
		}
	})
}

// forwardDirect computes samples [n0,n1) of W*f(x) + b.
func (c *Conv) forwardDirect(worker int, y, x []float32, n0, n1 int, pre Prologue) {
	p := c.paddedInput(n1 - n0)
	p.data = c.w.of(worker, usePadded, c.Blocks()*p.plane())
	for b := range c.Blocks() {
		c.fillInput(&p, x, n0, n1, b, pre)
	}
	conv := c.convolution(&p, y, n0)
	conv.run(c.w.tier, 0, c.out.Blocks(), 0, p.rows-2*p.hy)
}

// planesAtOnce returns how many planes are worth handing to another worker.
func planesAtOnce(s Shape) int { return max(1, 256/(s.H*s.W)) }

func (c *Conv) paddedInput(samples int) padded { return newPadded(c.In, samples, c.KH/2, c.KW/2) }

func (c *Conv) convolution(p *padded, y []float32, n int) convolution {
	return convolution{src: *p, w: c.forward, bias: c.bias, inBlocks: c.Blocks(), kh: c.KH, kw: c.KW, to: output(y, c.out, n)}
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
