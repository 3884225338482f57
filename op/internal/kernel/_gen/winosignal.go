package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// signals writes the transforms of F(4, 3), those of F(4×4, 3×3) along one axis.
func (v isa) signals() {
	v.signalToFreqs("signalInput"+v.suffix, pixels, 6, v.transformB)
	v.signalWhole()
	v.signalToFreqs("signalGrad"+v.suffix, pixels, 4, v.transformA)
	v.signalToFreqs("signalWeights"+v.suffix, taps, 3, v.transformG)
	v.signalFromFreqs("signalOutput"+v.suffix, pixels, v.transformAT)
	v.signalFromFreqs("signalWeightGrad"+v.suffix, taps, v.transformGT)
}

// signalToFreqs transforms rows of tiles of size values each. Tiles of the next row
// follow in each frequency. Strides are bytes.
func (v isa) signalToFreqs(name string, l layout, size int, t transform) {
	TEXT(name, NOSPLIT, "func(dst, src *float32, rows, tiles, row, col, freq int)")
	dst, src, rows, tiles := param("dst"), param("src"), param("rows"), param("tiles")
	row, col, freq := param("row"), param("col"), param("freq")
	at6 := sixth(freq)
	apply := t(name)
	p, n := GP64(), GP64()
	loop(label(name, "row"), rows, 1, func() {
		MOVQ(src, p)
		MOVQ(tiles, n)
		loop(label(name, "tile"), n, 1, func() {
			for part := range v.parts {
				d := v.registers(size)
				for c := range d {
					VMOVUPS(l.at(p, col, c).Offset(part*v.bytes), d[c])
				}
				for f, x := range apply(d) {
					VMOVUPS(x, at6(dst, f).Offset(part*v.bytes))
				}
			}
			ADDQ(Imm(64), dst)
			ADDQ(U32(l.next()), p)
		})
		ADDQ(row, src)
	})
	VZEROUPPER()
	RET()
}

// signalWhole is signalInput of rows without a halo, around which are zeros. Strides
// are bytes. AVX2 walks a row twice.
func (v isa) signalWhole() {
	name := "signalWhole" + v.suffix
	TEXT(name, NOSPLIT, "func(dst, src *float32, rows, tiles, row, col, freq int)")
	dst, src, rows, tiles := param("dst"), param("src"), param("rows"), param("tiles")
	row, freq := param("row"), param("freq")
	at6 := sixth(freq)
	apply := v.transformB(name)
	p, q, n := GP64(), GP64(), GP64()
	loop(label(name, "row"), rows, 1, func() {
		for part := range v.parts {
			ab := string(rune('a' + part))
			offset := part * v.bytes
			MOVQ(src, p)
			MOVQ(dst, q)
			MOVQ(tiles, n)
			before := v.zeroReg()
			loop(label(name, ab), n, 1, func() {
				d := append([]VecVirtual{before}, v.registers(5)...)
				for c := range winoTile {
					VMOVUPS(at(p, 64*c+offset), d[1+c])
				}
				v.zeroTo(d[5])
				CMPQ(n, Imm(1))
				JE(LabelRef(label(name, ab+"_last")))
				VMOVUPS(at(p, 64*winoTile+offset), d[5])
				Label(label(name, ab+"_last"))
				for f, x := range apply(d) {
					VMOVUPS(x, at6(q, f).Offset(offset))
				}
				VMOVAPS(d[4], before)
				ADDQ(Imm(64), q)
				ADDQ(U32(64*winoTile), p)
			})
		}
		MOVQ(q, dst)
		ADDQ(row, src)
	})
	VZEROUPPER()
	RET()
}

// winoTile is the number of outputs of a tile along an axis.
const winoTile = 4

// signalFromFreqs is the way back; a bias is added to pixels.
func (v isa) signalFromFreqs(name string, l layout, t transform) {
	TEXT(name, NOSPLIT, "func(dst, src, bias *float32, rows, tiles, row, col, freq int)")
	dst, src, bias, rows, tiles := param("dst"), param("src"), param("bias"), param("rows"), param("tiles")
	row, col, freq := param("row"), param("col"), param("freq")
	at6 := sixth(freq)
	apply := t(name)
	p, n := GP64(), GP64()
	loop(label(name, "row"), rows, 1, func() {
		MOVQ(dst, p)
		MOVQ(tiles, n)
		loop(label(name, "tile"), n, 1, func() {
			for part := range v.parts {
				m := v.registers(6)
				for f := range m {
					VMOVUPS(at6(src, f).Offset(part*v.bytes), m[f])
				}
				for c, x := range apply(m) {
					if l == pixels {
						VADDPS(at(bias, part*v.bytes), x, x)
					}
					VMOVUPS(x, l.at(p, col, c).Offset(part*v.bytes))
				}
			}
			ADDQ(Imm(64), src)
			ADDQ(U32(l.next()), p)
		})
		ADDQ(row, dst)
	})
	VZEROUPPER()
	RET()
}

// sixth returns where each of six frequencies lies that are freq bytes apart.
func sixth(freq Register) func(base Register, f int) Mem {
	three, five := GP64(), GP64()
	LEAQ(Mem{Base: freq, Index: freq, Scale: 2}, three)
	LEAQ(Mem{Base: freq, Index: freq, Scale: 4}, five)
	return func(base Register, f int) Mem {
		switch f {
		case 0:
			return at(base, 0)
		case 3:
			return Mem{Base: base, Index: three, Scale: 1}
		case 5:
			return Mem{Base: base, Index: five, Scale: 1}
		}
		return Mem{Base: base, Index: freq, Scale: uint8(f)}
	}
}
