package train

import (
	"fmt"
	"math"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/sched"
)

// diffuser makes training examples of the forward process.
type diffuser struct {
	s       *sched.Schedule
	target  sched.Target
	seed    uint64
	levels  []level // by index
	streams []rng.Stream
	noise   [][]float32 // scratch of each worker
}

// level holds what an example at one level needs: x_t = signal·x0 + noise·z,
// target = a·x0 + b·z with z ~ N(0,1) = ε/std, the weight of its loss, and the
// index for the network.
type level struct{ signal, noise, a, b, weight, index float32 }

// newDiffuser returns the forward process with ε ~ N(0, std²) a real value.
func newDiffuser(s *sched.Schedule, o configs.Objective, std float64, seed uint64, threads, dim int) (*diffuser, error) {
	target, err := sched.ParseTarget(o.Target)
	if err != nil {
		return nil, fmt.Errorf("objective.target: %w", err)
	}
	weighting, err := sched.ParseWeighting(o.Weighting)
	if err != nil {
		return nil, fmt.Errorf("objective.weighting: %w", err)
	}
	d := &diffuser{s: s, target: target, seed: seed, streams: make([]rng.Stream, threads), noise: make([][]float32, threads)}
	for i := range d.noise {
		d.noise[i] = make([]float32, dim)
	}
	for i := range s.T {
		a, b := s.TargetCoef(target, i)
		d.levels = append(d.levels, level{
			signal: float32(math.Sqrt(s.AlphaBar[i])), noise: float32(std * math.Sqrt(1-s.AlphaBar[i])),
			a: float32(a), b: float32(std * b), weight: float32(s.Weight(weighting, target, i)), index: float32(i)})
	}
	return d, nil
}

// configuredDiffuser returns the forward process of a configuration, with the
// levels its network is fed.
func configuredDiffuser(cfg configs.Config, threads, dim int) (*diffuser, error) {
	s, err := sched.New(cfg.Schedule)
	if err != nil {
		return nil, err
	}
	d, err := newDiffuser(s, cfg.Objective, cfg.Data.NoiseStd(), cfg.Seed, threads, dim)
	if err != nil || !cfg.Adapt.Remapped() {
		return d, err
	}
	trained, err := sched.New(cfg.Adapt.Levels)
	if err != nil {
		return nil, fmt.Errorf("adapt.levels: %w", err)
	}
	d.remap(trained)
	return d, nil
}

// remap feeds the network the indices of the schedule it was trained on, at
// levels of equal SNR.
func (d *diffuser) remap(trained *sched.Schedule) {
	for i := range d.levels {
		d.levels[i].index = float32(trained.Index(d.s.SNR[i]))
	}
}

// at returns the level of a sample, a function of (seed, step, sample) and of
// the purpose.
func (d *diffuser) at(s *rng.Stream, purpose rng.Purpose, step uint64, sample int) int {
	s.Reset(d.seed, purpose, step, uint64(sample))
	return s.Rand().IntN(d.s.T)
}

// fill makes one example of each sample of x0 (n, dim). The level and the noise
// of sample i are functions of (seed, step, first+i) and of the purposes.
func (d *diffuser) fill(pool *par.Pool, e example, x0 []float32, forLevel, forNoise rng.Purpose, step uint64, first int) {
	n := len(e.level)
	dim := len(x0) / n
	pool.Do(n, func(i, worker int) {
		s, z := &d.streams[worker], d.noise[worker]
		t := d.at(s, forLevel, step, first+i)
		s.Reset(d.seed, forNoise, step, uint64(first+i))
		s.Normal32(z)
		l := d.levels[t]
		e.level[i], e.weight[i] = l.index, l.weight
		x, y := e.x[i*dim:][:dim], e.target[i*dim:][:dim]
		for k, v := range x0[i*dim:][:dim] {
			x[k] = l.signal*v + l.noise*z[k]
			y[k] = l.a*v + l.b*z[k]
		}
	})
}
