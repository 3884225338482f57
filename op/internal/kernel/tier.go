package kernel

import "github.com/condmean/condmean/internal/isa"

// tier is one implementation of the inner loops.
type tier struct {
	name                             string
	tile                             func(tile)
	weightTile                       func(weightTile)
	affineSiLU                       func(affineRows)
	siluGrad                         func(siluGrad)
	linearTerm                       func(linearTerm)
	moments                          func(mean, m2, x []float32)
	sum                              func(sum, x []float32)
	adam                             func(p, g, m, v []float32, c AdamCoefs)
	winoInput, winoGrad, winoWeights func(winoTransform) // to frequencies
	winoOutput, winoWeightGrad       func(winoTransform) // and back
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
	adam:           AdamGeneric,
	winoInput:      winoInputGeneric,
	winoGrad:       winoGradGeneric,
	winoWeights:    winoWeightsGeneric,
	winoOutput:     winoOutputGeneric,
	winoWeightGrad: winoWeightGradGeneric,
}

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
