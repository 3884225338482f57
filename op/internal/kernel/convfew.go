package kernel

// A convolution of few samples is short: handing its work out takes as long as a part
// of the work, and what one thread has written another one reads slowly. So the work
// is handed out once, in few parts, and each part prepares for itself the inputs that
// it reads, even those that other parts prepare too.

// forwardFew is Forward for few samples, each of which all workers share. The
// result is bitwise that of Forward.
func (c *Conv) forwardFew(y, x []float32, pre Prologue, residual []float32, m *Moments) {
	switch {
	case c.wino == nil:
		c.forwardParts(y, x, pre, residual, m)
	case c.wino.signal():
		c.wino.convolveFewSignals(c.w, y, x, c.forward, c.bias, c.In, c.out, pre, func(n, o int) { c.finish(y, residual, m, n, o) })
	case c.work() <= 4*some:
		sets, bands := c.cut(c.wino.ty)
		c.wino.convolveParts(c.w, y, x, c.forward, c.bias, residual, c.In, c.out, pre, sets, bands)
		c.planeMoments(y, m)
	default:
		c.wino.convolveFew(c.w, y, x, c.forward, c.bias, residual, c.In, c.out, pre)
		c.planeMoments(y, m)
	}
}

// planeMoments takes the moments of the result if they are wanted.
func (c *Conv) planeMoments(y []float32, m *Moments) {
	if m != nil {
		PlaneMoments(c.w, *m, y, c.out)
	}
}

// forwardParts is forwardFew by the direct algorithm.
func (c *Conv) forwardParts(y, x []float32, pre Prologue, residual []float32, m *Moments) {
	sets, bands := c.cut(c.In.H)
	groups := (c.out.Blocks() + maxGroup - 1) / maxGroup
	c.w.pool.Do(c.In.N*sets*bands, func(i, worker int) {
		band, set, n := i%bands, i/bands%sets, i/bands/sets
		r0, r1 := c.out.H*band/bands, c.out.H*(band+1)/bands
		o0, o1 := groups*set/sets*maxGroup, min(groups*(set+1)/sets*maxGroup, c.out.Blocks())
		p := newPadded(Shape{H: r1 - r0, W: c.In.W}, 1, c.KH/2, c.KW/2)
		p.data = c.w.of(worker, usePadded, c.Blocks()*p.plane())
		for b := range c.Blocks() {
			c.fillBand(&p, x, n, b, r0, r1, pre)
		}
		conv := c.convolution(&p, y, n)
		first := r0 * c.out.W * lane
		conv.to.dst = conv.to.dst[first:]
		conv.run(c.w.tier, o0, o1, 0, r1-r0)
		for o := o0; o < o1; o++ {
			switch {
			case bands == 1:
				c.finish(y, residual, m, n, o)
			case residual != nil:
				at := n*c.out.sample() + o*c.out.plane() + first
				dst := y[at:][:(r1-r0)*c.out.W*lane]
				c.w.tier.linearTerm(linearTerm{dst: dst, x: residual[at:][:len(dst)], add: true})
			}
		}
	})
	if bands > 1 {
		c.planeMoments(y, m)
	}
}

// Work on a sample that is worth handing to another thread, and to more than two, in
// products of blocks of 16×16, which take two nanoseconds each.
const (
	little = 1 << 10
	some   = 1 << 14
)

// work returns how many products of blocks a sample takes by the direct algorithm.
func (c *Conv) work() int {
	return c.In.H * c.In.W * c.Blocks() * c.out.Blocks() * c.KH * c.KW
}

// cut returns into how many sets of output blocks, and bands of so many rows, the
// convolution of a sample is cut. Sets share the weights out, which take longest to
// read where there are many channels, and bands the pixels, where sets are few.
func (c *Conv) cut(rows int) (sets, bands int) {
	parts := 1
	switch work := c.work(); {
	case work > 4*some:
		parts = min(work/some, 64)
	case work > some:
		parts = 4
	case work > little:
		parts = 2
	}
	if sets = min((c.out.Blocks()+maxGroup-1)/maxGroup, parts); sets >= 4 {
		return sets, 1
	}
	return sets, min((parts+sets-1)/sets, rows)
}

// fillBand fills block b of the padded input of rows [r0,r1) of sample n.
func (c *Conv) fillBand(p *padded, x []float32, n, b, r0, r1 int, pre Prologue) {
	s := c.In
	y0, y1 := max(r0-p.hy, 0), min(r1+p.hy, s.H) // rows that are read
	top := y0 - r0 + p.hy                        // of the halo, outside the image
	if !c.Replicate {
		p.clearHalo(b)
	}
	dst := p.data[b*p.plane()+(top*p.cols+p.hx)*lane:]
	src := x[n*s.sample()+b*s.plane()+y0*s.W*lane:][:(y1-y0)*s.W*lane]
	p.fillRows(c.w, dst, src, y1-y0, s.W, pre.at(n, b, s.Blocks()))
	if c.Replicate {
		p.replicate(b, top, top+y1-y0)
	}
}
