package model

import (
	"math"
	"strings"

	"github.com/condmean/condmean/internal/rng"
)

// Init draws the weights as PyTorch's defaults do: weights and biases of
// convolutions and linear layers uniform in ±1/√fan_in (Kaiming uniform with
// a = √5), norms 1 and 0, running statistics 0 and 1.
func (net *Network) Init(seed uint64) {
	var s rng.Stream
	fanIn := 0
	for i, t := range net.state {
		switch {
		case strings.HasSuffix(t.Name, ".running_var"), isNormWeight(t):
			fill(t.Data, 1)
			fanIn = 0 // the bias that follows is a norm's
		case strings.HasSuffix(t.Name, ".weight"):
			fanIn = len(t.Data) / t.Shape[0]
			fallthrough
		case strings.HasSuffix(t.Name, ".bias") && fanIn > 0:
			bound := 1 / math.Sqrt(float64(fanIn))
			s.Reset(seed, rng.Init, 0, uint64(i))
			for k := range t.Data {
				t.Data[k] = float32((2*s.Rand().Float64() - 1) * bound)
			}
		default:
			fill(t.Data, 0)
		}
	}
}

// isNormWeight tells a norm's weight (C) from a convolution's or linear layer's.
func isNormWeight(t *Tensor) bool {
	return strings.HasSuffix(t.Name, ".weight") && len(t.Shape) == 1
}

func fill(x []float32, v float32) {
	for i := range x {
		x[i] = v
	}
}
