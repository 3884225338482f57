package kernel

var native = map[string]*tier{"avx512": avx512, "avx2": avx2}

var avx512 = &tier{
	name:           "avx512",
	tile:           tile512,
	weightTile:     weightTile512,
	affineSiLU:     func(a affineRows) { callAffineSiLU(a, affineSiLU512) },
	siluGrad:       func(a siluGrad) { callSiLUGrad(a, siluGrad512) },
	linearTerm:     func(a linearTerm) { callLinearTerm(a, linearTerm512, addTerm512) },
	moments:        func(mean, m2, x []float32) { callMoments(mean, m2, x, moments512) },
	sum:            func(sum, x []float32) { callSum(sum, x, sum512) },
	prefetch:       callPrefetch,
	transpose:      func(dst, src []float32, dstRow, srcRow int) { callTranspose(dst, src, dstRow, srcRow, transpose512) },
	adam:           func(p, g, m, v []float32, c AdamCoefs) { callAdam(p, g, m, v, c, adam512) },
	winoInput:      func(t *winoRow) { callInput(t, winoInput512) },
	winoGrad:       func(t *winoRow) { callGrad(t, winoGrad512) },
	winoWeights:    func(t winoTransform) { callToFreqs(t, winoWeights512) },
	winoOutput:     func(t *winoRow) { callOutput(t, winoOutput512) },
	winoWeightGrad: func(t winoTransform) { callFromFreqs(t, winoWeightGrad512) },

	signalInput:      func(t winoTransform) { callSignalToFreqs(t, 6, winoTile*lane, lane, signalInput512) },
	signalWhole:      func(t winoTransform) { callSignalToFreqs(t, 4, winoTile*lane, lane, signalWhole512) },
	signalGrad:       func(t winoTransform) { callSignalToFreqs(t, 4, winoTile*lane, lane, signalGrad512) },
	signalWeights:    func(t winoTransform) { callSignalToFreqs(t, 3, lane, t.col, signalWeights512) },
	signalOutput:     func(t winoTransform) { callSignalFromFreqs(t, 4, winoTile*lane, lane, signalOutput512) },
	signalWeightGrad: func(t winoTransform) { callSignalFromFreqs(t, 3, lane, t.col, signalWeightGrad512) },

	mul:        func(y, a, b []float32) { callMul(y, a, b, mul512) },
	dot:        func(a, b []float32, t tmp) float32 { return callDot(a, b, t, dot512) },
	sumRows:    func(dst, x []float32, stride int) { callSumRows(dst, x, stride, sumRows512) },
	swiglu:     func(y, a, b []float32) { callSwiGLU(y, a, b, swiglu512) },
	swigluGrad: func(da, db, dy, a, b []float32) { callSwiGLUGrad(da, db, dy, a, b, swigluGrad512) },
	normFilm: func(y, x, scale, shift []float32, a affine, t tmp) {
		callNormFilm(y, x, scale, shift, a, t, normFilm512)
	},
	normFilmSums: func(ds, dy, x, scale []float32, a affine, t tmp) (sum, sumX float32) {
		return callNormFilmSums(ds, dy, x, scale, a, t, normFilmSums512)
	},
	normFilmGrad: func(dx, dy, x, scale []float32, a affine, mean, meanX float32, t tmp) {
		callNormFilmGrad(dx, dy, x, scale, a, mean, meanX, t, normFilmGrad512)
	},
	gateMax: func(q, s []float32, t tmp) float32 { return callGateMax(q, s, t, gateMax512) },
	gateExp: func(y, q, s []float32, top float32, t tmp) float32 { return callGateExp(y, q, s, top, t, gateExp512) },
	gateGrad: func(dq, ds, dg, g, q, s []float32, mean float32, t tmp) {
		callGateGrad(dq, ds, dg, g, q, s, mean, t, gateGrad512)
	},

	normMeans:       func(c *NormColumns) { callNormMeans(c, normMeans512) },
	normSquares:     func(c *NormColumns) { callNormSquares(c, normSquares512) },
	normAffine:      func(c *NormColumns) { callNormAffine(c, normAffine512) },
	normAffineGrad:  func(c *NormColumns) { callNormAffineGrad(c, normAffineGrad512) },
	normMomentsGrad: func(c *NormColumns) { callNormMomentsGrad(c, normMomentsGrad512) },
}

var avx2 = &tier{
	name:           "avx2",
	tile:           tile256,
	weightTile:     weightTile256,
	affineSiLU:     func(a affineRows) { callAffineSiLU(a, affineSiLU256) },
	siluGrad:       func(a siluGrad) { callSiLUGrad(a, siluGrad256) },
	linearTerm:     func(a linearTerm) { callLinearTerm(a, linearTerm256, addTerm256) },
	moments:        func(mean, m2, x []float32) { callMoments(mean, m2, x, moments256) },
	sum:            func(sum, x []float32) { callSum(sum, x, sum256) },
	prefetch:       callPrefetch,
	transpose:      func(dst, src []float32, dstRow, srcRow int) { callTranspose(dst, src, dstRow, srcRow, transpose256) },
	adam:           func(p, g, m, v []float32, c AdamCoefs) { callAdam(p, g, m, v, c, adam256) },
	winoInput:      func(t *winoRow) { callInput(t, winoInput256) },
	winoGrad:       func(t *winoRow) { callGrad(t, winoGrad256) },
	winoWeights:    func(t winoTransform) { callToFreqs(t, winoWeights256) },
	winoOutput:     func(t *winoRow) { callOutput(t, winoOutput256) },
	winoWeightGrad: func(t winoTransform) { callFromFreqs(t, winoWeightGrad256) },

	signalInput:      func(t winoTransform) { callSignalToFreqs(t, 6, winoTile*lane, lane, signalInput256) },
	signalWhole:      func(t winoTransform) { callSignalToFreqs(t, 4, winoTile*lane, lane, signalWhole256) },
	signalGrad:       func(t winoTransform) { callSignalToFreqs(t, 4, winoTile*lane, lane, signalGrad256) },
	signalWeights:    func(t winoTransform) { callSignalToFreqs(t, 3, lane, t.col, signalWeights256) },
	signalOutput:     func(t winoTransform) { callSignalFromFreqs(t, 4, winoTile*lane, lane, signalOutput256) },
	signalWeightGrad: func(t winoTransform) { callSignalFromFreqs(t, 3, lane, t.col, signalWeightGrad256) },

	mul:        func(y, a, b []float32) { callMul(y, a, b, mul256) },
	dot:        func(a, b []float32, t tmp) float32 { return callDot(a, b, t, dot256) },
	sumRows:    func(dst, x []float32, stride int) { callSumRows(dst, x, stride, sumRows256) },
	swiglu:     func(y, a, b []float32) { callSwiGLU(y, a, b, swiglu256) },
	swigluGrad: func(da, db, dy, a, b []float32) { callSwiGLUGrad(da, db, dy, a, b, swigluGrad256) },
	normFilm: func(y, x, scale, shift []float32, a affine, t tmp) {
		callNormFilm(y, x, scale, shift, a, t, normFilm256)
	},
	normFilmSums: func(ds, dy, x, scale []float32, a affine, t tmp) (sum, sumX float32) {
		return callNormFilmSums(ds, dy, x, scale, a, t, normFilmSums256)
	},
	normFilmGrad: func(dx, dy, x, scale []float32, a affine, mean, meanX float32, t tmp) {
		callNormFilmGrad(dx, dy, x, scale, a, mean, meanX, t, normFilmGrad256)
	},
	gateMax: func(q, s []float32, t tmp) float32 { return callGateMax(q, s, t, gateMax256) },
	gateExp: func(y, q, s []float32, top float32, t tmp) float32 { return callGateExp(y, q, s, top, t, gateExp256) },
	gateGrad: func(dq, ds, dg, g, q, s []float32, mean float32, t tmp) {
		callGateGrad(dq, ds, dg, g, q, s, mean, t, gateGrad256)
	},

	normMeans:       func(c *NormColumns) { callNormMeans(c, normMeans256) },
	normSquares:     func(c *NormColumns) { callNormSquares(c, normSquares256) },
	normAffine:      func(c *NormColumns) { callNormAffine(c, normAffine256) },
	normAffineGrad:  func(c *NormColumns) { callNormAffineGrad(c, normAffineGrad256) },
	normMomentsGrad: func(c *NormColumns) { callNormMomentsGrad(c, normMomentsGrad256) },
}
