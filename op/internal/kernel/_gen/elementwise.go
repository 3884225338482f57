package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// registersFunc is the code of a function of numbers in registers, of each of which it
// returns another one. It goes over all of them step by step: long chains of operations
// one after the other would fill the processor's queue.
type registersFunc func(z ...VecVirtual) []VecVirtual

// sigmoid returns the code of 1/(1+e^-z), and 1; see power. Where 2^n is infinite or zero it
// is 0 or 1. It may raise z to where z/(1+e^-z) and its derivative are below 1e-35.
func (v isa) sigmoid(name string) (sigmoid registersFunc, one VecVirtual) {
	if v.parts == 1 {
		return v.sigmoidTable(name)
	}
	negative, one := v.power(name+"_sigmoid", -1)
	return func(z ...VecVirtual) []VecVirtual {
		p := negative(z...)
		for _, p := range p {
			VADDPS(one, p, p)
		}
		for _, p := range p {
			VDIVPS(p, one, p)
		}
		return p
	}, one
}

// sigmoidTable is sigmoid for AVX-512, without division and with a shorter polynomial:
// e^-z is 2^n·2^f with n a multiple of 1/16, whose fraction's power comes from a table,
// and |f| ≤ 1/32, for which 1 + f·(ln 2 + …) to the third degree is within 2e-9; and
// 1/(1+e^-z) is an estimate of 14 bits with a step of Newton's method, which needs
// finite numbers: z is kept above -87, so that of -∞ SiLU is -1e-36. SiLU's relative
// error is 2.1e-7 at most (TestSiLUAccuracy). The last bit may depend on the
// processor's maker, for the estimate does.
func (v isa) sigmoidTable(name string) (sigmoid registersFunc, one VecVirtual) {
	powers := GLOBL(name+"_powers", RODATA|NOPTR)
	for i := range 16 {
		DATA(4*i, U32(math.Float32bits(float32(math.Exp2(float64(i)/16)))))
	}
	table := v.new()
	VMOVUPS(powers, table)
	const magic = 3 << 18 // to which is added what is rounded to a multiple of 1/16
	c := v.constants(name+"_sigmoid", magic, -1.44269502, -1.92596303e-8, 5.550411e-2, 2.4023431e-1, 6.9314718e-1, 1, 87, -87)
	shift, log2e, rest, p3, p2, p1, high, low := c[0], c[1], c[2], c[3], c[4], c[5], c[7], c[8]
	one = v.register(c[6])
	return func(z ...VecVirtual) []VecVirtual {
		t, k, n, p := v.registers(len(z)), v.registers(len(z)), v.registers(len(z)), v.registers(len(z))
		for _, step := range []func(z, t, k, n, p VecVirtual){
			func(z, t, k, n, p VecVirtual) { VMAXPS(z, low, z) }, // NaN stays
			func(z, t, k, n, p VecVirtual) { VMINPS(z, high, t) },
			func(z, t, k, n, p VecVirtual) { // k = t·log2e + shift, whose last four bits are the fraction's
				VMOVAPS(t, k)
				VFMADD213PS(shift, log2e, k)
			},
			func(z, t, k, n, p VecVirtual) { VSUBPS(shift, k, n) },
			func(z, t, k, n, p VecVirtual) { // f = t·log2e - n
				VMOVAPS(t, p)
				VFMSUB132PS(log2e, n, p)
			},
			func(z, t, k, n, p VecVirtual) { VFMADD231PS(rest, t, p) },
			func(z, t, k, n, p VecVirtual) {
				VMOVAPS(p, t)
				VMOVAPS(p3, p)
				VFMADD213PS(p2, t, p)
			},
			func(z, t, k, n, p VecVirtual) { VFMADD213PS(p1, t, p) },
			func(z, t, k, n, p VecVirtual) { VMULPS(t, p, p) },
			func(z, t, k, n, p VecVirtual) { VPERMPS(table, k, k) },
			func(z, t, k, n, p VecVirtual) { VFMADD213PS(k, k, p) }, // 2^fraction·2^f
			func(z, t, k, n, p VecVirtual) { VSCALEFPS(n, p, p) },
			func(z, t, k, n, p VecVirtual) { VADDPS(one, p, p) },
			func(z, t, k, n, p VecVirtual) { VRCP14PS(p, t) },
			func(z, t, k, n, p VecVirtual) { VFNMADD213PS(one, t, p) }, // 1 - p·t
			func(z, t, k, n, p VecVirtual) { VFMADD213PS(t, t, p) },    // t + t·(1 - p·t)
		} {
			for i := range z {
				step(z[i], t[i], k[i], n[i], p[i])
			}
		}
		return p
	}, one
}

// exp returns the code of e^z; see power.
func (v isa) exp(name string) registersFunc {
	exp, _ := v.power(name+"_exp", 1)
	return exp
}

// power returns the code of e^(sign·z), and 1. It is 2^n·p(f)
// with sign·z·log2(e) = n + f, |f| ≤ 1/2, log2(e) in two parts so that f keeps
// full precision, and p the minimax polynomial of Cephes' exp2f. |z| is kept
// below 100, where 2^n is infinite or zero already.
func (v isa) power(name string, sign float32) (power registersFunc, one VecVirtual) {
	c := v.constants(name, sign*1.44269502, sign*1.92596303e-8,
		1.535336188e-4, 1.339887440e-3, 9.618437357e-3, 5.550332471e-2, 2.402264791e-1, 6.931472029e-1, 1, 100, -100)
	log2e, rest, poly, high, low := c[0], c[1], c[2:9], c[9], c[10]
	one = v.register(c[8])
	return func(z ...VecVirtual) []VecVirtual {
		t, n, p := v.registers(len(z)), v.registers(len(z)), v.registers(len(z))
		each := func(step func(t, n, p VecVirtual)) {
			for i := range z {
				step(t[i], n[i], p[i])
			}
		}
		for i := range z {
			VMINPS(high, z[i], t[i])
		}
		each(func(t, n, p VecVirtual) { VMAXPS(low, t, t) })
		each(func(t, n, p VecVirtual) { VMULPS(log2e, t, n) })
		each(func(t, n, p VecVirtual) {
			if v.parts == 1 {
				VRNDSCALEPS(Imm(0), n, n)
			} else {
				VROUNDPS(Imm(0), n, n)
			}
		})
		each(func(t, n, p VecVirtual) {
			VMOVAPS(t, p)
			VFMSUB132PS(log2e, n, p) // p = t·log2e - n
		})
		each(func(t, n, p VecVirtual) { VFMADD231PS(rest, t, p) })
		each(func(t, n, p VecVirtual) {
			VMOVAPS(p, t) // f
			VMOVUPS(poly[0], p)
		})
		for _, k := range poly[1:] {
			each(func(t, n, p VecVirtual) { VFMADD213PS(k, t, p) })
		}
		if v.parts == 1 {
			each(func(t, n, p VecVirtual) { VSCALEFPS(n, p, p) })
			return p
		}
		// Multiply by 2^(n/2) twice: one factor could overflow.
		each(func(half, n, p VecVirtual) {
			VCVTPS2DQ(n, n)
			VPSRAD(Imm(1), n, half)
			VPSUBD(half, n, n)
			for _, e := range []VecVirtual{half, n} {
				VPSLLD(Imm(23), e, e)
				VPADDD(one, e, e) // the exponent of 1 is the bias
				VMULPS(e, p, p)
			}
		})
		return p
	}, one
}

// eachPixels repeats body for n pixels, as many at a time as it is told: first many,
// then one.
func eachPixels(name string, n Register, many uint64, body func(pixels int)) {
	Label(label(name, "many"))
	CMPQ(n, U32(many))
	JL(LabelRef(label(name, "rest")))
	body(int(many))
	SUBQ(Imm(many), n)
	JMP(LabelRef(label(name, "many")))
	Label(label(name, "rest"))
	TESTQ(n, n)
	JZ(LabelRef(label(name, "done")))
	body(1)
	DECQ(n)
	JMP(LabelRef(label(name, "rest")))
	Label(label(name, "done"))
}

// together is how many pixels SiLU takes at a time, one register of each.
func (v isa) together() uint64 {
	if v.parts == 1 {
		return 4
	}
	return 2
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
	sigmoid, _ := v.sigmoid(name)
	n := GP64()
	loop(label(name, "row"), rows, 1, func() {
		MOVQ(width, n)
		eachPixels(name, n, v.together(), func(pixels int) {
			for part := range v.parts {
				x := v.registers(pixels)
				for i, x := range x {
					VMOVUPS(at(scale, part*v.bytes), x)
					VMULPS(at(src, i*64+part*v.bytes), x, x)
				}
				for _, x := range x {
					VADDPS(at(shift, part*v.bytes), x, x)
				}
				s := sigmoid(x...)
				for i, x := range x {
					VMULPS(s[i], x, x)
					VMULPS(at(mask, part*v.bytes), x, x)
					VMOVUPS(x, at(dst, i*64+part*v.bytes))
				}
			}
			ADDQ(U32(uint32(64*pixels)), src)
			ADDQ(U32(uint32(64*pixels)), dst)
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
	sigmoid, one := v.sigmoid(name)
	n := GP64()
	loop(label(name, "plane"), planes, 1, func() {
		// One register at a time over all pixels: AVX2 walks the plane twice.
		for part := range v.parts {
			if part > 0 {
				MOVQ(size, n)
				SHLQ(Imm(6), n)
				SUBQ(n, g)
				SUBQ(n, x)
			}
			a, b := v.zeroReg(), v.zeroReg()
			MOVQ(size, n)
			eachPixels(label(name, string(rune('a'+part))), n, v.together(), func(pixels int) {
				z, t := v.registers(pixels), v.registers(pixels)
				for i, z := range z {
					VMOVUPS(at(scale, part*v.bytes), z)
					VMULPS(at(x, i*64+part*v.bytes), z, z)
				}
				for _, z := range z {
					VADDPS(at(shift, part*v.bytes), z, z)
				}
				s := sigmoid(z...)
				for i, t := range t { // s·(1 + z·(1-s))
					VMOVUPS(one, t)
					VSUBPS(s[i], t, t)
				}
				for i, t := range t {
					VFMADD213PS(one, z[i], t)
				}
				for i, t := range t {
					VMULPS(s[i], t, t)
				}
				for i, t := range t {
					VMULPS(at(g, i*64+part*v.bytes), t, t)
					VMULPS(at(mask, part*v.bytes), t, t)
					VMOVUPS(t, at(g, i*64+part*v.bytes))
					VADDPS(t, b, b)
					VFMADD231PS(at(x, i*64+part*v.bytes), t, a)
				}
				ADDQ(U32(uint32(64*pixels)), g)
				ADDQ(U32(uint32(64*pixels)), x)
			})
			VMOVUPS(a, at(sumX, part*v.bytes))
			VMOVUPS(b, at(sum, part*v.bytes))
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
