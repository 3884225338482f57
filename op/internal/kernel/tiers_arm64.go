package kernel

var native = map[string]*tier{"neon": neon}

var neon = &tier{
	name:           "neon",
	tile:           func(t tile) { t.inPieces(tilesNEON) },
	weightTile:     func(t weightTile) { t.inPieces(weightsNEON_1x4x1, weightsNEON_3x2x1) },
	affineSiLU:     func(a affineRows) { callAffineSiLU(a, affineSiLUNEON) },
	siluGrad:       func(a siluGrad) { callSiLUGrad(a, siluGradNEON) },
	linearTerm:     func(a linearTerm) { callLinearTerm(a, linearTermNEON, addTermNEON) },
	moments:        func(mean, m2, x []float32) { callMoments(mean, m2, x, momentsNEON) },
	sum:            func(sum, x []float32) { callSum(sum, x, sumNEON) },
	adam:           func(p, g, m, v []float32, c AdamCoefs) { callAdam(p, g, m, v, c, adamNEON) },
	winoInput:      func(t winoTransform) { callToFreqs(t, 6, winoTile*lane, lane, winoInputNEON) },
	winoGrad:       func(t winoTransform) { callToFreqs(t, 4, winoTile*lane, lane, winoGradNEON) },
	winoWeights:    func(t winoTransform) { callToFreqs(t, 3, lane, t.col, winoWeightsNEON) },
	winoOutput:     func(t winoTransform) { callFromFreqs(t, 4, winoTile*lane, lane, winoOutputNEON) },
	winoWeightGrad: func(t winoTransform) { callFromFreqs(t, 3, lane, t.col, winoWeightGradNEON) },
}

// tilesNEON lists tiles of one output block by pixels.
var tilesNEON = []tileFunc{tileNEON_1x1, tileNEON_2x1, tileNEON_3x1, tileNEON_4x1, tileNEON_5x1, tileNEON_6x1}
