// Command main generates the assembly of package gemm for amd64. Run it by
//
//	go generate ./internal/gemm
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// vectors is an instruction set on one type of values.
type vectors struct {
	suffix string // of function names
	typ    string // of values
	bytes  int    // of a register
	value  int    // bytes of a value
	rows   int    // of the largest tile, of two registers a row
	new    func() VecVirtual
}

var sets = []vectors{
	{"512F32", "float32", 64, 4, 14, ZMM},
	{"512F64", "float64", 64, 8, 14, ZMM},
	{"256F32", "float32", 32, 4, 6, YMM},
	{"256F64", "float64", 32, 8, 6, YMM},
}

func main() {
	ConstraintExpr("amd64")
	for _, v := range sets {
		for rows := 1; rows <= v.rows; rows++ {
			v.tile(rows)
		}
	}
	transpose512()
	transpose256()
	Generate()
}

func (v vectors) single() bool { return v.value == 4 }

func (v vectors) zero(r VecVirtual) {
	if v.bytes == 64 {
		VPXORD(r, r, r)
	} else {
		VXORPS(r, r, r)
	}
}

func (v vectors) load(m Mem, r VecVirtual) {
	if v.single() {
		VMOVUPS(m, r)
	} else {
		VMOVUPD(m, r)
	}
}

func (v vectors) store(r VecVirtual, m Mem) {
	if v.single() {
		VMOVUPS(r, m)
	} else {
		VMOVUPD(r, m)
	}
}

func (v vectors) broadcast(m Mem, r VecVirtual) {
	if v.single() {
		VBROADCASTSS(m, r)
	} else {
		VBROADCASTSD(m, r)
	}
}

// fma is acc += a·b.
func (v vectors) fma(a, b, acc VecVirtual) {
	if v.single() {
		VFMADD231PS(a, b, acc)
	} else {
		VFMADD231PD(a, b, acc)
	}
}

func (v vectors) add(m Mem, r VecVirtual) {
	if v.single() {
		VADDPS(m, r, r)
	} else {
		VADDPD(m, r, r)
	}
}

// tile emits the inner loop for a tile of rows × two registers: one accumulator
// for each register of the tile, to which every k adds a broadcast value of A
// times a register of B. aRow, aCol and cRow are strides in bytes. The result is
// added to C if add is not zero; else it replaces C, with bias added.
func (v vectors) tile(rows int) {
	name := fmt.Sprintf("tile%s_%d", v.suffix, rows)
	TEXT(name, NOSPLIT, fmt.Sprintf("func(kb int, a *%[1]s, aRow, aCol int, b, c *%[1]s, cRow int, bias *%[1]s, add int)", v.typ))
	Pragma("noescape")
	param := func(name string) Register { return Load(Param(name), GP64()) }
	kb, a, aRow, aCol, b := param("kb"), param("a"), param("aRow"), param("aCol"), param("b")

	// Row r of A is reached from every fifth by 1, 2, 3 or 4 strides.
	aRow3 := GP64()
	LEAQ(Mem{Base: aRow, Index: aRow, Scale: 2}, aRow3)
	bases := []Register{a}
	for r := 5; r < rows; r += 5 {
		p := GP64()
		LEAQ(Mem{Base: bases[len(bases)-1], Index: aRow, Scale: 4}, p)
		ADDQ(aRow, p)
		bases = append(bases, p)
	}
	row := func(r int) Mem {
		m := Mem{Base: bases[r/5]}
		switch r % 5 {
		case 0:
		case 3:
			m.Index, m.Scale = aRow3, 1
		default:
			m.Index, m.Scale = aRow, uint8(r%5)
		}
		return m
	}

	acc := make([][2]VecVirtual, rows)
	for r := range acc {
		for i := range acc[r] {
			acc[r][i] = v.new()
			v.zero(acc[r][i])
		}
	}
	bv := [2]VecVirtual{v.new(), v.new()}
	av := v.new()
	Label(name + "_k")
	for i := range bv {
		v.load(Mem{Base: b, Disp: i * v.bytes}, bv[i])
	}
	for r := range acc {
		v.broadcast(row(r), av)
		for i := range bv {
			v.fma(bv[i], av, acc[r][i])
		}
	}
	for _, p := range bases {
		ADDQ(aCol, p)
	}
	ADDQ(U32(2*v.bytes), b)
	DECQ(kb)
	JNZ(LabelRef(name + "_k"))

	c, cRow, bias, add := param("c"), param("cRow"), param("bias"), param("add")
	each := func(f func(r, i int, m Mem)) {
		for r := range acc {
			for i := range acc[r] {
				f(r, i, Mem{Base: c, Disp: i * v.bytes})
			}
			if r < rows-1 {
				ADDQ(cRow, c)
			}
		}
		VZEROUPPER()
		RET()
	}
	TESTQ(add, add)
	JNZ(LabelRef(name + "_add"))
	for i := range bv {
		v.load(Mem{Base: bias, Disp: i * v.bytes}, bv[i])
	}
	each(func(r, i int, m Mem) {
		if v.single() {
			VADDPS(bv[i], acc[r][i], acc[r][i])
		} else {
			VADDPD(bv[i], acc[r][i], acc[r][i])
		}
		v.store(acc[r][i], m)
	})
	Label(name + "_add")
	each(func(r, i int, m Mem) {
		v.add(m, acc[r][i])
		v.store(acc[r][i], m)
	})
}

// transpose512 writes the transposes of blocks of 16×16 floats: row i of src
// lies srcRow bytes from the one before, column j becomes a row of dst, dstRow
// bytes apart. The next block begins 16 columns to the right in src.
func transpose512() {
	dst, src, srcRow, dstRow, blocks := transposeParams("transpose512")
	rows := addresses(src, srcRow, 16)
	Label("transpose512_block")
	x := make([]VecVirtual, 16)
	for i := range x {
		x[i] = ZMM()
		VMOVUPS(rows(i), x[i])
	}
	// Pairs of rows, then of pairs, then quarters of registers.
	x = butterfly(x, 1, ZMM, func(a, b, lo, hi VecVirtual) { VUNPCKLPS(b, a, lo); VUNPCKHPS(b, a, hi) })
	x = butterfly(x, 2, ZMM, func(a, b, lo, hi VecVirtual) { VUNPCKLPD(b, a, lo); VUNPCKHPD(b, a, hi) })
	// x[i] of rows 4q … 4q+3 now holds columns c(i%4) + 4·lane.
	x = butterfly(x, 4, ZMM, func(a, b, lo, hi VecVirtual) { VSHUFF32X4(Imm(0x88), b, a, lo); VSHUFF32X4(Imm(0xdd), b, a, hi) })
	x = butterfly(x, 8, ZMM, func(a, b, lo, hi VecVirtual) { VSHUFF32X4(Imm(0x88), b, a, lo); VSHUFF32X4(Imm(0xdd), b, a, hi) })
	// Unpacking gave columns 0 2 1 3 in bits 0 and 1, shuffling likewise lanes in 2 and 3.
	for j := range 16 {
		VMOVUPS(x[j&1<<1|j>>1&1|j&4|j&8], Mem{Base: dst})
		ADDQ(dstRow, dst)
	}
	advance("transpose512", rows, blocks, 64)
}

// transpose256 is the same with blocks of 8×8.
func transpose256() {
	dst, src, srcRow, dstRow, blocks := transposeParams("transpose256")
	rows := addresses(src, srcRow, 8)
	Label("transpose256_block")
	x := make([]VecVirtual, 8)
	for i := range x {
		x[i] = YMM()
		VMOVUPS(rows(i), x[i])
	}
	x = butterfly(x, 1, YMM, func(a, b, lo, hi VecVirtual) { VUNPCKLPS(b, a, lo); VUNPCKHPS(b, a, hi) })
	x = butterfly(x, 2, YMM, func(a, b, lo, hi VecVirtual) { VUNPCKLPD(b, a, lo); VUNPCKHPD(b, a, hi) })
	x = butterfly(x, 4, YMM, func(a, b, lo, hi VecVirtual) { VPERM2F128(Imm(0x20), b, a, lo); VPERM2F128(Imm(0x31), b, a, hi) })
	for j := range 8 {
		VMOVUPS(x[j&1<<1|j>>1&1|j&4], Mem{Base: dst})
		ADDQ(dstRow, dst)
	}
	advance("transpose256", rows, blocks, 32)
}

func transposeParams(name string) (dst, src, srcRow, dstRow, blocks Register) {
	TEXT(name, NOSPLIT, "func(dst, src *float32, srcRow, dstRow, blocks int)")
	Pragma("noescape")
	param := func(name string) Register { return Load(Param(name), GP64()) }
	return param("dst"), param("src"), param("srcRow"), param("dstRow"), param("blocks")
}

// butterfly combines registers whose numbers differ in one bit.
func butterfly(x []VecVirtual, bit int, reg func() VecVirtual, f func(a, b, lo, hi VecVirtual)) []VecVirtual {
	y := make([]VecVirtual, len(x))
	for i := range x {
		if i&bit == 0 {
			y[i], y[i|bit] = reg(), reg()
			f(x[i], x[i|bit], y[i], y[i|bit])
		}
	}
	return y
}

// addresses returns the addresses of n rows; the pointers behind them move on
// with advance.
func addresses(src, row Register, n int) func(i int) Mem {
	row3 := GP64()
	LEAQ(Mem{Base: row, Index: row, Scale: 2}, row3)
	bases := []Register{src}
	for i := 4; i < n; i += 4 {
		p := GP64()
		LEAQ(Mem{Base: bases[len(bases)-1], Index: row, Scale: 4}, p)
		bases = append(bases, p)
	}
	return func(i int) Mem {
		m := Mem{Base: bases[i/4]}
		switch i % 4 {
		case 1, 2:
			m.Index, m.Scale = row, uint8(i%4)
		case 3:
			m.Index, m.Scale = row3, 1
		}
		return m
	}
}

func advance(name string, rows func(i int) Mem, blocks Register, bytes int) {
	for i := 0; i < bytes/4; i += 4 {
		ADDQ(Imm(uint64(bytes)), rows(i).Base)
	}
	DECQ(blocks)
	JNZ(LabelRef(name + "_block"))
	VZEROUPPER()
	RET()
}
