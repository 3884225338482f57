package train

import (
	"context"
	"math"
	"strconv"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/sched"
)

// network is what validation needs of a model.
type network interface {
	// Predict writes the output for samples x at the given levels, in
	// inference mode.
	Predict(out, x, level []float32) error
}

// validator computes the loss on the validation split with noise and levels
// that are the same at every call, in batches of one size.
type validator struct {
	set     *data.Set
	group   dist.Group // whose ranks share the batches
	d       *diffuser
	l1      bool
	pool    *par.Pool
	bins    []float64 // SNRs in dB
	binOf   []int     // by level: the nearest SNR
	x0, out []float32
	e       example
}

// loss is the result of a validation.
type loss struct {
	mean  float64
	bySNR map[string]float64 // mean over the levels nearest to each of the evaluator's SNRs, in dB
}

func newValidator(set *data.Set, d *diffuser, cfg configs.Config, pool *par.Pool) (*validator, error) {
	bins, err := configs.ParseRange(cfg.Eval.SNR)
	if err != nil {
		return nil, err
	}
	n, dim := min(cfg.Train.Batch, set.Val.Len()), set.Dim()
	return &validator{set: set, group: dist.Single{}, d: d, l1: cfg.Objective.Loss == "l1", pool: pool, bins: bins, binOf: nearestBins(d.s, bins),
		x0: make([]float32, n*dim), out: make([]float32, n*dim), e: newExample(n, dim)}, nil
}

// nearestBins returns for each level the index of the SNR nearest to it in dB.
func nearestBins(s *sched.Schedule, bins []float64) []int {
	of := make([]int, s.T)
	for t := range of {
		for b, db := range bins {
			if math.Abs(s.SNRdB(t)-db) < math.Abs(s.SNRdB(t)-bins[of[t]]) {
				of[t] = b
			}
		}
	}
	return of
}

// loss returns the weighted mean loss of a network. Samples are added up one after
// the other, whichever rank had them.
func (v *validator) loss(ctx context.Context, u network) (loss, error) {
	n, size := v.set.Val.Len(), len(v.e.level)
	batches, err := dist.Map(v.group, (n+size-1)/size, func(k int) ([]float64, error) { return v.batch(ctx, u, k*size) })
	if err != nil {
		return loss{}, err
	}
	var stream rng.Stream
	sum, sums, counts := 0.0, make([]float64, len(v.bins)), make([]int, len(v.bins))
	for k, losses := range batches {
		for i, one := range losses {
			bin := v.binOf[v.d.at(&stream, rng.ValLevel, 0, k*size+i)]
			sum += one
			sums[bin] += one
			counts[bin]++
		}
	}
	l := loss{mean: sum / float64(n), bySNR: map[string]float64{}}
	for b, c := range counts {
		if c > 0 && finite(sums[b]) {
			l.bySNR[strconv.FormatFloat(v.bins[b], 'g', -1, 64)] = sums[b] / float64(c)
		}
	}
	return l, nil
}

// batch returns the loss of each sample of the batch that begins with the first one.
func (v *validator) batch(ctx context.Context, u network, first int) ([]float64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	// The last batch keeps the size, and with it the network its graph; what
	// lies behind its end is left over from before and is not counted.
	b, dim := min(len(v.e.level), v.set.Val.Len()-first), v.set.Dim()
	if err := v.set.Read(v.x0[:b*dim], v.set.Val, first); err != nil {
		return nil, err
	}
	v.d.fill(v.pool, v.e.first(b), v.x0[:b*dim], rng.ValLevel, rng.ValNoise, 0, first)
	if err := u.Predict(v.out, v.e.x, v.e.level); err != nil {
		return nil, err
	}
	losses := make([]float64, b)
	for i := range losses {
		losses[i] = float64(v.e.weight[i]) * distance(v.out[i*dim:][:dim], v.e.target[i*dim:][:dim], v.l1) / float64(dim)
	}
	return losses, nil
}

// distance returns Σ(x-y)², or Σ|x-y|.
func distance(x, y []float32, l1 bool) float64 {
	sum := 0.0
	for k, v := range x {
		if d := float64(v) - float64(y[k]); l1 {
			sum += math.Abs(d)
		} else {
			sum += d * d
		}
	}
	return sum
}
