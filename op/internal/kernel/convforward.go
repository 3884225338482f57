package kernel

// Forward computes y = W*f(x) + b, adds residual (of the layout of y) if it is
// not nil, and collects the moments of the result if m is not nil.
func (c *Conv) Forward(y, x []float32, pre Prologue, residual []float32, m *Moments) {
	if c.In.N < 2*c.w.pool.Threads() {
		c.forwardFew(y, x, pre, residual, m)
		return
	}
	together := c.samples(c.In.C)
	c.w.pool.Do((c.In.N+together-1)/together, func(i, worker int) {
		n0, n1 := i*together, min((i+1)*together, c.In.N)
		if c.wino != nil {
			c.wino.convolve(c.w, worker, y, x, c.wino.forward, c.bias, c.In, c.out, n0, n1, pre)
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

// forwardFew is Forward for few samples, each of which all workers share. The
// result is bitwise that of Forward.
func (c *Conv) forwardFew(y, x []float32, pre Prologue, residual []float32, m *Moments) {
	finish := func(n, o int) { c.finish(y, residual, m, n, o) }
	switch {
	case c.wino == nil && c.In.H == 1:
		c.forwardFewSignals(y, x, pre, finish)
		return
	case c.wino == nil:
		c.forwardRows(y, x, pre)
	case c.wino.signal():
		c.wino.convolveFewSignals(c.w, y, x, c.wino.forward, c.bias, c.In, c.out, pre, finish)
		return
	default:
		c.wino.convolveFew(c.w, y, x, c.wino.forward, c.bias, residual, c.In, c.out, pre)
		residual = nil
	}
	if residual != nil || m != nil {
		c.w.pool.Do(c.In.N*c.out.Blocks(), func(i, _ int) { finish(i/c.out.Blocks(), i%c.out.Blocks()) })
	}
}

// forwardRows computes few images of W*f(x) + b, shared out by output channels
// and rows.
func (c *Conv) forwardRows(y, x []float32, pre Prologue) {
	sample := c.fewInputs(x, pre)
	groups, bands := (c.out.Blocks()+maxGroup-1)/maxGroup, min(c.out.H, 4)
	c.w.pool.Do(c.In.N*groups*bands, func(i, _ int) {
		n, g, band := i/(groups*bands), i/bands%groups, i%bands
		conv := c.convolution(sample(n), y, n)
		conv.run(c.w.tier, g*maxGroup, min((g+1)*maxGroup, c.out.Blocks()), c.out.H*band/bands, c.out.H*(band+1)/bands)
	})
}

// forwardFewSignals computes few signals of W*f(x) + b, shared out by output
// channels, and calls finish for each block of each sample.
func (c *Conv) forwardFewSignals(y, x []float32, pre Prologue, finish func(n, o int)) {
	sample := c.fewInputs(x, pre)
	groups := (c.out.Blocks() + maxGroup - 1) / maxGroup
	c.w.pool.Do(c.In.N*groups, func(i, _ int) {
		n, o0 := i/groups, i%groups*maxGroup
		o1 := min(o0+maxGroup, c.out.Blocks())
		conv := c.convolution(sample(n), y, n)
		conv.run(c.w.tier, o0, o1, 0, 1)
		for o := o0; o < o1; o++ {
			finish(n, o)
		}
	})
}

// fewInputs fills padded inputs of all samples and returns where they are.
func (c *Conv) fewInputs(x []float32, pre Prologue) (sample func(n int) *padded) {
	p := c.paddedInput(1)
	size := c.Blocks() * p.plane()
	all := c.w.shared.get(usePadded, c.In.N*size)
	sample = func(n int) *padded {
		q := p
		q.data = all[n*size:][:size]
		return &q
	}
	blocks := c.Blocks()
	each := planesAtOnce(c.In)
	c.w.pool.Do((c.In.N*blocks+each-1)/each, func(i, _ int) {
		for k := i * each; k < min((i+1)*each, c.In.N*blocks); k++ {
			c.fillInput(sample(k/blocks), x, k/blocks, k/blocks+1, k%blocks, pre)
		}
	})
	return sample
}

// planesAtOnce returns how many planes are worth handing to another worker.
func planesAtOnce(s Shape) int { return max(1, 256/(s.H*s.W)) }

func (c *Conv) paddedInput(samples int) padded { return newPadded(c.In, samples, c.KH/2, c.KW/2) }

func (c *Conv) convolution(p *padded, y []float32, n int) convolution {
	return convolution{src: *p, w: c.forward.data, bias: c.bias, inBlocks: c.Blocks(), kh: c.KH, kw: c.KW, to: output(y, c.out, n)}
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
