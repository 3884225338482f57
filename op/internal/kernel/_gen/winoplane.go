package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// rowParams loads the pointers to a number of rows of pixels.
func rowParams(n int) []Register {
	rows := make([]Register, n)
	for i := range rows {
		rows[i] = param(fmt.Sprintf("row%d", i))
	}
	return rows
}

// planeToFreqs transforms a row of tiles of size×size pixels: first down the columns
// of rows of pixels, into the columns of six rows of a band, then along those rows
// from tile on, where tiles begin four columns apart. Strides are bytes.
func (v isa) planeToFreqs(name string, size int, t transform) {
	names := "row0, row1, row2, row3"
	if size == 6 {
		names += ", row4, row5"
	}
	TEXT(name, NOSPLIT, "func(dst, "+names+", columns, tile *float32, pixels, tiles, bandRow, freq int)")
	apply := t(name)
	rows, column, n, offset := rowParams(size), param("columns"), param("pixels"), GP64()
	band := sixth(param("bandRow"))
	XORQ(offset, offset)
	loop(label(name, "pixel"), n, 1, func() {
		for part := range v.parts {
			d := v.registers(size)
			for r := range d {
				VMOVUPS(Mem{Base: rows[r], Index: offset, Scale: 1, Disp: part * v.bytes}, d[r])
			}
			for g, x := range apply(d) {
				VMOVUPS(x, band(column, g).Offset(part*v.bytes))
			}
		}
		ADDQ(Imm(64), offset)
		ADDQ(Imm(64), column)
	})
	dst, tile, freq, freq6, p := param("dst"), param("tile"), param("freq"), GP64(), GP64()
	IMUL3Q(Imm(6), freq, freq6)
	row6 := sixth(freq6)
	Load(Param("tiles"), n)
	loop(label(name, "tile"), n, 1, func() {
		for part := range v.parts {
			MOVQ(dst, p)
			for g := range 6 {
				d := v.registers(size)
				for c := range d {
					VMOVUPS(band(tile, g).Offset(c*64+part*v.bytes), d[c])
				}
				for f, x := range apply(d) {
					VMOVUPS(x, row6(p, f).Offset(part*v.bytes))
				}
				ADDQ(freq, p)
			}
		}
		ADDQ(Imm(64), dst)
		ADDQ(U32(pixels.next()), tile)
	})
	VZEROUPPER()
	RET()
}

// planeFromFreqs is the way back to 4×4 pixels and adds a bias, tile by tile: first down
// the columns into memory at tmp, then along the rows. Of a last tile that reaches
// beyond its rows' pixels the rows go to tmp first.
func (v isa) planeFromFreqs(name string, t transform) {
	TEXT(name, NOSPLIT, "func(row0, row1, row2, row3, src, bias, tmp *float32, pixels, freq int)")
	apply := t(name)
	rows, src, bias, left := rowParams(4), param("src"), param("bias"), param("pixels")
	tmp, freq, p := param("tmp"), param("freq"), GP64()
	columns := func() {
		for part := range v.parts {
			MOVQ(src, p)
			for f := range 6 {
				m := v.registers(6)
				for g := range m {
					VMOVUPS(at(p, part*v.bytes), m[g])
					ADDQ(freq, p)
				}
				for r, x := range apply(m) {
					VMOVUPS(x, at(tmp, (r*6+f)*64+part*v.bytes))
				}
			}
		}
	}
	alongRows := func(to func(r int) Register) {
		for r := range 4 {
			for part := range v.parts {
				m := v.registers(6)
				for f := range m {
					VMOVUPS(at(tmp, (r*6+f)*64+part*v.bytes), m[f])
				}
				for c, x := range apply(m) {
					VADDPS(at(bias, part*v.bytes), x, x)
					VMOVUPS(x, at(to(r), c*64+part*v.bytes))
				}
			}
		}
	}
	SUBQ(Imm(4), left)
	JL(LabelRef(label(name, "rest")))
	Label(label(name, "tile"))
	columns()
	alongRows(func(r int) Register { return rows[r] })
	for _, r := range rows {
		ADDQ(U32(256), r)
	}
	ADDQ(Imm(64), src)
	SUBQ(Imm(4), left)
	JGE(LabelRef(label(name, "tile")))
	Label(label(name, "rest"))
	ADDQ(Imm(4), left)
	JZ(LabelRef(label(name, "done")))
	columns()
	alongRows(func(r int) Register { // where the last row's columns were, which have been read
		LEAQ(at(tmp, r*6*64), p)
		return p
	})
	loop(label(name, "pixel"), left, 1, func() {
		for r, row := range rows {
			for part := range v.parts {
				x := v.new()
				VMOVUPS(at(tmp, r*6*64+part*v.bytes), x)
				VMOVUPS(x, at(row, part*v.bytes))
			}
			ADDQ(Imm(64), row)
		}
		ADDQ(Imm(64), tmp)
	})
	Label(label(name, "done"))
	VZEROUPPER()
	RET()
}
