package main

import "fmt"

// sigmoid returns the code of 1/(1+e^-z) on one register, and 1; see power. Where
// 2^n is infinite or zero it is 0 or 1.
func (a *asm) sigmoid() (one vec, sigmoid func(z vec) vec) {
	one, negative := a.power(-1)
	return one, func(z vec) vec {
		p := negative(z)
		a.fadd(p, p, one)
		a.fdiv(p, one, p)
		return p
	}
}

// power returns the code of e^(sign·z) on one register, and 1. It is 2^n·p(f)
// with sign·z·log2(e) = n + f, |f| ≤ 1/2, log2(e) in two parts so that f keeps
// full precision, and p the minimax polynomial of Cephes' exp2f. |z| is kept
// below 100, where 2^n is infinite or zero already.
func (a *asm) power(sign float32) (one vec, power func(z vec) vec) {
	c := a.constants(sign*1.44269502, sign*1.92596303e-8,
		1.535336188e-4, 1.339887440e-3, 9.618437357e-3, 5.550332471e-2, 2.402264791e-1, 6.931472029e-1, 1, 100, -100)
	log2e, rest, poly, one, high, low := c[0], c[1], c[2:9], c[8], c[9], c[10]
	return one, func(z vec) vec {
		t, n, f, p, q := a.vec(), a.vec(), a.vec(), a.vec(), a.vec()
		a.fmin(t, z, high)
		a.fmax(t, t, low)
		a.fmul(n, t, log2e)
		a.frintn(n, n)
		a.fneg(f, n)
		a.fmla(f, t, log2e)
		a.fmla(f, t, rest)
		a.mov(p, poly[0])
		for _, k := range poly[1:] { // p·f + k; the addend is the destination
			a.mov(q, k)
			a.fmla(q, p, f)
			p, q = q, p
		}
		// Multiply by 2^(n/2) twice: one factor could overflow. The exponent of 1
		// is the bias.
		a.fcvtzs(n, n)
		a.sshr(t, n, 1)
		a.subInt(n, n, t)
		for _, e := range []vec{t, n} {
			a.shl(e, e, 23)
			a.addInt(e, e, one)
			a.fmul(p, p, e)
		}
		return p
	}
}

// affine returns z = scale·x + shift for part i of a block in memory.
func (a *asm) affine(x, scale, shift gp, i int) vec {
	z, t := a.vec(), a.vec()
	a.load(z, scale, 16*i)
	a.load(t, x, 16*i)
	a.fmul(z, z, t)
	a.load(t, shift, 16*i)
	a.fadd(z, z, t)
	return z
}

// affineSiLU is dst = mask·SiLU(scale·src + shift) on rows of width pixels. After
// each row dst and src move on by the bytes to skip, the coefficients by coefs and
// masks.
func (a *asm) affineSiLU() {
	a.function("affineSiLUNEON", "dst, src, scale, shift, mask *float32, rows, width, dstSkip, srcSkip, coefs, masks int", 0, func() {
		dst, src := a.param("dst"), a.param("src")
		rows, width, dstSkip, srcSkip := a.param("rows"), a.param("width"), a.param("dstSkip"), a.param("srcSkip")
		coefs, masks := a.param("coefs"), a.param("masks")
		scale, shift, mask := a.param("scale"), a.param("shift"), a.param("mask")
		_, sigmoid := a.sigmoid()
		n := a.gp()
		a.loop("row", rows, 1, func() {
			a.move(n, width)
			a.loop("pixel", n, 1, func() {
				for i := range 4 {
					a.scope(func() {
						z, m := a.affine(src, scale, shift, i), a.vec()
						a.fmul(z, z, sigmoid(z))
						a.load(m, mask, 16*i)
						a.fmul(z, z, m)
						a.store(z, dst, 16*i)
					})
				}
				a.addImm(src, 64)
				a.addImm(dst, 64)
			})
			a.add(dst, dstSkip)
			a.add(src, srcSkip)
			a.add(scale, coefs)
			a.add(shift, coefs)
			a.add(mask, masks)
		})
	})
}

// siluGrad is g = g·mask·SiLU'(scale·x + shift) in place on planes of so many pixels,
// with the sums of g·x and g. Masks of planes lie masks bytes apart.
func (a *asm) siluGrad() {
	a.function("siluGradNEON", "grad, x, scale, shift, mask, sumX, sum *float32, planes, pixels, masks int", 0, func() {
		g, x, n := a.param("grad"), a.param("x"), a.gp()
		scale, shift, mask := a.param("scale"), a.param("shift"), a.param("mask")
		sumX, sum, planes, size, masks := a.param("sumX"), a.param("sum"), a.param("planes"), a.param("pixels"), a.param("masks")
		one, sigmoid := a.sigmoid()
		totalX, total := a.block(), a.block()
		a.loop("plane", planes, 1, func() {
			for i := range total {
				a.zero(totalX[i])
				a.zero(total[i])
			}
			a.move(n, size)
			a.loop("pixel", n, 1, func() {
				for i := range 4 {
					a.scope(func() {
						z := a.affine(x, scale, shift, i)
						s := sigmoid(z)
						t, u := a.vec(), a.vec()
						a.fsub(t, one, s) // SiLU' = s·(1 + z·(1-s))
						a.mov(u, one)
						a.fmla(u, z, t)
						a.fmul(u, u, s)
						a.load(t, g, 16*i)
						a.fmul(u, u, t)
						a.load(t, mask, 16*i)
						a.fmul(u, u, t)
						a.store(u, g, 16*i)
						a.fadd(total[i], total[i], u)
						a.load(t, x, 16*i)
						a.fmla(totalX[i], u, t)
					})
				}
				a.addImm(g, 64)
				a.addImm(x, 64)
			})
			a.storeBlock(totalX, sumX, 0)
			a.storeBlock(total, sum, 0)
			for _, r := range []gp{scale, shift, sumX, sum} {
				a.addImm(r, 64)
			}
			a.add(mask, masks)
		})
	})
}

// linearTerm is dst = coef·x + constant, to which dst is added if add is set, on
// planes of so many pixels, whose coefficients and constants lie coefs and constants
// bytes apart.
func (a *asm) linearTerm(name string, add bool) {
	a.function(name, "dst, x, coef, constant *float32, planes, pixels, coefs, constants int", 0, func() {
		dst, x, n, planes, size := a.param("dst"), a.param("x"), a.gp(), a.param("planes"), a.param("pixels")
		c, k, coefs, constants := a.param("coef"), a.param("constant"), a.param("coefs"), a.param("constants")
		coef, constant, t, values := a.block(), a.block(), a.block(), a.block()
		a.loop("plane", planes, 1, func() {
			a.loadBlock(coef, c, 0)
			a.loadBlock(constant, k, 0)
			a.move(n, size)
			a.loop("pixel", n, 1, func() {
				a.loadBlock(values, x, 0)
				if add {
					a.loadBlock(t, dst, 0)
				}
				for i := range t {
					if add {
						a.fadd(t[i], t[i], constant[i])
					} else {
						a.mov(t[i], constant[i])
					}
					a.fmla(t[i], values[i], coef[i])
				}
				a.storeBlock(t, dst, 0)
				a.addImm(dst, 64)
				a.addImm(x, 64)
			})
			a.add(c, coefs)
			a.add(k, constants)
		})
	})
}

// moments writes the mean of each lane and the sum of squares about it; inverse
// is 1/pixels.
func (a *asm) moments() {
	a.function("momentsNEON", "mean, m2, x *float32, pixels int, inverse float32", 0, func() {
		mean, m2, inverse, center := a.param("mean"), a.param("m2"), a.vec(), a.block()
		a.broadcast(inverse, a.frame("inverse"))
		a.scope(func() {
			total := a.reduce("sum", func(acc, x vec, _ int) { a.fadd(acc, acc, x) })
			for i := range total {
				a.fmul(center[i], total[i], inverse)
			}
		})
		a.storeBlock(center, mean, 0)
		a.storeBlock(a.reduce("square", func(acc, x vec, i int) {
			a.fsub(x, x, center[i])
			a.fmla(acc, x, x)
		}), m2, 0)
	})
}

// sum adds the sum over the pixels of x to each lane.
func (a *asm) sum() {
	a.function("sumNEON", "sum, x *float32, pixels int", 0, func() {
		sum, before := a.param("sum"), a.block()
		total := a.reduce("x", func(acc, x vec, _ int) { a.fadd(acc, acc, x) })
		a.loadBlock(before, sum, 0)
		for i := range total {
			a.fadd(total[i], total[i], before[i])
		}
		a.storeBlock(total, sum, 0)
	})
}

// reduce accumulates over parameter x of as many pixels as parameter pixels
// says, in two chains, which hide the time that an addition takes.
func (a *asm) reduce(label string, step func(acc, x vec, part int)) block {
	x, n := a.param("x"), a.param("pixels")
	chains := [2]block{a.block(), a.block()}
	for _, c := range chains {
		for i := range c {
			a.zero(c[i])
		}
	}
	body := func(k int) {
		a.scope(func() {
			t := a.block()
			a.loadBlock(t, x, 64*k)
			for i := range t {
				step(chains[k][i], t[i], i)
			}
		})
	}
	many, rest, done := label+"_many", label+"_rest", label+"_done"
	a.label(many)
	a.op("CMP", "$2, %s", n)
	a.op("BLT", "%s", rest)
	body(0)
	body(1)
	a.addImm(x, 128)
	a.op("SUB", "$2, %s", n)
	a.op("B", "%s", many)
	a.label(rest)
	a.op("CBZ", "%s, %s", n, done)
	body(0)
	a.label(done)
	for i := range chains[0] {
		a.fadd(chains[0][i], chains[0][i], chains[1][i])
	}
	return chains[0]
}

// adam is a step of Adam on n blocks of 16 parameters p with gradients g and
// moments m and v, without fused operations, as the portable loop computes it;
// c holds the fields of AdamCoefs in their order.
func (a *asm) adam() {
	a.function("adamNEON", "params, grads, m, v, c *float32, n int", 0, func() {
		p, g, m, v, c, n := a.param("params"), a.param("grads"), a.param("m"), a.param("v"), a.param("c"), a.param("n")
		coef := a.vectors(9)
		for i := range coef {
			a.broadcast(coef[i], fmt.Sprintf("%d(%s)", 4*i, c))
		}
		by, l2, keep, rest1, beta2, rest2, rate, root2, eps := coef[0], coef[1], coef[2], coef[3], coef[4], coef[5], coef[6], coef[7], coef[8]
		a.loop("block", n, 1, func() {
			for i := range 4 {
				a.scope(func() {
					w, x, t, u := a.vec(), a.vec(), a.vec(), a.vec()
					a.load(w, p, 16*i)
					a.fmul(w, w, keep)
					a.load(x, g, 16*i)
					a.fmul(x, x, by)
					a.fmul(t, w, l2)
					a.fadd(x, x, t)
					a.load(t, m, 16*i)
					a.fsub(u, x, t)
					a.fmul(u, u, rest1)
					a.fadd(t, t, u)
					a.store(t, m, 16*i)
					a.fmul(t, t, rate)
					a.fmul(u, x, rest2)
					a.fmul(u, u, x)
					a.load(x, v, 16*i)
					a.fmul(x, x, beta2)
					a.fadd(x, x, u)
					a.store(x, v, 16*i)
					a.fsqrt(x, x)
					a.fdiv(x, x, root2)
					a.fadd(x, x, eps)
					a.fdiv(t, t, x)
					a.fsub(w, w, t)
					a.store(w, p, 16*i)
				})
			}
			for _, r := range []gp{p, g, m, v} {
				a.addImm(r, 64)
			}
		})
	})
}
