package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// sigmoid returns the code of 1/(1+e^-z) on one register; see power. Where
// 2^n is infinite or zero it is 0 or 1.
func (v isa) sigmoid(name string) func(z VecVirtual) VecVirtual {
	negative, one := v.power(name+"_sigmoid", -1)
	return func(z VecVirtual) VecVirtual {
		p := negative(z)
		VADDPS(one, p, p)
		VDIVPS(p, one, p)
		return p
	}
}

// exp returns the code of e^z on one register; see power.
func (v isa) exp(name string) func(z VecVirtual) VecVirtual {
	exp, _ := v.power(name+"_exp", 1)
	return exp
}

// power returns the code of e^(sign·z) on one register, and 1. It is 2^n·p(f)
// with sign·z·log2(e) = n + f, |f| ≤ 1/2, log2(e) in two parts so that f keeps
// full precision, and p the minimax polynomial of Cephes' exp2f. |z| is kept
// below 100, where 2^n is infinite or zero already.
func (v isa) power(name string, sign float32) (power func(z VecVirtual) VecVirtual, one VecVirtual) {
	c := v.constants(name, sign*1.44269502, sign*1.92596303e-8,
		1.535336188e-4, 1.339887440e-3, 9.618437357e-3, 5.550332471e-2, 2.402264791e-1, 6.931472029e-1, 1, 100, -100)
	log2e, rest, poly, high, low := c[0], c[1], c[2:9], c[9], c[10]
	one = v.register(c[8])
	return func(z VecVirtual) VecVirtual {
		t, n, p := v.new(), v.new(), v.new()
		VMINPS(high, z, t)
		VMAXPS(low, t, t)
		VMULPS(log2e, t, n)
		if v.parts == 1 {
			VRNDSCALEPS(Imm(0), n, n)
		} else {
			VROUNDPS(Imm(0), n, n)
		}
		VMOVAPS(t, p)
		VFMSUB132PS(log2e, n, p) // p = t·log2e - n
		VFMADD231PS(rest, t, p)
		VMOVAPS(p, t) // f
		VMOVUPS(poly[0], p)
		for _, k := range poly[1:] {
			VFMADD213PS(k, t, p)
		}
		if v.parts == 1 {
			VSCALEFPS(n, p, p)
		} else { // multiply by 2^(n/2) twice: one factor could overflow
			half := v.new()
			VCVTPS2DQ(n, n)
			VPSRAD(Imm(1), n, half)
			VPSUBD(half, n, n)
			for _, e := range []VecVirtual{half, n} {
				VPSLLD(Imm(23), e, e)
				VPADDD(one, e, e) // the exponent of 1 is the bias
				VMULPS(e, p, p)
			}
		}
		return p
	}, one
}

// affineSiLU is dst = mask·SiLU(scale·src + shift) on rows of width pixels. After
// each row dst and src move on by the bytes to skip, the coefficients by coefs and
// masks.
func (v isa) affineSiLU() {
	name := "affineSiLU" + v.suffix
	TEXT(name, NOSPLIT, "func(dst, src, scale, shift, mask *float32, rows, width, dstSkip, srcSkip, coefs, masks int)")
	dst, src := param("dst"), param("src")
	rows, width, dstSkip, srcSkip := param("rows"), param("width"), param("dstSkip"), param("srcSkip")
	coefs, masks := param("coefs"), param("masks")
	scale, shift, mask := param("scale"), param("shift"), param("mask")
	sigmoid := v.sigmoid(name)
	n := GP64()
	loop(label(name, "row"), rows, 1, func() {
		MOVQ(width, n)
		loop(label(name, "pixel"), n, 1, func() {
			for i := range v.parts {
				x := v.new()
				VMOVUPS(at(scale, i*v.bytes), x)
				VMULPS(at(src, i*v.bytes), x, x)
				VADDPS(at(shift, i*v.bytes), x, x)
				s := sigmoid(x)
				VMULPS(s, x, x)
				VMULPS(at(mask, i*v.bytes), x, x)
				VMOVUPS(x, at(dst, i*v.bytes))
			}
			ADDQ(Imm(64), src)
			ADDQ(Imm(64), dst)
		})
		ADDQ(dstSkip, dst)
		ADDQ(srcSkip, src)
		ADDQ(coefs, scale)
		ADDQ(coefs, shift)
		ADDQ(masks, mask)
	})
	VZEROUPPER()
	RET()
}

// siluGrad is g = g·mask·SiLU'(scale·x + shift) in place on planes of so many pixels,
// with the sums of g·x and g. Masks of planes lie masks bytes apart.
func (v isa) siluGrad() {
	name := "siluGrad" + v.suffix
	TEXT(name, NOSPLIT, "func(grad, x, scale, shift, mask, sumX, sum *float32, planes, pixels, masks int)")
	g, x := param("grad"), param("x")
	scale, shift, mask := param("scale"), param("shift"), param("mask")
	sumX, sum := param("sumX"), param("sum")
	planes, size := param("planes"), param("pixels")
	sigmoid := v.sigmoid(name)
	one := v.register(v.constants(name+"_one", 1)[0])
	n := GP64()
	loop(label(name, "plane"), planes, 1, func() {
		// One register at a time over all pixels: AVX2 walks the plane twice.
		for i := range v.parts {
			if i > 0 {
				MOVQ(size, n)
				SHLQ(Imm(6), n)
				SUBQ(n, g)
				SUBQ(n, x)
			}
			a, b := v.zeroReg(), v.zeroReg()
			MOVQ(size, n)
			loop(label(name, string(rune('a'+i))), n, 1, func() {
				z, d, t := v.new(), v.new(), v.new()
				VMOVUPS(at(scale, i*v.bytes), z)
				VMULPS(at(x, i*v.bytes), z, z)
				VADDPS(at(shift, i*v.bytes), z, z)
				s := sigmoid(z)
				VSUBPS(s, one, t) // 1-s
				VFMADD213PS(one, z, t)
				VMULPS(s, t, t)
				VMULPS(at(g, i*v.bytes), t, d)
				VMULPS(at(mask, i*v.bytes), d, d)
				VMOVUPS(d, at(g, i*v.bytes))
				VADDPS(d, b, b)
				VFMADD231PS(at(x, i*v.bytes), d, a)
				ADDQ(Imm(64), g)
				ADDQ(Imm(64), x)
			})
			VMOVUPS(a, at(sumX, i*v.bytes))
			VMOVUPS(b, at(sum, i*v.bytes))
		}
		for _, r := range []Register{scale, shift, sumX, sum} {
			ADDQ(Imm(64), r)
		}
		masks := GP64()
		Load(Param("masks"), masks)
		ADDQ(masks, mask)
	})
	VZEROUPPER()
	RET()
}

// linearTerm is dst = coef·x + constant, and addTerm adds dst to it, on planes of so
// many pixels, whose coefficients and constants lie coefs and constants bytes apart.
func (v isa) linearTerm() {
	for _, name := range []string{"linearTerm" + v.suffix, "addTerm" + v.suffix} {
		TEXT(name, NOSPLIT, "func(dst, x, coef, constant *float32, planes, pixels, coefs, constants int)")
		dst, x, planes, size := param("dst"), param("x"), param("planes"), param("pixels")
		c, k, coefs, constants := param("coef"), param("constant"), param("coefs"), param("constants")
		n := GP64()
		loop(label(name, "plane"), planes, 1, func() {
			coef, constant := v.load(at(c, 0)), v.load(at(k, 0))
			MOVQ(size, n)
			loop(label(name, "pixel"), n, 1, func() {
				for i := range v.parts {
					t := v.new()
					VMOVAPS(constant[i], t)
					if name[0] == 'a' {
						VADDPS(at(dst, i*v.bytes), t, t)
					}
					VFMADD231PS(at(x, i*v.bytes), coef[i], t)
					VMOVUPS(t, at(dst, i*v.bytes))
				}
				ADDQ(Imm(64), dst)
				ADDQ(Imm(64), x)
			})
			ADDQ(coefs, c)
			ADDQ(constants, k)
		})
		VZEROUPPER()
		RET()
	}
}

// moments writes the mean of each lane and the sum of squares about it; inverse
// is 1/pixels. Four pixels at a time shorten the chains of additions.
func (v isa) moments() {
	name := "moments" + v.suffix
	TEXT(name, NOSPLIT, "func(mean, m2, x *float32, pixels int, inverse float32)")
	mean, m2 := param("mean"), param("m2")
	inverse := v.new()
	m, err := Param("inverse").Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSS(m.Addr, inverse)
	center := v.block()
	v.reduce(label(name, "sum"), func(x, acc VecVirtual, _ int) { VADDPS(x, acc, acc) }, func(i int, total VecVirtual) {
		VMULPS(inverse, total, center[i])
		VMOVUPS(center[i], at(mean, i*v.bytes))
	})
	v.reduce(label(name, "square"), func(x, acc VecVirtual, i int) {
		VSUBPS(center[i], x, x)
		VFMADD231PS(x, x, acc)
	}, func(i int, total VecVirtual) { VMOVUPS(total, at(m2, i*v.bytes)) })
	VZEROUPPER()
	RET()
}

// sum adds the sum over the pixels of x to each lane.
func (v isa) sum() {
	name := "sum" + v.suffix
	TEXT(name, NOSPLIT, "func(sum, x *float32, pixels int)")
	sum := param("sum")
	v.reduce(label(name, "x"), func(x, acc VecVirtual, _ int) { VADDPS(x, acc, acc) }, func(i int, total VecVirtual) {
		VADDPS(at(sum, i*v.bytes), total, total)
		VMOVUPS(total, at(sum, i*v.bytes))
	})
	VZEROUPPER()
	RET()
}

// reduce accumulates over parameter x of as many pixels as parameter pixels
// says, in four chains for AVX-512 and two for AVX2.
func (v isa) reduce(name string, step func(x, acc VecVirtual, part int), done func(part int, total VecVirtual)) {
	chains := 4 / v.parts
	acc := make([]block, chains)
	for k := range acc {
		acc[k] = v.zero()
	}
	x, n := param("x"), param("pixels")
	body := func(k int) {
		for i := range v.parts {
			t := v.new()
			VMOVUPS(at(x, k*64+i*v.bytes), t)
			step(t, acc[k][i], i)
		}
	}
	Label(name + "_many")
	CMPQ(n, U32(chains))
	JL(LabelRef(name + "_rest"))
	for k := range acc {
		body(k)
	}
	ADDQ(U32(64*chains), x)
	SUBQ(U32(chains), n)
	JMP(LabelRef(name + "_many"))
	Label(name + "_rest")
	TESTQ(n, n)
	JZ(LabelRef(name + "_done"))
	body(0)
	ADDQ(Imm(64), x)
	DECQ(n)
	JMP(LabelRef(name + "_rest"))
	Label(name + "_done")
	for i := range v.parts {
		for k := 1; k < chains; k++ {
			VADDPS(acc[k][i], acc[0][i], acc[0][i])
		}
		done(i, acc[0][i])
	}
}
