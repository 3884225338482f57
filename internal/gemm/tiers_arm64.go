package gemm

var native32 = map[string]*tier[float32]{
	"neon": {name: "neon", mr: 6, nr: 16, tile: func(t tile[float32]) { call(t, 16, tilesNEONF32[:]) },
		side: 4, transpose: func(dst, src []float32, dstRow, srcRow, blocks int) {
			callTranspose(dst, src, dstRow, srcRow, blocks, 4, transposeNEON)
		}},
}

var native64 = map[string]*tier[float64]{
	"neon": {name: "neon", mr: 6, nr: 8, tile: func(t tile[float64]) { call(t, 8, tilesNEONF64[:]) }},
}

// Tiles by rows.
var (
	tilesNEONF32 = [6]tileFunc[float32]{tileNEONF32_1, tileNEONF32_2, tileNEONF32_3, tileNEONF32_4, tileNEONF32_5, tileNEONF32_6}
	tilesNEONF64 = [6]tileFunc[float64]{tileNEONF64_1, tileNEONF64_2, tileNEONF64_3, tileNEONF64_4, tileNEONF64_5, tileNEONF64_6}
)
