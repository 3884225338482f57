package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// transpose turns a matrix of 16×16 floats, rows dstRow and srcRow bytes apart.
//
// Four columns of a register's rows at a time: 128-bit lane l of register j gets
// the columns of row j+4l, and each lane is then transposed for itself.
func (v isa) transpose() {
	TEXT("transpose"+v.suffix, NOSPLIT, "func(dst, src *float32, dstRow, srcRow int)")
	Pragma("noescape")
	dst, src, dstRow, srcRow := param("dst"), param("src"), param("dstRow"), param("srcRow")
	srcRow3 := GP64()
	LEAQ(Mem{Base: srcRow, Index: srcRow, Scale: 2}, srcRow3)
	bases := make([]Register, 4) // of every fourth row
	bases[0] = src
	for i := 1; i < len(bases); i++ {
		p := GP64()
		LEAQ(Mem{Base: bases[i-1], Index: srcRow, Scale: 4}, p)
		bases[i] = p
	}
	row := func(k, column int) Mem {
		m := at(bases[k/4], 4*column)
		switch k % 4 {
		case 1, 2:
			m.Index, m.Scale = srcRow, uint8(k%4)
		case 3:
			m.Index, m.Scale = srcRow3, 1
		}
		return m
	}
	lanes := v.bytes / 16
	for column := 0; column < 16; column += 4 {
		outs := make([][]VecVirtual, 4)
		for part := range v.parts {
			x := v.registers(4)
			for j, r := range x {
				first := part*4*lanes + j
				v.lanes(row(first, column), r)
				for l := 1; l < lanes; l++ {
					v.insert(l, row(first+4*l, column), r)
				}
			}
			t := v.registers(4)
			VUNPCKLPS(x[1], x[0], t[0])
			VUNPCKHPS(x[1], x[0], t[1])
			VUNPCKLPS(x[3], x[2], t[2])
			VUNPCKHPS(x[3], x[2], t[3])
			for i := range 2 {
				VUNPCKLPD(t[2+i], t[i], x[2*i])
				VUNPCKHPD(t[2+i], t[i], x[2*i+1])
			}
			for c, r := range x {
				outs[c] = append(outs[c], r)
			}
		}
		for _, column := range outs {
			v.store(column, at(dst, 0))
			ADDQ(dstRow, dst)
		}
	}
	VZEROUPPER()
	RET()
}

// lanes reads four floats into each 128-bit lane of r.
func (v isa) lanes(m Mem, r VecVirtual) {
	if v.parts == 1 {
		VBROADCASTF32X4(m, r)
	} else {
		VBROADCASTF128(m, r)
	}
}

// insert reads four floats into 128-bit lane l of r.
func (v isa) insert(l int, m Mem, r VecVirtual) {
	if v.parts == 1 {
		VINSERTF32X4(Imm(uint64(l)), m, r, r)
	} else {
		VINSERTF128(Imm(uint64(l)), m, r, r)
	}
}
