package kernel

import "github.com/condmean/condmean/internal/isa"

// tier is one implementation of the inner loops.
type tier struct {
	name                           string
	tile                           func(tile)
	weightTile                     func(weightTile)
	affineSiLU                     func(affineRows)
	siluGrad                       func(siluGrad)
	linearTerm                     func(linearTerm)
	moments                        func(mean, m2, x []float32)
	sum                            func(sum, x []float32)
	prefetch                       func(x []float32) // into the caches; nothing else changes
	transpose                      func(dst, src []float32, dstRow, srcRow int)
	adam                           func(p, g, m, v []float32, c AdamCoefs)
	mul                            func(y, a, b []float32)
	dot                            func(a, b []float32, t tmp) float32
	sumRows                        func(dst, x []float32, stride int)
	swiglu                         func(y, a, b []float32)
	swigluGrad                     func(da, db, dy, a, b []float32)
	normFilm                       func(y, x, scale, shift []float32, a affine, t tmp)
	normFilmSums                   func(ds, dy, x, scale []float32, a affine, t tmp) (sum, sumX float32)
	normFilmGrad                   func(dx, dy, x, scale []float32, a affine, mean, meanX float32, t tmp)
	gateMax                        func(q, s []float32, t tmp) float32
	gateExp                        func(y, q, s []float32, top float32, t tmp) float32
	gateGrad                       func(dq, ds, dg, g, q, s []float32, mean float32, t tmp)
	winoInput, winoGrad            func(*winoRow)      // to frequencies
	winoOutput                     func(*winoRow)      // and back
	winoWeights, winoWeightGrad    func(winoTransform) // the same of weights
	signalInput, signalGrad        func(winoTransform) // the same along one axis
	signalWhole                    func(winoTransform) // likewise, of rows without a halo
	signalWeights                  func(winoTransform)
	signalOutput, signalWeightGrad func(winoTransform)

	normMeans, normSquares, normAffine func(*NormColumns) // of the batch
	normAffineGrad, normMomentsGrad    func(*NormColumns)
}

var generic = &tier{
	name:           isa.Generic,
	tile:           tileGeneric,
	weightTile:     weightTileGeneric,
	affineSiLU:     affineSiLUGeneric,
	siluGrad:       siluGradGeneric,
	linearTerm:     linearTermGeneric,
	moments:        momentsGeneric,
	sum:            sumGeneric,
	prefetch:       func([]float32) {},
	transpose:      transposeGeneric,
	adam:           AdamGeneric,
	mul:            mulGeneric,
	dot:            dotGeneric,
	sumRows:        sumRowsGeneric,
	swiglu:         swigluGeneric,
	swigluGrad:     swigluGradGeneric,
	normFilm:       normFilmGeneric,
	normFilmSums:   normFilmSumsGeneric,
	normFilmGrad:   normFilmGradGeneric,
	gateMax:        gateMaxGeneric,
	gateExp:        gateExpGeneric,
	gateGrad:       gateGradGeneric,
	winoInput:      winoInputGeneric,
	winoGrad:       winoGradGeneric,
	winoWeights:    winoWeightsGeneric,
	winoOutput:     winoOutputGeneric,
	winoWeightGrad: winoWeightGradGeneric,

	signalInput:      signalInputGeneric,
	signalWhole:      signalWholeGeneric,
	signalGrad:       signalGradGeneric,
	signalWeights:    signalWeightsGeneric,
	signalOutput:     signalOutputGeneric,
	signalWeightGrad: signalWeightGradGeneric,

	normMeans:       normMeansGeneric,
	normSquares:     normSquaresGeneric,
	normAffine:      normAffineGeneric,
	normAffineGrad:  normAffineGradGeneric,
	normMomentsGrad: normMomentsGradGeneric,
}

// wide reports whether a register holds a whole block of 16.
func (t *tier) wide() bool { return t.name == "avx512" }

// tiers lists the tiers of this machine, fastest first.
func tiers() []*tier {
	var ts []*tier
	for _, name := range isa.Available() {
		if t := native[name]; t != nil {
			ts = append(ts, t)
		}
	}
	return append(ts, generic)
}

// pick returns the fastest tier of this machine, or the one that the
// environment asks for.
func pick() (*tier, error) {
	name, err := isa.Chosen()
	if err != nil {
		return nil, err
	}
	if t := native[name]; t != nil {
		return t, nil
	}
	return generic, nil
}
