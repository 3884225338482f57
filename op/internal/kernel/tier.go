package kernel

import (
	"fmt"
	"os"
)

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
	name:           "generic",
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

// tierVariable forces a tier by name.
const tierVariable = "CONDMEAN_KERNEL"

// pick returns the fastest tier of this machine, or the one that the
// environment asks for.
func pick() (*tier, error) { return choose(os.Getenv(tierVariable), tiers()) }

// choose returns the tier of the given name, or the first of those available,
// which are listed fastest first.
func choose(name string, available []*tier) (*tier, error) {
	if name == "" {
		return available[0], nil
	}
	for _, t := range available {
		if t.name == name {
			return t, nil
		}
	}
	var names []string
	for _, t := range available {
		names = append(names, t.name)
	}
	return nil, fmt.Errorf("%s=%s: this machine has the kernels %v", tierVariable, name, names)
}
