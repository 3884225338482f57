package main

import "fmt"

// signals writes the transforms of F(4, 3), those of F(4×4, 3×3) along one axis.
func (a *asm) signals() {
	a.signalToFreqs("signalInputNEON", pixels, 6, a.transformB)
	a.signalWhole()
	a.signalToFreqs("signalGradNEON", pixels, 4, a.transformA)
	a.signalToFreqs("signalWeightsNEON", taps, 3, a.transformG)
	a.signalFromFreqs("signalOutputNEON", pixels, 4, a.transformAT)
	a.signalFromFreqs("signalWeightGradNEON", taps, 3, a.transformGT)
}

// signalToFreqs transforms rows of tiles of size values each, four channels at a
// time. Tiles of the next row follow in each frequency. Strides are bytes.
func (a *asm) signalToFreqs(name string, l layout, size int, t transform) {
	a.function(name, "dst, src *float32, rows, tiles, row, col, freq int", 0, func() {
		dst, src, rows, tiles := a.param("dst"), a.param("src"), a.param("rows"), a.param("tiles")
		row, col, freq := a.param("row"), a.param("col"), a.param("freq")
		apply := t()
		tile, n, from, to, q := a.gp(), a.gp(), a.gp(), a.gp(), a.gp()
		a.loop("row", rows, 1, func() {
			a.move(tile, src)
			a.move(n, tiles)
			a.loop("tile", n, 1, func() {
				for part := range 4 {
					a.scope(func() {
						d := a.vectors(size)
						a.addTo(from, tile, 16*part)
						a.eachColumn(l, from, q, col, size, func(c int, base gp, offset int) { a.load(d[c], base, offset) })
						a.addTo(to, dst, 16*part)
						for _, x := range apply(d) {
							a.store(x, to, 0)
							a.add(to, freq)
						}
					})
				}
				a.addImm(dst, 64)
				a.addImm(tile, l.next())
			})
			a.add(src, row)
		})
	})
}

// signalWhole is signalInput of rows without a halo, around which are zeros, four
// channels at a time. Strides are bytes.
func (a *asm) signalWhole() {
	a.function("signalWholeNEON", "dst, src *float32, rows, tiles, row, col, freq int", 0, func() {
		dst, src, rows, tiles := a.param("dst"), a.param("src"), a.param("rows"), a.param("tiles")
		row, freq := a.param("row"), a.param("freq")
		apply := a.transformB()
		tile, n, from, to := a.gp(), a.gp(), a.gp(), a.gp()
		a.loop("row", rows, 1, func() {
			for part := range 4 {
				a.scope(func() {
					a.addTo(tile, src, 16*part)
					a.addTo(from, dst, 16*part)
					a.move(n, tiles)
					d := a.vectors(6)
					a.zero(d[0])
					a.loop(fmt.Sprintf("tile%d", part), n, 1, func() {
						for c := range 4 {
							a.load(d[1+c], tile, 64*c)
						}
						a.zero(d[5])
						a.op("CMP", "$1, %s", n)
						a.op("BEQ", "last%d", part)
						a.load(d[5], tile, 256)
						a.label(fmt.Sprintf("last%d", part))
						a.scope(func() {
							a.move(to, from)
							for _, x := range apply(d) {
								a.store(x, to, 0)
								a.add(to, freq)
							}
						})
						a.mov(d[0], d[4])
						a.addImm(tile, 256)
						a.addImm(from, 64)
					})
				})
			}
			a.addTo(dst, from, -48)
			a.add(src, row)
		})
	})
}

// signalFromFreqs is the way back; a bias is added to pixels.
func (a *asm) signalFromFreqs(name string, l layout, size int, t transform) {
	a.function(name, "dst, src, bias *float32, rows, tiles, row, col, freq int", 0, func() {
		dst, src, bias, rows, tiles := a.param("dst"), a.param("src"), a.param("bias"), a.param("rows"), a.param("tiles")
		row, col, freq := a.param("row"), a.param("col"), a.param("freq")
		apply := t()
		tile, n, from, to, q := a.gp(), a.gp(), a.gp(), a.gp(), a.gp()
		a.loop("row", rows, 1, func() {
			a.move(tile, dst)
			a.move(n, tiles)
			a.loop("tile", n, 1, func() {
				for part := range 4 {
					a.scope(func() {
						m, b := a.vectors(6), a.vec()
						a.addTo(from, src, 16*part)
						for f := range m {
							a.load(m[f], from, 0)
							a.add(from, freq)
						}
						y := apply(m)
						if l == pixels {
							a.load(b, bias, 16*part)
							for _, x := range y {
								a.fadd(x, x, b)
							}
						}
						a.addTo(to, tile, 16*part)
						a.eachColumn(l, to, q, col, size, func(c int, base gp, offset int) { a.store(y[c], base, offset) })
					})
				}
				a.addImm(src, 64)
				a.addImm(tile, l.next())
			})
			a.add(dst, row)
		})
	})
}
