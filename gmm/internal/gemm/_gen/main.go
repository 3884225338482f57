// Command main generates the assembly of package gemm. Run it by
//
//	go generate ./gmm/internal/gemm
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func main() {
	kernel("kernelAVX512", 8, 3, 64, ZMM)
	kernel("kernelAVX2", 4, 3, 32, YMM)
	Generate()
}

// kernel emits the micro-kernel of a tile of rows × vecs vectors of width
// bytes: one accumulator register for each vector of the tile, to which every
// k adds a broadcast value of A times a vector of B.
func kernel(name string, rows, vecs, width int, vector func() VecVirtual) {
	TEXT(name, NOSPLIT, "func(kb int, a, b, c *float64, stride int)")
	Doc(name + " adds a strip of A times a panel of B to a tile of C; see tier.")
	Pragma("noescape")
	kb := Load(Param("kb"), GP64())
	a := Load(Param("a"), GP64())
	b := Load(Param("b"), GP64())
	c := Load(Param("c"), GP64())
	stride := Load(Param("stride"), GP64())
	SHLQ(U8(3), stride) // in bytes

	acc := make([][]VecVirtual, rows)
	for r := range acc {
		for range vecs {
			v := vector()
			if width == 64 {
				VPXORQ(v, v, v)
			} else {
				VXORPD(v, v, v)
			}
			acc[r] = append(acc[r], v)
		}
	}
	bv := make([]VecVirtual, vecs)
	for v := range bv {
		bv[v] = vector()
	}
	av := vector()

	Label(name + "_loop")
	for v := range bv {
		VMOVUPD(Mem{Base: b, Disp: v * width}, bv[v])
	}
	for r := range acc {
		VBROADCASTSD(Mem{Base: a, Disp: r * 8}, av)
		for v := range bv {
			VFMADD231PD(bv[v], av, acc[r][v])
		}
	}
	ADDQ(U32(rows*8), a)
	ADDQ(U32(vecs*width), b)
	DECQ(kb)
	JNZ(LabelRef(name + "_loop"))

	for r := range acc {
		for v := range bv {
			m := Mem{Base: c, Disp: v * width}
			VADDPD(m, acc[r][v], acc[r][v])
			VMOVUPD(acc[r][v], m)
		}
		if r < rows-1 {
			ADDQ(stride, c)
		}
	}
	VZEROUPPER()
	RET()
}
