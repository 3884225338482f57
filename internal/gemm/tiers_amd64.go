package gemm

var native32 = map[string]*tier[float32]{
	"avx512": {name: "avx512", mr: 14, nr: 32, tile: func(t tile[float32]) { call(t, 32, tiles512F32[:]) },
		side: 16, transpose: func(dst, src []float32, dstRow, srcRow, blocks int) {
			callTranspose(dst, src, dstRow, srcRow, blocks, 16, transpose512)
		}},
	"avx2": {name: "avx2", mr: 6, nr: 16, tile: func(t tile[float32]) { call(t, 16, tiles256F32[:]) },
		side: 8, transpose: func(dst, src []float32, dstRow, srcRow, blocks int) {
			callTranspose(dst, src, dstRow, srcRow, blocks, 8, transpose256)
		}},
}

var native64 = map[string]*tier[float64]{
	"avx512": {name: "avx512", mr: 14, nr: 16, tile: func(t tile[float64]) { call(t, 16, tiles512F64[:]) }},
	"avx2":   {name: "avx2", mr: 6, nr: 8, tile: func(t tile[float64]) { call(t, 8, tiles256F64[:]) }},
}

// Tiles by rows.
var (
	tiles512F32 = [14]tileFunc[float32]{tile512F32_1, tile512F32_2, tile512F32_3, tile512F32_4, tile512F32_5, tile512F32_6, tile512F32_7,
		tile512F32_8, tile512F32_9, tile512F32_10, tile512F32_11, tile512F32_12, tile512F32_13, tile512F32_14}
	tiles512F64 = [14]tileFunc[float64]{tile512F64_1, tile512F64_2, tile512F64_3, tile512F64_4, tile512F64_5, tile512F64_6, tile512F64_7,
		tile512F64_8, tile512F64_9, tile512F64_10, tile512F64_11, tile512F64_12, tile512F64_13, tile512F64_14}
	tiles256F32 = [6]tileFunc[float32]{tile256F32_1, tile256F32_2, tile256F32_3, tile256F32_4, tile256F32_5, tile256F32_6}
	tiles256F64 = [6]tileFunc[float64]{tile256F64_1, tile256F64_2, tile256F64_3, tile256F64_4, tile256F64_5, tile256F64_6}
)
