package onnx

import (
	"math"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/sched"
)

// levels are the tables of a schedule that a denoiser's file holds: what is known of
// each level before any observation.
type levels struct {
	schedule *sched.Schedule
	trained  *sched.Schedule // whose indices the network is fed
	target   sched.Target
}

func newLevels(c configs.Config) (*levels, error) {
	s, err := sched.New(c.Schedule)
	if err != nil {
		return nil, err
	}
	target, err := sched.ParseTarget(c.Objective.Target)
	if err != nil {
		return nil, err
	}
	l := &levels{schedule: s, trained: s, target: target}
	if c.Adapt.Remapped() {
		l.trained, err = sched.New(c.Adapt.Levels)
	}
	return l, err
}

// each returns f of every level.
func (l *levels) each(f func(i int) float64) []float64 {
	v := make([]float64, l.schedule.T)
	for i := range v {
		v[i] = f(i)
	}
	return v
}

// fed is the index that the network gets at a level.
func (l *levels) fed(i int) float64 {
	if l.trained == l.schedule {
		return float64(i)
	}
	return l.trained.Index(l.schedule.SNR[i])
}

// noise returns c and d of ε̂ = c·x + d·out, where out is what the network predicts.
func (l *levels) noise(i int) (c, d float64) {
	at := l.schedule.At(float64(i))
	// NoiseFrom is linear in both.
	var e [1]float64
	l.schedule.NoiseFrom(l.target, e[:], []float64{0}, []float64{1}, at)
	c = e[0]
	l.schedule.NoiseFrom(l.target, e[:], []float64{1}, []float64{0}, at)
	return c, e[0]
}

// oneShot returns p and q of the estimate x̂0 = p·x + q·out at a level.
func (l *levels) oneShot(i int) (p, q float64) {
	c, d := l.noise(i)
	signal, noise := math.Sqrt(l.schedule.AlphaBar[i]), math.Sqrt(1-l.schedule.AlphaBar[i])
	if l.target == sched.TargetX0 {
		return 0, 1 // free of the rounding of two inverse maps
	}
	return (1 - noise*c) / signal, -noise * d / signal
}

// step returns p and q of the chain's step p·x + q·out from a level to the next.
func (l *levels) step(i int) (p, q float64) {
	c, d := l.noise(i)
	beta := l.schedule.Beta[i]
	k, r := beta/math.Sqrt(1-l.schedule.AlphaBar[i]), 1/math.Sqrt(1-beta)
	return (1 - k*c) * r, -k * d * r
}
