package train

import (
	"math"

	"github.com/condmean/condmean/configs"
)

// Constants of the learning-rate schedules that fall: step multiplies by
// stepFactor after each third of the run, exponential ends at expEnd.
const (
	stepFactor = 0.1
	expEnd     = 0.01
)

// LearningRate returns the learning rate of a step, counted from 1, out of
// total: a linear warm-up, then by train.schedule
//
//	constant      lr
//	cosine        lr·(1+cos πp)/2
//	step          lr·0.1^⌊3p⌋
//	exponential   lr·0.01^p
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
		return c.LR * math.Pow(stepFactor, math.Floor(3*p))
	case "exponential":
		return c.LR * math.Pow(expEnd, p)
	}
	return c.LR
}
