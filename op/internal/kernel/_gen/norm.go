package main

import (
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

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
func (v isa) norms() {
	v.norm("normMeans", "mean, scale, shift", 1, func(c column) {
		VADDPD(c.moved(), c.sums[0], c.sums[0])
	})
	v.norm("normSquares", "mean, m2, scale, shift", 1, func(c column) {
		s, z, t := c.load("scale"), c.load("shift"), c.load("mean")
		VADDPD(c.number(numOne), s, s)
		VFMADD231PD(t, s, z)
		VSUBPD(c.number(numMu), z, z)
		VMULPD(s, s, s)
		VFMADD231PD(c.load("m2"), s, c.sums[0])
		VMULPD(z, z, z)
		VFMADD231PD(c.number(numPixels), z, c.sums[0])
	})
	v.norm("normAffine", "a, b, scale, shift", 0, func(c column) {
		s, b, f := c.load("scale"), c.load("shift"), c.v.new()
		VADDPD(c.number(numOne), s, s)
		VMOVUPD(c.number(numFactor), f)
		VMULPD(f, s, s)
		c.store(s, "a")
		VMULPD(f, b, b)
		VADDPD(c.number(numOffset), b, b)
		c.store(b, "b")
	})
	v.norm("normAffineGrad", "a, b, scale, shift, gradScale, gradShift", 2, func(c column) {
		da, db, t := c.load("a"), c.load("b"), c.v.new()
		VMULPD(c.number(numFactor), da, t)
		c.store(t, "gradScale")
		VMULPD(c.number(numFactor), db, t)
		c.store(t, "gradShift")
		VADDPD(db, c.sums[0], c.sums[0])
		s, b := c.load("scale"), c.load("shift")
		VADDPD(c.number(numOne), s, s)
		VFMADD231PD(da, s, c.sums[1])
		VSUBPD(c.number(numMu), b, b)
		VFMADD231PD(db, b, c.sums[1])
	})
	v.norm("normMomentsGrad", "mean, m2, scale, shift, gradMean, gradM2, gradScale, gradShift", 0, func(c column) {
		s, z, m := c.load("scale"), c.load("shift"), c.load("mean")
		VADDPD(c.number(numOne), s, s)
		VFMADD231PD(m, s, z)
		VSUBPD(c.number(numMu), z, z)
		dz, t := c.v.new(), c.load("gradShift")
		VMOVUPD(c.number(numDVS), dz)
		VFMADD213PD(c.number(numDMean), z, dz)
		VADDPD(dz, t, t)
		c.store(t, "gradShift")
		VFMADD213PD(c.load("gradScale"), dz, m) // m·dz + ds
		VMULPD(c.number(numDV), s, t)
		u := c.load("m2")
		VMULPD(t, u, u)
		VADDPD(u, m, m)
		VADDPD(u, m, m)
		c.store(m, "gradScale")
		VMULPD(s, t, t)
		c.store(t, "gradM2")
		VMULPD(s, dz, dz)
		c.store(dz, "gradMean")
	})
}

// column is one register's place in a row of 16 channels, half as many of float64 as
// of float32.
type column struct {
	v       isa
	arrays  map[string]Register
	numbers Register
	part    int
	sums    block // of this part
}

func (c column) number(i int) Mem { return at(c.numbers, 128*i+c.part*c.v.bytes) }

// load reads floats as float64.
func (c column) load(array string) VecVirtual {
	x := c.v.new()
	VCVTPS2PD(at(c.arrays[array], c.part*c.v.bytes/2), x)
	return x
}

// store rounds x, which is lost.
func (c column) store(x VecVirtual, array string) {
	m := at(c.arrays[array], c.part*c.v.bytes/2)
	if c.v.parts == 1 {
		VCVTPD2PS(x, x.(Vec).AsY())
		VMOVUPS(x.(Vec).AsY(), m)
		return
	}
	VCVTPD2PSY(x, x.(Vec).AsX())
	VMOVUPS(x.(Vec).AsX(), m)
}

// moved is (1+s)·m + b.
func (c column) moved() VecVirtual {
	s, z := c.load("scale"), c.load("shift")
	VADDPD(c.number(numOne), s, s)
	VFMADD231PD(c.load("mean"), s, z)
	return z
}

// norm writes a function over rows of arrays, of which those of a scale-shift lie
// film bytes apart and the others stride, with sums to the first numbers.
func (v isa) norm(name, arrays string, sums int, f func(c column)) {
	name += v.suffix
	TEXT(name, NOSPLIT, "func("+arrays+" *float32, numbers *float64, rows, stride, film int)")
	Pragma("noescape")
	c := column{v: v, arrays: map[string]Register{}}
	names := strings.Split(arrays, ", ")
	for _, a := range names {
		c.arrays[a] = param(a)
	}
	c.numbers = param("numbers")
	acc := make([]block, 2*v.parts)
	for i := range acc {
		for k := range sums {
			c.part = i
			r := v.new()
			VMOVUPD(c.number(numSum+k), r)
			acc[i] = append(acc[i], r)
		}
	}
	rows, stride, film := param("rows"), param("stride"), param("film")
	loop(label(name, "row"), rows, 1, func() {
		for i, b := range acc {
			c.part, c.sums = i, b
			f(c)
		}
		for _, a := range names {
			if strings.HasSuffix(a, "cale") || strings.HasSuffix(a, "hift") {
				ADDQ(film, c.arrays[a])
			} else {
				ADDQ(stride, c.arrays[a])
			}
		}
	})
	for i, b := range acc {
		for k, r := range b {
			c.part = i
			VMOVUPD(r, c.number(numSum+k))
		}
	}
	VZEROUPPER()
	RET()
}
