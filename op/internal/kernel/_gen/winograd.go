package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// winograd writes the transforms of F(4×4, 3×3): inputs and gradients of
// outputs to 36 frequencies, and products back to outputs.
func (v isa) winograd() {
	v.toFreqs("winoInput"+v.suffix, 6, v.transformB)
	v.toFreqs("winoGrad"+v.suffix, 4, v.transformA)
	v.fromFreqs("winoOutput" + v.suffix)
}

// transform maps the registers of one axis; constants come from a table.
type transform func(name string) func(d []VecVirtual) []VecVirtual

// transformB is Bᵀ, six to six.
func (v isa) transformB(name string) func(d []VecVirtual) []VecVirtual {
	c := v.constants(name+"_b", 4, -5, -4, 2, -2)
	four, minus5, minus4, two, minus2 := c[0], c[1], c[2], c[3], c[4]
	return func(d []VecVirtual) []VecVirtual {
		t := v.registers(6)
		VMOVAPS(d[4], t[0]) // 4d0 - 5d2 + d4
		VFMADD231PS(four, d[0], t[0])
		VFMADD231PS(minus5, d[2], t[0])
		VMOVAPS(d[5], t[5]) // 4d1 - 5d3 + d5
		VFMADD231PS(four, d[1], t[5])
		VFMADD231PS(minus5, d[3], t[5])
		a, b := v.new(), v.new()
		VMOVAPS(d[4], a) // d4 - 4d2
		VFMADD231PS(minus4, d[2], a)
		VMOVAPS(d[3], b) // d3 - 4d1
		VFMADD231PS(minus4, d[1], b)
		VADDPS(a, b, t[1])
		VSUBPS(b, a, t[2])
		VSUBPS(d[2], d[4], a)
		VSUBPS(d[1], d[3], b)
		VMOVAPS(a, t[3])
		VFMADD231PS(two, b, t[3])
		VMOVAPS(a, t[4])
		VFMADD231PS(minus2, b, t[4])
		return t
	}
}

// transformA is A, four to six.
func (v isa) transformA(name string) func(d []VecVirtual) []VecVirtual {
	c := v.constants(name+"_a", 4, 2, 8)
	four, two, eight := c[0], c[1], c[2]
	return func(d []VecVirtual) []VecVirtual {
		t := v.registers(4)
		a, b := v.new(), v.new()
		VADDPS(d[0], d[2], a)
		VADDPS(d[1], d[3], b)
		VADDPS(a, b, t[0])
		VSUBPS(b, a, t[1])
		VMOVAPS(d[0], a)
		VFMADD231PS(four, d[2], a)
		VMULPS(two, d[1], b)
		VFMADD231PS(eight, d[3], b)
		VADDPS(a, b, t[2])
		VSUBPS(b, a, t[3])
		return []VecVirtual{d[0], t[0], t[1], t[2], t[3], d[3]}
	}
}

// transformAT is Aᵀ, six to four.
func (v isa) transformAT(name string) func(m []VecVirtual) []VecVirtual {
	c := v.constants(name+"_at", 2, 4, 8)
	two, four, eight := c[0], c[1], c[2]
	return func(m []VecVirtual) []VecVirtual {
		p, q, r, s, first, last := v.new(), v.new(), v.new(), v.new(), v.new(), v.new()
		VADDPS(m[1], m[2], p)
		VSUBPS(m[2], m[1], q)
		VADDPS(m[3], m[4], r)
		VSUBPS(m[4], m[3], s)
		VADDPS(m[0], p, first)
		VADDPS(first, r, first)
		VADDPS(q, m[5], last)
		VFMADD231PS(eight, s, last)
		VFMADD231PS(two, s, q)
		VFMADD231PS(four, r, p)
		return []VecVirtual{first, q, p, last}
	}
}

func (v isa) registers(n int) []VecVirtual {
	r := make([]VecVirtual, n)
	for i := range r {
		r[i] = v.new()
	}
	return r
}

// scratch returns room for n registers on the stack, aligned so that none lies
// across two lines of the cache.
func (v isa) scratch(n int) Mem {
	m, p := AllocLocal((n+1)*v.bytes), GP64()
	LEAQ(m.Offset(v.bytes-1), p)
	ANDQ(I8(-v.bytes), p)
	return Mem{Base: p}
}

// toFreqs transforms tiles of pixels × pixels, 4 apart, first along rows into
// memory of the stack, then along columns. Strides are bytes.
func (v isa) toFreqs(name string, pixels int, t transform) {
	TEXT(name, 0, "func(dst, src *float32, tiles, row, freq int)")
	dst, src, tiles := param("dst"), param("src"), param("tiles")
	row, freq := param("row"), param("freq")
	tmp := v.scratch(6 * pixels)
	apply := t(name)
	p := GP64()
	loop(label(name, "tile"), tiles, 1, func() {
		for part := range v.parts {
			MOVQ(src, p)
			for r := range pixels {
				d := v.registers(pixels)
				for c := range d {
					VMOVUPS(at(p, c*64+part*v.bytes), d[c])
				}
				for f, x := range apply(d) {
					VMOVUPS(x, tmp.Offset((f*pixels+r)*v.bytes))
				}
				ADDQ(row, p)
			}
			MOVQ(dst, p)
			for f := range 6 {
				d := v.registers(pixels)
				for r := range d {
					VMOVUPS(tmp.Offset((f*pixels+r)*v.bytes), d[r])
				}
				for _, x := range apply(d) {
					VMOVUPS(x, at(p, part*v.bytes))
					ADDQ(freq, p)
				}
			}
		}
		ADDQ(Imm(64), dst)
		ADDQ(U32(256), src)
	})
	VZEROUPPER()
	RET()
}

// fromFreqs is the way back, first along columns, with the bias added.
func (v isa) fromFreqs(name string) {
	TEXT(name, 0, "func(dst, src, bias *float32, tiles, row, freq int)")
	dst, src, bias, tiles := param("dst"), param("src"), param("bias"), param("tiles")
	row, freq := param("row"), param("freq")
	tmp := v.scratch(6 * 4)
	apply := v.transformAT(name)
	p := GP64()
	loop(label(name, "tile"), tiles, 1, func() {
		for part := range v.parts {
			MOVQ(src, p)
			for f := range 6 {
				m := v.registers(6)
				for r := range m {
					VMOVUPS(at(p, part*v.bytes), m[r])
					ADDQ(freq, p)
				}
				for r, x := range apply(m) {
					VMOVUPS(x, tmp.Offset((r*6+f)*v.bytes))
				}
			}
			MOVQ(dst, p)
			for r := range 4 {
				m := v.registers(6)
				for f := range m {
					VMOVUPS(tmp.Offset((r*6+f)*v.bytes), m[f])
				}
				for c, x := range apply(m) {
					VADDPS(at(bias, part*v.bytes), x, x)
					VMOVUPS(x, at(p, c*64+part*v.bytes))
				}
				ADDQ(row, p)
			}
		}
		ADDQ(Imm(64), src)
		ADDQ(U32(256), dst)
	})
	VZEROUPPER()
	RET()
}
