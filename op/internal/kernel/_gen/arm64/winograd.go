package main

// winograd writes the transforms of F(4×4, 3×3): inputs, gradients of outputs and
// weights to 36 frequencies; products back to outputs and to gradients of weights.
func (a *asm) winograd() {
	a.planeToFreqs("winoInputNEON", 6, a.transformB)
	a.planeToFreqs("winoGradNEON", 4, a.transformA)
	a.toFreqs("winoWeightsNEON", a.transformG)
	a.planeFromFreqs("winoOutputNEON", a.transformAT)
	a.fromFreqs("winoWeightGradNEON", a.transformGT)
}

// transform maps the registers of one axis, after loading its constants.
type transform func() func(d []vec) []vec

// layout tells where the values of a tile lie.
type layout int

const (
	pixels layout = iota // adjacent in a row; tiles lie 4 pixels apart
	taps                 // col apart; the next tile is the next block
)

// next is the distance of tiles in bytes.
func (l layout) next() int {
	if l == pixels {
		return 256
	}
	return 64
}

// eachColumn calls f with where each of size values of the row at p lies; q is
// used on the way.
func (a *asm) eachColumn(l layout, p, q, col gp, size int, f func(c int, base gp, offset int)) {
	if l == pixels {
		for c := range size {
			f(c, p, 64*c)
		}
		return
	}
	a.move(q, p)
	for c := range size {
		f(c, q, 0)
		if c+1 < size {
			a.add(q, col)
		}
	}
}

// The points ±pa and ±pb at which F(4×4, 3×3) evaluates; see package kernel.
const pa, pb = 3. / 4, 3. / 2

// transformB is Bᵀ, six to six.
func (a *asm) transformB() func(d []vec) []vec {
	c := a.constants(pa*pa*pb*pb, pa*pa+pb*pb, pa*pa, pb*pb, pa, pb)
	product, sum, a2, b2, a1, b1 := c[0], c[1], c[2], c[3], c[4], c[5]
	return func(d []vec) []vec {
		t := a.vectors(6)
		for i := range 2 { // a²b²·d0 - (a²+b²)·d2 + d4, and the same of d1, d3, d5
			x := t[5*i]
			a.mov(x, d[4+i])
			a.fmla(x, product, d[i])
			a.fmls(x, sum, d[2+i])
		}
		pair := func(plus, minus, point, other2 vec) {
			odd := a.vec()
			a.mov(plus, d[4]) // even part, d4 - b²·d2
			a.fmls(plus, other2, d[2])
			a.mov(odd, d[3]) // d3 - b²·d1
			a.fmls(odd, other2, d[1])
			a.mov(minus, plus)
			a.fmla(plus, point, odd)
			a.fmls(minus, point, odd)
		}
		pair(t[1], t[2], a1, b2)
		pair(t[3], t[4], b1, a2)
		return t
	}
}

// transformA is A, four to six.
func (a *asm) transformA() func(d []vec) []vec {
	c := a.constants(pa, pa*pa, pa*pa*pa, pb, pb*pb, pb*pb*pb)
	return func(d []vec) []vec {
		t := []vec{d[0], a.vec(), a.vec(), a.vec(), a.vec(), d[3]}
		for i := range 2 { // d0 + a²·d2 ± (a·d1 + a³·d3)
			c, plus, minus, odd := c[3*i:], t[1+2*i], t[2+2*i], a.vec()
			a.mov(minus, d[0])
			a.fmla(minus, c[1], d[2])
			a.fmul(odd, c[0], d[1])
			a.fmla(odd, c[2], d[3])
			a.fadd(plus, minus, odd)
			a.fsub(minus, minus, odd)
		}
		return t
	}
}

// transformAT is Aᵀ, six to four.
func (a *asm) transformAT() func(m []vec) []vec {
	c := a.constants(pa, pa*pa, pa*pa*pa, pb, pb*pb, pb*pb*pb)
	return func(m []vec) []vec {
		t := a.vectors(4)
		p, q, r, s := a.vec(), a.vec(), a.vec(), a.vec()
		a.fadd(p, m[1], m[2])
		a.fsub(q, m[1], m[2])
		a.fadd(r, m[3], m[4])
		a.fsub(s, m[3], m[4])
		a.fadd(t[0], m[0], p) // m0 + p + r
		a.fadd(t[0], t[0], r)
		a.fmul(t[1], c[0], q) // a·q + b·s
		a.fmla(t[1], c[3], s)
		a.fmul(t[2], c[1], p) // a²·p + b²·r
		a.fmla(t[2], c[4], r)
		a.mov(t[3], m[5]) // a³·q + b³·s + m5
		a.fmla(t[3], c[2], q)
		a.fmla(t[3], c[5], s)
		return t
	}
}

// The normalisation of G; see package kernel.
const (
	norm0 = 1 / (pa * pa * pb * pb)
	normA = 1 / (2 * pa * pa * (pa*pa - pb*pb))
	normB = 1 / (2 * pb * pb * (pb*pb - pa*pa))
)

// transformG is G, three to six.
func (a *asm) transformG() func(g []vec) []vec {
	c := a.constants(norm0, normA, normA*pa, normA*pa*pa, normB, normB*pb, normB*pb*pb)
	return func(g []vec) []vec {
		t := []vec{a.vec(), a.vec(), a.vec(), a.vec(), a.vec(), g[2]}
		a.fmul(t[0], c[0], g[0])
		for i := range 2 { // g0 + a²·g2 ± a·g1, normalised
			c, plus, minus := c[1+3*i:], t[1+2*i], t[2+2*i]
			a.fmul(minus, c[0], g[0])
			a.fmla(minus, c[2], g[2])
			a.mov(plus, minus)
			a.fmla(plus, c[1], g[1])
			a.fmls(minus, c[1], g[1])
		}
		return t
	}
}

// transformGT is Gᵀ, six to three.
func (a *asm) transformGT() func(m []vec) []vec {
	c := a.constants(norm0, normA, normA*pa, normA*pa*pa, normB, normB*pb, normB*pb*pb)
	return func(m []vec) []vec {
		t := a.vectors(3)
		a.fmul(t[0], c[0], m[0])
		a.mov(t[2], m[5])
		for i := range 2 {
			c, sum, difference := c[1+3*i:], a.vec(), a.vec()
			a.fadd(sum, m[1+2*i], m[2+2*i])
			a.fsub(difference, m[1+2*i], m[2+2*i])
			a.fmla(t[0], c[0], sum)
			a.fmla(t[2], c[2], sum)
			if i == 0 {
				a.fmul(t[1], c[1], difference)
			} else {
				a.fmla(t[1], c[1], difference)
			}
		}
		return t
	}
}

// scratch returns the address of n registers' room on the stack, which is the
// function's frame.
func (a *asm) scratch(n int) gp {
	p := a.gp()
	a.op("MOVD", "$tmp-%d(SP), %s", 16*n, p)
	return p
}

// toFreqs transforms "tiles" of 3×3 taps, four channels at a time, first along rows
// into memory of the stack, then along columns. Strides are bytes.
func (a *asm) toFreqs(name string, t transform) {
	const size = 3
	a.function(name, "dst, src *float32, tiles, row, col, freq int", 16*6*size, func() {
		dst, src, tiles := a.param("dst"), a.param("src"), a.param("tiles")
		row, col, freq := a.param("row"), a.param("col"), a.param("freq")
		tmp := a.scratch(6 * size)
		apply := t()
		from, to, q := a.gp(), a.gp(), a.gp()
		a.loop("tile", tiles, 1, func() {
			for part := range 4 {
				a.addTo(from, src, 16*part)
				for r := range size {
					a.scope(func() {
						d := a.vectors(size)
						a.eachColumn(taps, from, q, col, size, func(c int, base gp, offset int) { a.load(d[c], base, offset) })
						for f, x := range apply(d) {
							a.store(x, tmp, 16*(f*size+r))
						}
					})
					a.add(from, row)
				}
				a.addTo(to, dst, 16*part)
				for f := range 6 {
					a.scope(func() {
						d := a.vectors(size)
						for r := range d {
							a.load(d[r], tmp, 16*(f*size+r))
						}
						for _, x := range apply(d) {
							a.store(x, to, 0)
							a.add(to, freq)
						}
					})
				}
			}
			a.addImm(dst, 64)
			a.addImm(src, taps.next())
		})
	})
}

// fromFreqs is the way back, first along columns.
func (a *asm) fromFreqs(name string, t transform) {
	const size = 3
	a.function(name, "dst, src *float32, tiles, row, col, freq int", 16*6*size, func() {
		dst, src, tiles := a.param("dst"), a.param("src"), a.param("tiles")
		row, col, freq := a.param("row"), a.param("col"), a.param("freq")
		tmp := a.scratch(6 * size)
		apply := t()
		from, to, q := a.gp(), a.gp(), a.gp()
		a.loop("tile", tiles, 1, func() {
			for part := range 4 {
				a.addTo(from, src, 16*part)
				for f := range 6 {
					a.scope(func() {
						m := a.vectors(6)
						for r := range m {
							a.load(m[r], from, 0)
							a.add(from, freq)
						}
						for r, x := range apply(m) {
							a.store(x, tmp, 16*(r*6+f))
						}
					})
				}
				a.addTo(to, dst, 16*part)
				for r := range size {
					a.scope(func() {
						m := a.vectors(6)
						for f := range m {
							a.load(m[f], tmp, 16*(r*6+f))
						}
						y := apply(m)
						a.eachColumn(taps, to, q, col, size, func(c int, base gp, offset int) { a.store(y[c], base, offset) })
					})
					a.add(to, row)
				}
			}
			a.addImm(src, 64)
			a.addImm(dst, taps.next())
		})
	})
}
