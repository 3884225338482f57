package train

import (
	"cmp"
	"math"

	"github.com/condmean/condmean/configs"
)

// LearningRate returns the learning rate of a step, counted from 1, out of
// total: a linear warm-up, then by train.schedule
//
//	constant      lr
//	cosine        lr·(1+cos πp)/2
//	step          lr·decay^⌊(drops+1)·p⌋, decay 0.1 and drops 2 by default
//	exponential   lr·decay^p, decay 0.01 by default
//
// where p in [0,1] is the share of the steps after the warm-up that were taken
// before this one.
func LearningRate(c configs.Train, step, total int) float64 {
	if step <= c.Warmup {
		return c.LR * float64(step) / float64(c.Warmup)
	}
	p := min(float64(step-c.Warmup-1)/float64(max(total-c.Warmup, 1)), 1)
	switch c.Schedule {
	case "cosine":
		return c.LR * (1 + math.Cos(math.Pi*p)) / 2
	case "step":
		return c.LR * math.Pow(cmp.Or(c.Decay, 0.1), math.Floor(float64(cmp.Or(c.Drops, 2)+1)*p))
	case "exponential":
		return c.LR * math.Pow(cmp.Or(c.Decay, 0.01), p)
	}
	return c.LR
}
