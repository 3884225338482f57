package main

import "strings"

// Numbers of a norm, 16 of float64 each, as the fields of normNumbers.
const (
	numSum = iota
	numSum2
	numOne
	numMu
	numPixels
	numFactor
	numOffset
	numDMean
	numDV
	numDVS
)

// norms writes the arithmetic of norms over the batch, in float64, on a row of 16
// channels of each sample; see the portable loops.
func (a *asm) norms() {
	a.norm("normMeans", "mean, scale, shift", func(c column) {
		z, sum := c.moved(), c.number(numSum)
		a.faddOf(8, sum, sum, z)
		c.keep(sum, numSum)
	})
	a.norm("normSquares", "mean, m2, scale, shift", func(c column) {
		z, s, sum := c.moved(), c.scale(), c.number(numSum)
		a.fsub64(z, z, c.number(numMu))
		a.fmul64(s, s, s)
		a.fmlaOf(8, sum, s, c.load("m2"))
		a.fmul64(z, z, z)
		a.fmlaOf(8, sum, z, c.number(numPixels))
		c.keep(sum, numSum)
	})
	a.norm("normAffine", "a, b, scale, shift", func(c column) {
		s, f, b := c.scale(), c.number(numFactor), c.load("shift")
		a.fmul64(b, b, f)
		a.faddOf(8, b, b, c.number(numOffset))
		c.store(b, "b")
		a.fmul64(s, s, f)
		c.store(s, "a")
	})
	a.norm("normAffineGrad", "a, b, scale, shift, gradScale, gradShift", func(c column) {
		da, db, f, t := c.load("a"), c.load("b"), c.number(numFactor), a.vec()
		a.fmul64(t, da, f)
		c.store(t, "gradScale")
		a.fmul64(t, db, f)
		c.store(t, "gradShift")
		sum, sum2 := c.number(numSum), c.number(numSum2)
		a.faddOf(8, sum, sum, db)
		c.keep(sum, numSum)
		a.fmlaOf(8, sum2, da, c.scale())
		b := c.load("shift")
		a.fsub64(b, b, c.number(numMu))
		a.fmlaOf(8, sum2, db, b)
		c.keep(sum2, numSum2)
	})
	a.norm("normMomentsGrad", "mean, m2, scale, shift, gradMean, gradM2, gradScale, gradShift", func(c column) {
		z, s, dz := c.moved(), c.scale(), c.number(numDMean)
		a.fsub64(z, z, c.number(numMu))
		a.fmlaOf(8, dz, z, c.number(numDVS))
		db := c.load("gradShift")
		a.faddOf(8, db, db, dz)
		c.store(db, "gradShift")
		ds, t := c.load("gradScale"), c.load("m2")
		a.fmlaOf(8, ds, dz, c.load("mean"))
		dM2 := c.number(numDV)
		a.fmul64(dM2, dM2, s)
		a.fmul64(t, t, dM2)
		a.faddOf(8, ds, ds, t)
		a.faddOf(8, ds, ds, t)
		c.store(ds, "gradScale")
		a.fmul64(dM2, dM2, s)
		c.store(dM2, "gradM2")
		a.fmul64(dz, dz, s)
		c.store(dz, "gradMean")
	})
}

// column is the place of two values of float64 in a row of 16 channels.
type column struct {
	a       *asm
	arrays  map[string]gp
	numbers gp
	part    int
}

// number reads two of the numbers.
func (c column) number(i int) vec {
	v := c.a.vec()
	c.a.load(v, c.numbers, 128*i+16*c.part)
	return v
}

// keep writes them.
func (c column) keep(v vec, i int) { c.a.store(v, c.numbers, 128*i+16*c.part) }

// load reads two floats as float64.
func (c column) load(array string) vec {
	v := c.a.vec()
	c.a.load2(v, c.arrays[array], 8*c.part)
	c.a.fcvtl(v, v)
	return v
}

// store rounds v, which is lost.
func (c column) store(v vec, array string) {
	c.a.fcvtn(v, v)
	c.a.op("FMOVD", "F%d, %d(%s)", v, 8*c.part, c.arrays[array])
}

// scale is 1+s.
func (c column) scale() vec {
	s := c.load("scale")
	c.a.faddOf(8, s, s, c.number(numOne))
	return s
}

// moved is (1+s)·m + b.
func (c column) moved() vec {
	z := c.load("shift")
	c.a.fmlaOf(8, z, c.scale(), c.load("mean"))
	return z
}

// norm writes a function over rows of arrays, of which those of a scale-shift lie
// film bytes apart and the others stride, with sums to the first numbers.
func (a *asm) norm(name, arrays string, f func(c column)) {
	a.function(name+"NEON", arrays+" *float32, numbers *float64, rows, stride, film int", 0, func() {
		c := column{a: a, arrays: map[string]gp{}}
		names := strings.Split(arrays, ", ")
		for _, n := range names {
			c.arrays[n] = a.param(n)
		}
		c.numbers = a.param("numbers")
		rows, stride, film := a.param("rows"), a.param("stride"), a.param("film")
		a.loop("row", rows, 1, func() {
			for c.part = range 8 {
				a.scope(func() { f(c) })
			}
			for _, n := range names {
				if strings.HasSuffix(n, "cale") || strings.HasSuffix(n, "hift") {
					a.add(c.arrays[n], film)
				} else {
					a.add(c.arrays[n], stride)
				}
			}
		})
	})
}
