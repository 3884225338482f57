package kernel

// weightChunks is into how many pieces the batch is cut for the gradient of the
// weights. Each piece sums for itself; the pieces are added in order.
const weightChunks = 8

// weightTile is the inner loop of the gradient of the weights: for one row of
// taps, inputs [0,ins) of a block and a group of output blocks,
// dw[kw][in][group][16] += Σ_pixels x[pixel+kw][in]·dy[pixel]. Strides are floats.
type weightTile struct {
	dw, x, dy   []float32
	rows, width int
	xRow, dyRow int
	dyBlock     int
	kw          int
	ins, group  int
}

// inputsOf returns how many inputs a weight tile takes: of one tap a whole block, of
// three so many that 24 accumulators fill the registers of AVX-512.
func inputsOf(kw, group int) int {
	if kw == 3 {
		return 8 / group
	}
	return lane
}

// weightTileGeneric is the reference of tier.weightTile.
func weightTileGeneric(t weightTile) {
	for r := range t.rows {
		for p := range t.width {
			for j := range t.kw {
				x := t.x[r*t.xRow+(p+j)*lane:][:t.ins]
				for i, v := range x {
					for g := range t.group {
						d := t.dw[((j*t.ins+i)*t.group+g)*lane:][:lane]
						for k, y := range t.dy[r*t.dyRow+g*t.dyBlock+p*lane:][:lane] {
							d[k] += v * y
						}
					}
				}
			}
		}
	}
}

// BackwardWeights writes the gradients of the weights, dw (Out,In,KH,KW), and
// of the bias, db (Out), recomputing f(x) from x.
func (c *Conv) BackwardWeights(dw, db, dy, x []float32, pre Prologue) {
	if c.byFrequency() {
		c.backwardWeightsByFrequency(dw, db, dy, x, pre)
		return
	}
	ib, ob, taps := c.Blocks(), c.out.Blocks(), c.KH*c.KW
	weights := ib * ob * taps * lane * lane
	chunks := min(c.In.N, weightChunks)
	if weights > 1<<15 { // adding up would take longer than the products
		chunks = min(chunks, weightChunks/2)
	}
	size := weights + ob*lane
	together := c.samples(c.In.C)
	partial := c.w.partial.get(0, chunks*size)
	c.w.pool.Do(chunks, func(chunk, worker int) {
		sum := partial[chunk*size:][:size]
		clear(sum)
		var du []float32
		if c.wino != nil {
			du = c.wino.gradients(c.w, worker, c.In, c.out)
		}
		end := c.In.N * (chunk + 1) / chunks
		for n0 := c.In.N * chunk / chunks; n0 < end; n0 += together {
			n1 := min(n0+together, end)
			if c.wino != nil {
				n2 := min(n1+together, end)
				c.wino.addWeights(c.w, worker, du, dy, x, c.In, c.out, n0, n1, pre, ahead{c.In.of(x, n1, n2), c.out.of(dy, n1, n2)})
			} else {
				p := c.paddedInput(n1 - n0)
				p.data = c.w.of(worker, usePadded, ib*p.plane())
				for b := range ib {
					c.fillInput(&p, x, n0, n1, b, pre)
				}
				products{c.w.tier, ib, ob, c.KH, c.KW}.add(sum[:weights], p, output(dy, c.out, n0))
			}
			for n := n0; n < n1; n++ {
				for o := range ob {
					c.w.tier.sum(sum[weights+o*lane:][:lane], dy[n*c.out.sample()+o*c.out.plane():][:c.out.plane()])
				}
			}
		}
		if c.wino != nil {
			c.wino.transformGradients(c.w, sum, du, c.In, c.out)
		}
	})
	c.w.pool.Do(ob, func(o, _ int) {
		for k := range min(lane, c.Out-o*lane) {
			s := float32(0)
			for chunk := range chunks {
				s += partial[chunk*size+weights+o*lane+k]
			}
			db[o*lane+k] = s
		}
	})
	eachPair(c.w, ib, ob, func(worker, o, group, b int) {
		n := group * taps * lane * lane
		at := groupStart(o, ib, taps) + b*n
		sum := c.w.of(worker, useTaps, n)
		const columns = 4 * lane // at a time
		for k := 0; k < n; k += columns {
			c.w.tier.sumRows(sum[k:][:columns], partial[at+k:(chunks-1)*size+at+k+columns], size)
		}
		c.unpackBlock(worker, dw, sum, o, group, b)
	})
}

// products sums the products of inputs and output gradients over pixels.
type products struct {
	tier                *tier
	inBlocks, outBlocks int
	kh, kw              int
}

// add adds the products of padded samples to packed weight gradients.
func (c products) add(sum []float32, p padded, dy area) {
	rows := p.rows - 2*p.hy
	t := weightTile{width: dy.width, kw: c.kw, xRow: p.cols * lane, dyRow: dy.next, dyBlock: dy.blockStep}
	for o := 0; o < c.outBlocks; o += maxGroup {
		t.group = min(maxGroup, c.outBlocks-o)
		t.ins = inputsOf(c.kw, t.group)
		most := max(1, maxWork/(dy.width*c.kw*t.ins*t.group))
		for b := range c.inBlocks {
			for r := range c.kh {
				for i := 0; i < lane; i += t.ins {
					n := c.kw * t.ins * t.group * lane
					t.dw, sum = sum[:n], sum[n:]
					for y := 0; y < rows; y += most {
						t.rows = min(most, rows-y)
						t.dy = dy.dst[o*dy.blockStep+y*dy.next:]
						t.x = p.data[b*p.plane()+(y+r)*p.cols*lane+i:]
						c.tier.weightTile(t)
					}
				}
			}
		}
	}
}

// unpackBlock writes the gradients of the weights between input block b and a
// group of output blocks from o on, as products sums them, in torch layout.
func (c *Conv) unpackBlock(worker int, dw, sum []float32, o, group, b int) {
	const square = lane * lane
	taps, ins := c.KH*c.KW, inputsOf(c.KW, group)
	t := c.w.of(worker, usePacked, taps*square) // [input][tap][16 outputs]
	to := filters{w: dw, out: c.Out, in: c.In.C, taps: taps}
	for g := range group {
		from := sum[g*lane:]
		for r := range c.KH {
			for i := 0; i < lane; i += ins {
				for j := range c.KW {
					for k := range ins {
						*(*[lane]float32)(t[((i+k)*taps+r*c.KW+j)*lane:]) = [lane]float32(from)
						from = from[min(group*lane, len(from)):]
					}
				}
			}
		}
		to.unpackBlock(c.w, worker, t, o+g, b)
	}
}

// sumGeneric is the reference of tier.sum: it adds the sum over the pixels of x
// to each of 16 lanes.
func sumGeneric(sum, x []float32) {
	var s [lane]float32
	for i, v := range x {
		s[i%lane] += v
	}
	for k := range s {
		sum[k] += s[k]
	}
}
