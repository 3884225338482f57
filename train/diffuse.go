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

// level holds what an example at one level needs: x_t = signal·x0 + noise·ε,
// target = a·x0 + b·ε, and the weight of its loss.
type level struct{ signal, noise, a, b, weight float32 }

func newDiffuser(s *sched.Schedule, o configs.Objective, seed uint64, threads, dim int) (*diffuser, error) {
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
			signal: float32(math.Sqrt(s.AlphaBar[i])), noise: float32(math.Sqrt(1 - s.AlphaBar[i])),
			a: float32(a), b: float32(b), weight: float32(s.Weight(weighting, target, i))})
	}
	return d, nil
}

// example is where the examples of a batch go: noisy samples and targets
// (n, dim), levels and weights (n).
type example struct{ x, target, level, weight []float32 }

func newExample(n, dim int) example {
	return example{make([]float32, n*dim), make([]float32, n*dim), make([]float32, n), make([]float32, n)}
}

// first returns the first n of the batch.
func (e example) first(n int) example {
	dim := len(e.x) / len(e.level)
	return example{e.x[:n*dim], e.target[:n*dim], e.level[:n], e.weight[:n]}
}

// fill makes one example of each sample of x0 (n, dim). The level and the noise
// of sample i are functions of (seed, step, first+i) and of the purposes.
func (d *diffuser) fill(pool *par.Pool, e example, x0 []float32, forLevel, forNoise rng.Purpose, step uint64, first int) {
	n := len(e.level)
	dim := len(x0) / n
	pool.Do(n, func(i, worker int) {
		s, eps := &d.streams[worker], d.noise[worker]
		s.Reset(d.seed, forLevel, step, uint64(first+i))
		t := s.Rand().IntN(d.s.T)
		s.Reset(d.seed, forNoise, step, uint64(first+i))
		s.Normal32(eps)
		l := d.levels[t]
		e.level[i], e.weight[i] = float32(t), l.weight
		x, y := e.x[i*dim:][:dim], e.target[i*dim:][:dim]
		for k, v := range x0[i*dim:][:dim] {
			x[k] = l.signal*v + l.noise*eps[k]
			y[k] = l.a*v + l.b*eps[k]
		}
	})
}
