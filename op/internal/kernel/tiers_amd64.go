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
	adam:           func(p, g, m, v []float32, c AdamCoefs) { callAdam(p, g, m, v, c, adam512) },
	winoInput:      func(t winoTransform) { callToFreqs(t, 6, winoTile*lane, lane, winoInput512) },
	winoGrad:       func(t winoTransform) { callToFreqs(t, 4, winoTile*lane, lane, winoGrad512) },
	winoWeights:    func(t winoTransform) { callToFreqs(t, 3, lane, t.col, winoWeights512) },
	winoOutput:     func(t winoTransform) { callFromFreqs(t, 4, winoTile*lane, lane, winoOutput512) },
	winoWeightGrad: func(t winoTransform) { callFromFreqs(t, 3, lane, t.col, winoWeightGrad512) },
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
	adam:           func(p, g, m, v []float32, c AdamCoefs) { callAdam(p, g, m, v, c, adam256) },
	winoInput:      func(t winoTransform) { callToFreqs(t, 6, winoTile*lane, lane, winoInput256) },
	winoGrad:       func(t winoTransform) { callToFreqs(t, 4, winoTile*lane, lane, winoGrad256) },
	winoWeights:    func(t winoTransform) { callToFreqs(t, 3, lane, t.col, winoWeights256) },
	winoOutput:     func(t winoTransform) { callFromFreqs(t, 4, winoTile*lane, lane, winoOutput256) },
	winoWeightGrad: func(t winoTransform) { callFromFreqs(t, 3, lane, t.col, winoWeightGrad256) },
}
