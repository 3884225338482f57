package kernel

var tiles512 = [maxGroup][maxPixels]tileFunc{
	{tile512_1x1, tile512_2x1, tile512_3x1, tile512_4x1, tile512_5x1, tile512_6x1, tile512_7x1,
		tile512_8x1, tile512_9x1, tile512_10x1, tile512_11x1, tile512_12x1, tile512_13x1, tile512_14x1},
	{tile512_1x2, tile512_2x2, tile512_3x2, tile512_4x2, tile512_5x2, tile512_6x2, tile512_7x2,
		tile512_8x2, tile512_9x2, tile512_10x2, tile512_11x2, tile512_12x2, tile512_13x2, tile512_14x2},
}

func tile512(t tile) {
	dst, src, w, bias := t.check()
	tiles512[t.group-1][t.pixels-1](dst, src, w, bias, t.inBlocks, 4*t.srcBlock, 4*t.srcRow, 4*t.dstBlock, t.kh, t.kw, 4*lane*t.group,
		t.rows, 4*t.srcNext, 4*t.dstNext)
}

var tiles256 = []tileFunc{tile256_1x1, tile256_2x1, tile256_3x1, tile256_4x1, tile256_5x1, tile256_6x1}

// tile256 takes 12 of 16 registers for six pixels.
func tile256(t tile) { t.inPieces(tiles256) }

func weightTile512(t weightTile) {
	dw, x, dy := t.check()
	in := t.group * lane
	call := func(f weightFunc) {
		f(dw, x, dy, t.rows, t.width, 4*t.xRow, 4*t.dyRow, 4*t.dyBlock, 4*t.ins*in, 4*in)
	}
	switch {
	case t.kw == 3 && t.group == 2:
		call(weights512_3x4x2)
	case t.kw == 3:
		call(weights512_3x8x1)
	case t.group == 1:
		call(weights512_1x16x1)
	default: // half of the inputs at a time
		call(weights512_1x8x2)
		dw, x = &t.dw[lane/2*in], &t.x[lane/2]
		call(weights512_1x8x2)
	}
}

// weightTile256 fills 12 or 10 of 16 registers, which is more than the units of
// multiplication need, and with two outputs' and one input's all.
func weightTile256(t weightTile) { t.inPieces(weights256One, weights256Three) }

var (
	weights256One   = []weightPiece{{6, weights256_1x6x1}, {5, weights256_1x5x1}, {5, weights256_1x5x1}}
	weights256Three = []weightPiece{{2, weights256_3x2x1}}
)
