package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// tiles writes the inner loops of the convolution for every number of pixels.
func (v isa) tiles() {
	for g, most := range v.pixels {
		for p := 1; p <= most; p++ {
			v.tile(p, g+1)
		}
	}
}

// tile accumulates pixels × group blocks of outputs in registers over all input
// blocks, rows of taps and, along a row, taps times inputs, which are adjacent
// in memory; then it goes on to the next of rows. All strides are bytes; wStep
// is the stride of one input's weights, srcNext and dstNext those from row to row.
func (v isa) tile(pixels, group int) {
	name := fmt.Sprintf("tile%s_%dx%d", v.suffix, pixels, group)
	TEXT(name, NOSPLIT, "func(dst, src, w, bias *float32, inBlocks, srcBlock, srcRow, dstBlock, kh, kw, wStep, rows, srcNext, dstNext int)")
	const unroll = 4
	dstRow, srcRow0, left := param("dst"), param("src"), param("rows")
	blockStep, rowStep := param("srcBlock"), param("srcRow")
	kh, run, wStep := param("kh"), param("kw"), param("wStep")
	// From the end of a row of taps to the next row, and from the last row to
	// the next block.
	p := GP64()
	MOVQ(rowStep, p)
	IMULQ(kh, p)
	SUBQ(p, blockStep)
	MOVQ(run, p)
	SHLQ(Imm(6), p)
	SUBQ(p, rowStep)
	SHLQ(Imm(4), run) // inputs times taps of a row

	acc := make([][]block, pixels)
	for i := range acc {
		for range group {
			acc[i] = append(acc[i], v.block())
		}
	}
	weights := make([]block, group)
	for g := range weights {
		weights[g] = v.block()
	}
	x := v.new()
	src, w, blocks, taps, k := GP64(), GP64(), GP64(), GP64(), GP64()
	loop(label(name, "next"), left, 1, func() {
		Load(Param("bias"), p)
		for g := range group {
			v.loadTo(at(p, g*64), acc[0][g])
			for i := 1; i < pixels; i++ {
				for part, r := range acc[0][g] {
					VMOVAPS(r, acc[i][g][part])
				}
			}
		}
		MOVQ(srcRow0, src)
		Load(Param("w"), w)
		Load(Param("inBlocks"), blocks)
		loop(label(name, "block"), blocks, 1, func() {
			MOVQ(kh, taps)
			loop(label(name, "row"), taps, 1, func() {
				MOVQ(run, k)
				loop(label(name, "k"), k, unroll, func() {
					for u := range unroll {
						for g := range weights {
							v.loadTo(at(w, g*64), weights[g])
						}
						ADDQ(wStep, w)
						for i := range acc {
							m := at(src, i*64+u*4)
							if group == 1 && v.parts == 1 {
								VFMADD231PS_BCST(m, weights[0][0], acc[i][0][0])
								continue
							}
							VBROADCASTSS(m, x)
							for g := range weights {
								for part := range weights[g] {
									VFMADD231PS(x, weights[g][part], acc[i][g][part])
								}
							}
						}
					}
					ADDQ(Imm(4*unroll), src)
				})
				ADDQ(rowStep, src)
			})
			ADDQ(blockStep, src)
		})
		MOVQ(dstRow, p)
		for g := range group {
			for i := range acc {
				v.store(acc[i][g], at(p, i*64))
			}
			if g+1 < group {
				Load(Param("dstBlock"), k)
				ADDQ(k, p)
			}
		}
		Load(Param("srcNext"), k)
		ADDQ(k, srcRow0)
		Load(Param("dstNext"), k)
		ADDQ(k, dstRow)
	})
	VZEROUPPER()
	RET()
}

// weightTiles writes the inner loops of the gradient of the weights for 1 and 3
// taps along a row. Of AVX2's 16 registers two hold outputs and one an input; 16
// inputs of one tap are 6 and twice 5.
func (v isa) weightTiles() {
	if v.parts > 1 {
		v.weightTile(1, 6, 1)
		v.weightTile(1, 5, 1)
		v.weightTile(3, 2, 1)
		return
	}
	for group := 1; group <= 2; group++ {
		v.weightTile(1, 16/group, group)
		v.weightTile(3, 8/group, group)
	}
}

// weightTile keeps kw × ins × group blocks of weight gradients in registers
// while it walks over rows × width pixels. Strides are bytes: tapStep and inStep
// those of a tap and of an input in dw.
func (v isa) weightTile(kw, ins, group int) {
	name := fmt.Sprintf("weights%s_%dx%dx%d", v.suffix, kw, ins, group)
	TEXT(name, NOSPLIT, "func(dw, x, dy *float32, rows, width, xRow, dyRow, dyBlock, tapStep, inStep int)")
	dw, tap, in := param("dw"), param("tapStep"), param("inStep")
	acc := make([][][]block, kw)
	visit := func(f func(j, i, g int, m Mem)) {
		row, p := GP64(), GP64()
		MOVQ(dw, row)
		for j := range kw {
			MOVQ(row, p)
			for i := range ins {
				for g := range group {
					f(j, i, g, at(p, g*64))
				}
				ADDQ(in, p)
			}
			ADDQ(tap, row)
		}
	}
	visit(func(j, i, g int, m Mem) {
		if i == 0 && g == 0 {
			acc[j] = make([][]block, ins)
		}
		acc[j][i] = append(acc[j][i], v.load(m))
	})
	x, dy := param("x"), param("dy")
	rows, width := param("rows"), param("width")
	xRow, dyRow, dyBlock := param("xRow"), param("dyRow"), param("dyBlock")
	n := GP64()
	MOVQ(width, n) // steps from the end of a row to the next
	SHLQ(Imm(6), n)
	SUBQ(n, xRow)
	SUBQ(n, dyRow)
	d := make([]block, group)
	for g := range d {
		d[g] = v.block()
	}
	bc := v.new()
	loop(label(name, "row"), rows, 1, func() {
		MOVQ(width, n)
		loop(label(name, "pixel"), n, 1, func() {
			for g := range d {
				m := at(dy, 0)
				if g > 0 {
					m.Index, m.Scale = dyBlock, 1
				}
				v.loadTo(m, d[g])
			}
			for j := range kw {
				for i := range ins {
					m := at(x, j*64+i*4)
					if group == 1 && v.parts == 1 {
						VFMADD231PS_BCST(m, d[0][0], acc[j][i][0][0])
						continue
					}
					VBROADCASTSS(m, bc)
					for g := range d {
						for k := range d[g] {
							VFMADD231PS(bc, d[g][k], acc[j][i][g][k])
						}
					}
				}
			}
			ADDQ(Imm(64), x)
			ADDQ(Imm(64), dy)
		})
		ADDQ(xRow, x)
		ADDQ(dyRow, dy)
	})
	visit(func(j, i, g int, m Mem) { v.store(acc[j][i][g], m) })
	VZEROUPPER()
	RET()
}
