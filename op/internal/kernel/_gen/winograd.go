package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// winograd writes the transforms of F(4×4, 3×3): inputs, gradients of outputs and
// weights to 36 frequencies; products back to outputs and to gradients of weights.
func (v isa) winograd() {
	v.planeToFreqs("winoInput"+v.suffix, 6, v.transformB)
	v.planeToFreqs("winoGrad"+v.suffix, 4, v.transformA)
	v.toFreqs("winoWeights"+v.suffix, v.transformG)
	v.planeFromFreqs("winoOutput"+v.suffix, v.transformAT)
	v.fromFreqs("winoWeightGrad"+v.suffix, v.transformGT)
}

// transform maps the registers of one axis; constants come from a table.
type transform func(name string) func(d []VecVirtual) []VecVirtual

// layout tells where the values of a tile lie.
type layout int

const (
	pixels layout = iota // adjacent in a row; tiles lie 4 pixels apart
	taps                 // col apart; the next tile is the next block
)

// next is the distance of tiles in bytes.
func (l layout) next() uint32 {
	if l == pixels {
		return 256
	}
	return 64
}

// at returns where value c of a row at p lies.
func (l layout) at(p, col Register, c int) Mem {
	switch {
	case l == pixels:
		return at(p, c*64)
	case c == 0:
		return at(p, 0)
	}
	return Mem{Base: p, Index: col, Scale: uint8(c)}
}

// The points ±a and ±b at which F(4×4, 3×3) evaluates; see package kernel.
const a, b = 3. / 4, 3. / 2

// transformB is Bᵀ, six to six.
func (v isa) transformB(name string) func(d []VecVirtual) []VecVirtual {
	c := v.constants(name+"_b", a*a*b*b, a*a+b*b, a*a, b*b, a, b)
	product, sum, a2, b2, a1, b1 := c[0], c[1], c[2], c[3], c[4], c[5]
	return func(d []VecVirtual) []VecVirtual {
		t := v.registers(6)
		for i := range 2 { // a²b²·d0 - (a²+b²)·d2 + d4, and the same of d1, d3, d5
			x := t[5*i]
			VMOVAPS(d[4+i], x)
			VFMADD231PS(product, d[i], x)
			VFNMADD231PS(sum, d[2+i], x)
		}
		pair := func(plus, minus VecVirtual, point, other2 Op) {
			odd := v.new()
			VMOVAPS(d[4], plus) // even part, d4 - b²·d2
			VFNMADD231PS(other2, d[2], plus)
			VMOVAPS(d[3], odd) // d3 - b²·d1
			VFNMADD231PS(other2, d[1], odd)
			VMOVAPS(plus, minus)
			VFMADD231PS(point, odd, plus)
			VFNMADD231PS(point, odd, minus)
		}
		pair(t[1], t[2], a1, b2)
		pair(t[3], t[4], b1, a2)
		return t
	}
}

// transformA is A, four to six.
func (v isa) transformA(name string) func(d []VecVirtual) []VecVirtual {
	c := v.constants(name+"_a", a, a*a, a*a*a, b, b*b, b*b*b)
	return func(d []VecVirtual) []VecVirtual {
		t := []VecVirtual{d[0], v.new(), v.new(), v.new(), v.new(), d[3]}
		for i := range 2 { // d0 + a²·d2 ± (a·d1 + a³·d3)
			c, plus, minus, odd := c[3*i:], t[1+2*i], t[2+2*i], v.new()
			VMOVAPS(d[0], minus)
			VFMADD231PS(c[1], d[2], minus)
			VMULPS(c[0], d[1], odd)
			VFMADD231PS(c[2], d[3], odd)
			VADDPS(odd, minus, plus)
			VSUBPS(odd, minus, minus)
		}
		return t
	}
}

// transformAT is Aᵀ, six to four.
func (v isa) transformAT(name string) func(m []VecVirtual) []VecVirtual {
	c := v.constants(name+"_at", a, a*a, a*a*a, b, b*b, b*b*b)
	return func(m []VecVirtual) []VecVirtual {
		t := v.registers(4)
		p, q, r, s := v.new(), v.new(), v.new(), v.new()
		VADDPS(m[2], m[1], p)
		VSUBPS(m[2], m[1], q)
		VADDPS(m[4], m[3], r)
		VSUBPS(m[4], m[3], s)
		VADDPS(m[0], p, t[0]) // m0 + p + r
		VADDPS(t[0], r, t[0])
		VMULPS(c[0], q, t[1]) // a·q + b·s
		VFMADD231PS(c[3], s, t[1])
		VMULPS(c[1], p, t[2]) // a²·p + b²·r
		VFMADD231PS(c[4], r, t[2])
		VMOVAPS(m[5], t[3]) // a³·q + b³·s + m5
		VFMADD231PS(c[2], q, t[3])
		VFMADD231PS(c[5], s, t[3])
		return t
	}
}

// The normalisation of G; see package kernel.
const (
	norm0 = 1 / (a * a * b * b)
	normA = 1 / (2 * a * a * (a*a - b*b))
	normB = 1 / (2 * b * b * (b*b - a*a))
)

// transformG is G, three to six.
func (v isa) transformG(name string) func(g []VecVirtual) []VecVirtual {
	c := v.constants(name+"_g", norm0, normA, normA*a, normA*a*a, normB, normB*b, normB*b*b)
	return func(g []VecVirtual) []VecVirtual {
		t := []VecVirtual{v.new(), v.new(), v.new(), v.new(), v.new(), g[2]}
		VMULPS(c[0], g[0], t[0])
		for i := range 2 {
			c, plus, minus := c[1+3*i:], t[1+2*i], t[2+2*i]
			VMULPS(c[0], g[0], minus)
			VFMADD231PS(c[2], g[2], minus)
			VMOVAPS(minus, plus)
			VFMADD231PS(c[1], g[1], plus)
			VFNMADD231PS(c[1], g[1], minus)
		}
		return t
	}
}

// transformGT is Gᵀ, six to three.
func (v isa) transformGT(name string) func(m []VecVirtual) []VecVirtual {
	c := v.constants(name+"_gt", norm0, normA, normA*a, normA*a*a, normB, normB*b, normB*b*b)
	return func(m []VecVirtual) []VecVirtual {
		t := v.registers(3)
		VMULPS(c[0], m[0], t[0])
		VMOVAPS(m[5], t[2])
		for i := range 2 {
			c, sum, difference := c[1+3*i:], v.new(), v.new()
			VADDPS(m[2+2*i], m[1+2*i], sum)
			VSUBPS(m[2+2*i], m[1+2*i], difference)
			VFMADD231PS(c[0], sum, t[0])
			VFMADD231PS(c[2], sum, t[2])
			if i == 0 {
				VMULPS(c[1], difference, t[1])
			} else {
				VFMADD231PS(c[1], difference, t[1])
			}
		}
		return t
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

// toFreqs transforms "tiles" of 3×3 taps, first along rows into memory of the
// stack, then along columns. Strides are bytes.
func (v isa) toFreqs(name string, t transform) {
	TEXT(name, 0, "func(dst, src *float32, tiles, row, col, freq int)")
	const size, l = 3, taps
	dst, src, tiles := param("dst"), param("src"), param("tiles")
	row, col, freq := param("row"), param("col"), param("freq")
	tmp := v.scratch(6 * size)
	apply := t(name)
	p := GP64()
	loop(label(name, "tile"), tiles, 1, func() {
		for part := range v.parts {
			MOVQ(src, p)
			for r := range size {
				d := v.registers(size)
				for c := range d {
					VMOVUPS(l.at(p, col, c).Offset(part*v.bytes), d[c])
				}
				for f, x := range apply(d) {
					VMOVUPS(x, tmp.Offset((f*size+r)*v.bytes))
				}
				ADDQ(row, p)
			}
			MOVQ(dst, p)
			for f := range 6 {
				d := v.registers(size)
				for r := range d {
					VMOVUPS(tmp.Offset((f*size+r)*v.bytes), d[r])
				}
				for _, x := range apply(d) {
					VMOVUPS(x, at(p, part*v.bytes))
					ADDQ(freq, p)
				}
			}
		}
		ADDQ(Imm(64), dst)
		ADDQ(U32(l.next()), src)
	})
	VZEROUPPER()
	RET()
}

// fromFreqs is the way back, first along columns.
func (v isa) fromFreqs(name string, t transform) {
	TEXT(name, 0, "func(dst, src *float32, tiles, row, col, freq int)")
	const size, l = 3, taps
	dst, src, tiles := param("dst"), param("src"), param("tiles")
	row, col, freq := param("row"), param("col"), param("freq")
	tmp := v.scratch(6 * size)
	apply := t(name)
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
			for r := range size {
				m := v.registers(6)
				for f := range m {
					VMOVUPS(tmp.Offset((r*6+f)*v.bytes), m[f])
				}
				for c, x := range apply(m) {
					VMOVUPS(x, l.at(p, col, c).Offset(part*v.bytes))
				}
				ADDQ(row, p)
			}
		}
		ADDQ(Imm(64), src)
		ADDQ(U32(l.next()), dst)
	})
	VZEROUPPER()
	RET()
}
