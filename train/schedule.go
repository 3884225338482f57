package train

import (
	"math"

	"github.com/condmean/condmean/configs"
)

// LearningRate returns the learning rate of a step, counted from 1, out of
// total: a linear warm-up, then constant or a cosine to zero.
func LearningRate(c configs.Train, step, total int) float64 {
	if step <= c.Warmup {
		return c.LR * float64(step) / float64(c.Warmup)
	}
	if c.Schedule == "cosine" {
		progress := float64(step-c.Warmup-1) / float64(max(total-c.Warmup, 1))
		return c.LR * (1 + math.Cos(math.Pi*min(progress, 1))) / 2
	}
	return c.LR
}

// EMADecay returns the decay of the averaged weights after a step: it rises to
// decay, so that the average forgets the initial weights.
func EMADecay(decay float64, step int) float64 {
	return min(decay, float64(1+step)/float64(10+step))
}
