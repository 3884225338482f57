package main

import "fmt"

// rowParams loads the pointers to a number of rows of pixels.
func (a *asm) rowParams(n int) []gp {
	rows := make([]gp, n)
	for i := range rows {
		rows[i] = a.param(fmt.Sprintf("row%d", i))
	}
	return rows
}

// sixfold returns 6·x; q is used on the way.
func (a *asm) sixfold(x, q gp) gp {
	y := a.gp()
	a.shift(y, x, 1)
	a.shift(q, x, 2)
	a.add(y, q)
	return y
}

// nextPixel goes on by a block in each row.
func (a *asm) nextPixel(rows ...gp) {
	for _, r := range rows {
		a.addImm(r, 64)
	}
}

// planeToFreqs transforms a row of tiles of size×size pixels, four channels at a time:
// first down the columns of rows of pixels, into the columns of six rows of a band,
// then along those rows from tile on, where tiles begin four columns apart. Strides are
// bytes.
func (a *asm) planeToFreqs(name string, size int, t transform) {
	names := "row0, row1, row2, row3"
	if size == 6 {
		names += ", row4, row5"
	}
	a.function(name, "dst, "+names+", columns, tile *float32, pixels, tiles, bandRow, freq int", 0, func() {
		apply := t()
		rows, column, n, bandRow := a.rowParams(size), a.param("columns"), a.param("pixels"), a.param("bandRow")
		from, to, q := a.gp(), a.gp(), a.gp()
		a.loop("pixel", n, 1, func() {
			for part := range 4 {
				a.addTo(to, column, 16*part)
				a.scope(func() {
					d := a.vectors(size)
					for r := range d {
						a.load(d[r], rows[r], 16*part)
					}
					for _, x := range apply(d) {
						a.store(x, to, 0)
						a.add(to, bandRow)
					}
				})
			}
			a.nextPixel(append(rows, column)...)
		})
		dst, tile, freq := a.param("dst"), a.param("tile"), a.param("freq")
		freq6 := a.sixfold(freq, q)
		a.reload("tiles", n)
		a.loop("tile", n, 1, func() {
			for part := range 4 {
				a.addTo(from, tile, 16*part)
				a.addTo(to, dst, 16*part)
				for range 6 {
					a.scope(func() {
						d := a.vectors(size)
						for c := range d {
							a.load(d[c], from, 64*c)
						}
						a.move(q, to)
						for _, x := range apply(d) {
							a.store(x, q, 0)
							a.add(q, freq6)
						}
					})
					a.add(from, bandRow)
					a.add(to, freq)
				}
			}
			a.addImm(dst, 64)
			a.addImm(tile, pixels.next())
		})
	})
}

// planeFromFreqs is the way back to 4×4 pixels and adds a bias, tile by tile: first along
// the rows into six values of each of four columns, then down as many columns as there
// are pixels left.
func (a *asm) planeFromFreqs(name string, t transform) {
	a.function(name, "row0, row1, row2, row3, src, bias, columns *float32, pixels, freq int", 0, func() {
		apply := t()
		rows, src, bias, left := a.rowParams(4), a.param("src"), a.param("bias"), a.param("pixels")
		columns, freq, from, q, n := a.param("columns"), a.param("freq"), a.gp(), a.gp(), a.gp()
		freq6 := a.sixfold(freq, q)
		a.loop("tile", left, 4, func() {
			for part := range 4 {
				a.addTo(from, src, 16*part)
				for g := range 6 {
					a.scope(func() {
						m := a.vectors(6)
						a.move(q, from)
						for f := range m {
							a.load(m[f], q, 0)
							a.add(q, freq6)
						}
						for c, x := range apply(m) {
							a.store(x, columns, (c*6+g)*64+16*part)
						}
					})
					a.add(from, freq)
				}
			}
			a.addImm(src, 64)
			a.op("MOVD", "$4, %s", n)
			a.op("CMP", "%s, %s", n, left)
			a.op("CSEL", "LT, %s, %s, %s", left, n, n)
			a.move(from, columns)
			a.loop("pixel", n, 1, func() {
				for part := range 4 {
					a.scope(func() {
						m, b := a.vectors(6), a.vec()
						for g := range m {
							a.load(m[g], from, g*64+16*part)
						}
						a.load(b, bias, 16*part)
						for r, x := range apply(m) {
							a.fadd(x, x, b)
							a.store(x, rows[r], 16*part)
						}
					})
				}
				a.addImm(from, 6*64)
				a.nextPixel(rows...)
			})
		})
	})
}
