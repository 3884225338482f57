package train

import (
	"context"
	"math"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
)

// gradients computes gradients of the loss for the network's parameters.
type gradients struct {
	graph    *model.TrainStep
	in       example // of the graph
	diffuser *diffuser
	pool     *par.Pool
	chunks   *chunks         // of the gradients
	batch    int             // samples of one, of which others may have a share
	first    int             // sample of them that is here
	batches  int             // a step
	sum      []*model.Tensor // over the batches; nil where a step is one
}

// gradient is what a step descends along: the means over its batches.
type gradient struct {
	loss, norm float64         // the norm is that of all tensors together
	of         []*model.Tensor // the learner's own, valid until the next step
	last       fed             // the last batch
}

// newGradients compiles the graph of a training step.
func newGradients(rt *op.Runtime, cfg configs.Config, net *model.Network) (*gradients, error) {
	d, err := configuredDiffuser(cfg, rt.Threads(), net.Dim())
	if err != nil {
		return nil, err
	}
	graph, err := net.NewTrainStep(cfg.Train.Batch, cfg.Objective.Loss, cfg.Seed)
	if err != nil {
		return nil, err
	}
	trained := net.Trainable()
	share, _ := rt.Share(cfg.Train.Batch)
	s := &gradients{graph: graph, batch: cfg.Train.Batch, first: share.First, in: inputs(graph), diffuser: d, pool: rt.Pool(), chunks: newChunks(rt.Pool(), trained), batches: max(cfg.Train.Accumulate, 1)}
	if s.batches > 1 {
		for _, p := range trained {
			s.sum = append(s.sum, zeros(p.Name, p.Shape...))
		}
	}
	return s, nil
}

// inputs is where the examples of a graph go.
func inputs(graph *model.TrainStep) example {
	return example{x: graph.X, target: graph.Target, level: graph.Level, weight: graph.Weight}
}

// mean returns the mean gradient of the next batches for a step, counted from 1.
// The graph moves running statistics, also where the error is a [NonFiniteError].
func (s *gradients) mean(ctx context.Context, step int, from batches) (gradient, error) {
	mean := gradient{}
	for k := range s.batches {
		batch, err := from.Next(ctx)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return gradient{}, err
		}
		ctx = context.WithoutCancel(ctx)
		// Sample i of batch k gets the random numbers that it would have in one
		// batch of all.
		s.diffuser.fill(s.pool, s.in, batch.X, rng.TrainLevel, rng.TrainNoise, uint64(step), k*s.batch+s.first)
		run := uint64((step-1)*s.batches + k + 1)
		loss, err := s.graph.Run(run)
		if err != nil {
			return gradient{}, err
		}
		grads := s.graph.Grads()
		norm := s.chunks.gradNorm(grads)
		mean.last = fed{s.in, run, batch.IDs, batch.Next}
		if err := checkStep(step, loss, norm, grads, mean.last); err != nil {
			return gradient{}, err
		}
		mean.loss += loss / float64(s.batches)
		mean.norm, mean.of = norm, grads
		if s.batches > 1 {
			s.add(grads, k)
		}
	}
	if s.batches > 1 {
		mean.norm, mean.of = s.chunks.gradNorm(s.sum), s.sum
	}
	return mean, nil
}

// add adds the share of batch k to the sum, the first of which replaces what is
// there.
func (s *gradients) add(grads []*model.Tensor, k int) {
	share := 1 / float32(s.batches)
	s.chunks.each(func(i, lo, hi int) {
		sum, g := s.sum[i].Data[lo:hi], grads[i].Data[lo:hi]
		if k == 0 {
			clear(sum)
		}
		for j, v := range g {
			sum[j] += share * v
		}
	})
}

// gradNorm returns the Euclidean norm of all gradients together, in float64,
// where the squares of float32 cannot overflow: it is finite if and only if all
// gradients are.
func (c *chunks) gradNorm(grads []*model.Tensor) float64 {
	return math.Sqrt(c.sum(func(i, lo, hi int) float64 {
		// Four sums, so that additions need not wait for each other.
		var s [4]float64
		g := grads[i].Data[lo:hi]
		for len(g) >= 4 {
			a, b, c, d := float64(g[0]), float64(g[1]), float64(g[2]), float64(g[3])
			s[0] += a * a
			s[1] += b * b
			s[2] += c * c
			s[3] += d * d
			g = g[4:]
		}
		for _, v := range g {
			s[0] += float64(v) * float64(v)
		}
		return (s[0] + s[1]) + (s[2] + s[3])
	}))
}

// clipScale returns the factor that brings a gradient of the given norm to at
// most limit, as torch.nn.utils.clip_grad_norm_ does; limit 0 means no clipping.
func clipScale(norm, limit float64) float64 {
	if limit <= 0 {
		return 1
	}
	return min(1, limit/(norm+1e-6))
}
