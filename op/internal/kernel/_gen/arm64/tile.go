package main

import "fmt"

// maxPixels is the largest tile: 6·4 accumulators, 6 inputs and 2 weights fill
// the 32 vector registers.
const maxPixels = 6

// tile writes the inner loop of the convolution for a number of pixels and one
// block of outputs. It accumulates in registers over all input blocks, rows of
// taps and, along a row, taps times inputs, which are adjacent in memory; then it
// goes on to the next of rows. All strides are bytes; wStep is the stride of one
// input's weights, srcNext and dstNext those from row to row.
//
// Four inputs of a pixel are loaded at once, and each multiplies weights by
// element, so that 22 loads serve 96 multiplications.
func (a *asm) tile(pixels int) {
	const signature = "dst, src, w, bias *float32, inBlocks, srcBlock, srcRow, dstBlock, kh, kw, wStep, rows, srcNext, dstNext int"
	a.function(fmt.Sprintf("tileNEON_%dx1", pixels), signature, 0, func() {
		dst, srcFirst, rows := a.param("dst"), a.param("src"), a.param("rows")
		blockStep, rowStep := a.param("srcBlock"), a.param("srcRow")
		kh, run, wStep := a.param("kh"), a.param("kw"), a.param("wStep")
		w0, bias, inBlocks := a.param("w"), a.param("bias"), a.param("inBlocks")
		srcNext, dstNext := a.param("srcNext"), a.param("dstNext")
		src, w, blocks, taps, k := a.gp(), a.gp(), a.gp(), a.gp(), a.gp()

		a.say("From the end of the last row of taps to the next block, and from the")
		a.say("end of a row of taps to the next row; run = inputs times taps of a row.")
		a.move(k, rowStep)
		a.mul(k, kh)
		a.sub(blockStep, k)
		a.shift(k, run, 6)
		a.sub(rowStep, k)
		a.shift(run, run, 4)

		acc := make([]block, pixels)
		for p := range acc {
			acc[p] = a.block()
		}
		x, weights := a.vectors(pixels), a.vectors(2)
		a.loop("next", rows, 1, func() {
			a.loadBlock(acc[0], bias, 0)
			for _, b := range acc[1:] {
				for i := range b {
					a.mov(b[i], acc[0][i])
				}
			}
			a.move(src, srcFirst)
			a.move(w, w0)
			a.move(blocks, inBlocks)
			a.loop("block", blocks, 1, func() {
				a.move(taps, kh)
				a.loop("row", taps, 1, func() {
					a.move(k, run)
					a.loop("k", k, 4, func() {
						for p := range x {
							a.load(x[p], src, 64*p)
						}
						for input := range 4 {
							for half := range 2 {
								a.loadPair(weights[0], weights[1], w, 32*half)
								for p := range acc {
									a.fmlaElement(acc[p][2*half], weights[0], x[p], input)
									a.fmlaElement(acc[p][2*half+1], weights[1], x[p], input)
								}
							}
							a.add(w, wStep)
						}
						a.addImm(src, 16)
					})
					a.add(src, rowStep)
				})
				a.add(src, blockStep)
			})
			for p, b := range acc {
				a.storeBlock(b, dst, 64*p)
			}
			a.add(srcFirst, srcNext)
			a.add(dst, dstNext)
		})
	})
}

// weightTile keeps the gradients of kw taps × ins inputs × 16 outputs in
// registers while it walks over rows × width pixels. Strides are bytes: tapStep
// and inStep those of a tap and of an input in dw. dyBlock is not used, for there
// is one block of outputs.
func (a *asm) weightTile(kw, ins int) {
	const signature = "dw, x, dy *float32, rows, width, xRow, dyRow, dyBlock, tapStep, inStep int"
	a.function(fmt.Sprintf("weightsNEON_%dx%dx1", kw, ins), signature, 0, func() {
		dw, tapStep, inStep := a.param("dw"), a.param("tapStep"), a.param("inStep")
		x, dy, rows, width := a.param("x"), a.param("dy"), a.param("rows"), a.param("width")
		xRow, dyRow := a.param("xRow"), a.param("dyRow")
		tap, p, n := a.gp(), a.gp(), a.gp()
		acc := make([][]block, kw)
		for j := range acc {
			for range ins {
				acc[j] = append(acc[j], a.block())
			}
		}
		visit := func(f func(b block, base gp, offset int)) {
			a.move(tap, dw)
			for j := range acc {
				a.move(p, tap)
				for _, b := range acc[j] {
					f(b, p, 0)
					a.add(p, inStep)
				}
				a.add(tap, tapStep)
			}
		}
		visit(a.loadBlock)

		a.say("From the end of a row to the next.")
		a.shift(n, width, 6)
		a.sub(xRow, n)
		a.sub(dyRow, n)
		d, inputs := a.block(), a.vectors(kw)
		a.loop("row", rows, 1, func() {
			a.move(n, width)
			a.loop("pixel", n, 1, func() {
				a.loadBlock(d, dy, 0)
				for j := range inputs {
					if ins == 2 {
						a.load2(inputs[j], x, 64*j)
					} else {
						a.load(inputs[j], x, 64*j)
					}
				}
				for j := range acc {
					for i, b := range acc[j] {
						for k := range b {
							a.fmlaElement(b[k], d[k], inputs[j], i)
						}
					}
				}
				a.addImm(x, 64)
				a.addImm(dy, 64)
			})
			a.add(x, xRow)
			a.add(dy, dyRow)
		})
		visit(a.storeBlock)
	})
}
