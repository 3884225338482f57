package main

import "fmt"

// gemm writes the inner loops of package gemm.
func (a *asm) gemm() {
	for rows := 1; rows <= gemmRows; rows++ {
		a.gemmTile(rows, 4)
		a.gemmTile(rows, 8)
	}
	a.transpose()
}

// gemmRows is the largest tile: 6 rows of 4 registers, a panel's row of 4 and a
// value of A take 29 of 32.
const gemmRows = 6

// gemmTile writes the inner loop for a tile of rows × four registers of values of
// 4 or 8 bytes: to one accumulator for each register of the tile, every k adds a
// broadcast value of A times a register of B. aRow, aCol and cRow are strides in
// bytes. The result is added to C if add is not zero; else it replaces C, with
// bias added.
func (a *asm) gemmTile(rows, bytes int) {
	bits := 8 * bytes
	signature := fmt.Sprintf("kb int, a *float%[1]d, aRow, aCol int, b, c *float%[1]d, cRow int, bias *float%[1]d, add int", bits)
	a.function(fmt.Sprintf("tileNEONF%d_%d", bits, rows), signature, 0, func() {
		kb, aRow, aCol, b := a.param("kb"), a.param("aRow"), a.param("aCol"), a.param("b")
		row := []gp{a.param("a")}
		for r := 1; r < rows; r++ {
			p := a.gp()
			a.move(p, row[r-1])
			a.add(p, aRow)
			row = append(row, p)
		}
		acc := make([]block, rows)
		for r := range acc {
			acc[r] = a.block()
			for _, v := range acc[r] {
				a.zero(v)
			}
		}
		panel, x := a.block(), a.vec()
		a.loop("k", kb, 1, func() {
			a.loadBlock(panel, b, 0)
			for r := range acc {
				a.replicate(x, row[r], aCol, bytes)
				for i, v := range acc[r] {
					a.fmlaOf(bytes, v, panel[i], x)
				}
			}
			a.addImm(b, 64)
		})
		c, cRow, bias, add := a.param("c"), a.param("cRow"), a.param("bias"), a.param("add")
		a.op("CBNZ", "%s, add", add)
		a.loadBlock(panel, bias, 0)
		for _, dst := range acc {
			for i, v := range dst {
				a.faddOf(bytes, v, v, panel[i])
			}
			a.storeBlock(dst, c, 0)
			a.add(c, cRow)
		}
		a.op("RET", "")
		a.label("add")
		for _, dst := range acc {
			a.loadBlock(panel, c, 0)
			for i, v := range dst {
				a.faddOf(bytes, v, v, panel[i])
			}
			a.storeBlock(dst, c, 0)
			a.add(c, cRow)
		}
	})
}

// transpose writes the transposes of blocks of 4×4 floats: row i of src lies
// srcRow bytes from the one before, column j becomes a row of dst, dstRow bytes
// apart. The next block begins 4 columns to the right in src.
func (a *asm) transpose() {
	a.function("transposeNEON", "dst, src *float32, srcRow, dstRow, blocks int", 0, func() {
		dst, src, srcRow, dstRow, blocks := a.param("dst"), a.param("src"), a.param("srcRow"), a.param("dstRow"), a.param("blocks")
		p := a.gp()
		r, t, y := a.block(), a.block(), a.block()
		a.loop("block", blocks, 1, func() {
			a.move(p, src)
			for _, v := range r {
				a.load(v, p, 0)
				a.add(p, srcRow)
			}
			a.zip(1, t[0], r[0], r[2])
			a.zip(1, t[1], r[1], r[3])
			a.zip(2, t[2], r[0], r[2])
			a.zip(2, t[3], r[1], r[3])
			for i := range y {
				a.zip(1+i%2, y[i], t[i&2], t[i&2+1])
				a.store(y[i], dst, 0)
				a.add(dst, dstRow)
			}
			a.addImm(src, 16)
		})
	})
}
