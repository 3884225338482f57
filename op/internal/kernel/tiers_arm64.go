package kernel

import "unsafe"

var native = map[string]*tier{"neon": neon}

var neon = &tier{
	name:       "neon",
	tile:       func(t tile) { t.inPieces(tilesNEON) },
	weightTile: func(t weightTile) { t.inPieces(weightsNEONOne, weightsNEONThree) },
	affineSiLU: func(a affineRows) { callAffineSiLU(a, affineSiLUNEON) },
	siluGrad:   func(a siluGrad) { callSiLUGrad(a, siluGradNEON) },
	linearTerm: func(a linearTerm) { callLinearTerm(a, linearTermNEON, addTermNEON) },
	moments:    func(mean, m2, x []float32) { callMoments(mean, m2, x, momentsNEON) },
	sum:        func(sum, x []float32) { callSum(sum, x, sumNEON) },
	prefetch:   callPrefetch,
	transpose: func(dst, src []float32, dstRow, srcRow int) {
		callTranspose(dst, src, dstRow, srcRow, transposeRows)
	},
	adam:           func(p, g, m, v []float32, c AdamCoefs) { callAdam(p, g, m, v, c, adamNEON) },
	winoInput:      func(t *winoRow) { callInput(t, winoInputNEON) },
	winoGrad:       func(t *winoRow) { callGrad(t, winoGradNEON) },
	winoWeights:    func(t winoTransform) { callToFreqs(t, winoWeightsNEON) },
	winoOutput:     func(t *winoRow) { callOutput(t, winoOutputNEON) },
	winoWeightGrad: func(t winoTransform) { callFromFreqs(t, winoWeightGradNEON) },

	signalInput:      func(t winoTransform) { callSignalToFreqs(t, 6, winoTile*lane, lane, signalInputNEON) },
	signalWhole:      func(t winoTransform) { callSignalToFreqs(t, 4, winoTile*lane, lane, signalWholeNEON) },
	signalGrad:       func(t winoTransform) { callSignalToFreqs(t, 4, winoTile*lane, lane, signalGradNEON) },
	signalWeights:    func(t winoTransform) { callSignalToFreqs(t, 3, lane, t.col, signalWeightsNEON) },
	signalOutput:     func(t winoTransform) { callSignalFromFreqs(t, 4, winoTile*lane, lane, signalOutputNEON) },
	signalWeightGrad: func(t winoTransform) { callSignalFromFreqs(t, 3, lane, t.col, signalWeightGradNEON) },

	mul:        func(y, a, b []float32) { callMul(y, a, b, mulNEON) },
	dot:        func(a, b []float32, t tmp) float32 { return callDot(a, b, t, dotNEON) },
	sumRows:    func(dst, x []float32, stride int) { callSumRows(dst, x, stride, sumRowsNEON) },
	swiglu:     func(y, a, b []float32) { callSwiGLU(y, a, b, swigluNEON) },
	swigluGrad: func(da, db, dy, a, b []float32) { callSwiGLUGrad(da, db, dy, a, b, swigluGradNEON) },
	normFilm: func(y, x, scale, shift []float32, a affine, t tmp) {
		callNormFilm(y, x, scale, shift, a, t, normFilmNEON)
	},
	normFilmSums: func(ds, dy, x, scale []float32, a affine, t tmp) (sum, sumX float32) {
		return callNormFilmSums(ds, dy, x, scale, a, t, normFilmSumsNEON)
	},
	normFilmGrad: func(dx, dy, x, scale []float32, a affine, mean, meanX float32, t tmp) {
		callNormFilmGrad(dx, dy, x, scale, a, mean, meanX, t, normFilmGradNEON)
	},
	gateMax: func(q, s []float32, t tmp) float32 { return callGateMax(q, s, t, gateMaxNEON) },
	gateExp: func(y, q, s []float32, top float32, t tmp) float32 { return callGateExp(y, q, s, top, t, gateExpNEON) },
	gateGrad: func(dq, ds, dg, g, q, s []float32, mean float32, t tmp) {
		callGateGrad(dq, ds, dg, g, q, s, mean, t, gateGradNEON)
	},

	normMeans:       func(c *NormColumns) { callNormMeans(c, normMeansNEON) },
	normSquares:     func(c *NormColumns) { callNormSquares(c, normSquaresNEON) },
	normAffine:      func(c *NormColumns) { callNormAffine(c, normAffineNEON) },
	normAffineGrad:  func(c *NormColumns) { callNormAffineGrad(c, normAffineGradNEON) },
	normMomentsGrad: func(c *NormColumns) { callNormMomentsGrad(c, normMomentsGradNEON) },
}

// tilesNEON lists tiles of one output block by pixels.
var tilesNEON = []tileFunc{tileNEON_1x1, tileNEON_2x1, tileNEON_3x1, tileNEON_4x1, tileNEON_5x1, tileNEON_6x1}

// The gradient of the weights fills 16 or 24 of 32 registers.
var (
	weightsNEONOne   = []weightPiece{{4, weightsNEON_1x4x1}}
	weightsNEONThree = []weightPiece{{2, weightsNEON_3x2x1}}
)

// transposeRows takes four rows of a matrix of 16×16 at a time.
func transposeRows(dst, src *float32, dstRow, srcRow int) {
	for k := range lane / 4 {
		transposeNEON((*float32)(unsafe.Add(unsafe.Pointer(dst), 16*k)), (*float32)(unsafe.Add(unsafe.Pointer(src), 4*k*srcRow)), srcRow, dstRow, lane/4)
	}
}
