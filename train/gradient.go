package train

import (
	"context"
	"math"

	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/model"
)

// gradient is what a step descends along: the means over its batches.
type gradient struct {
	loss, norm float64 // the norm is that of all parameters together
	grads      []*model.Tensor
	next       data.Cursor // behind the batches
}

// gradient computes the gradient of a step, counted from 1. An error wraps
// ctx.Err() if ctx ended before the first batch; after that, the step is
// finished first. A [NonFiniteError] leaves running statistics to be restored.
func (t *trainer) gradient(ctx context.Context, step int) (gradient, error) {
	t.guard.keep(t.net.Buffers())
	mean := gradient{}
	for k := range t.accumulate {
		batch, err := t.loader.Next(ctx)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return gradient{}, err
		}
		ctx = context.WithoutCancel(ctx)
		// Sample i of batch k gets the random numbers that it would have in one
		// batch of all.
		t.diffuser.fill(t.pool, t.examples, batch.X, rng.TrainLevel, rng.TrainNoise, uint64(step), k*t.cfg.Train.Batch)
		run := uint64((step-1)*t.accumulate + k + 1)
		loss, err := t.graph.Run(run)
		if err != nil {
			return gradient{}, err
		}
		grads := t.graph.Grads()
		norm := t.chunks.gradNorm(grads)
		if !finite(loss) || !finite(norm) {
			bad := nonFinite(step, loss, grads, t.examples, batch.IDs)
			bad.run, bad.next = run, batch.Next
			return gradient{}, bad
		}
		mean.loss += loss / float64(t.accumulate)
		mean.norm, mean.grads, mean.next = norm, grads, batch.Next
		t.add(grads, k)
	}
	if t.accumulate > 1 {
		mean.norm, mean.grads = t.chunks.gradNorm(t.sum), t.sum
	}
	if t.lora != nil {
		mean.grads = t.lora.project(mean.grads)
		mean.norm = t.lora.chunks.gradNorm(mean.grads)
	}
	return mean, nil
}

// descend moves what is trained along gradients of the network's parameters
// that one batch gave.
func (t *trainer) descend(grads []*model.Tensor, update int, lr, clip float64) {
	chunks := t.chunks
	if t.lora != nil {
		grads, chunks = t.lora.project(grads), t.lora.chunks
	}
	t.update(grads, update, lr, clipScale(chunks.gradNorm(grads), clip))
}

// update moves what is trained and brings the network up to date.
func (t *trainer) update(grads []*model.Tensor, update int, lr, scale float64) {
	t.optimizer.Step(grads, update, lr, scale)
	if t.lora != nil {
		t.lora.merge()
	}
}

// add adds the gradient of batch k to those of its step, the first of which
// replaces what is there. Where a step is one batch there is nothing to add.
func (t *trainer) add(grads []*model.Tensor, k int) {
	if t.accumulate == 1 {
		return
	}
	share := 1 / float32(t.accumulate)
	t.chunks.each(func(i, lo, hi int) {
		sum, g := t.sum[i].Data[lo:hi], grads[i].Data[lo:hi]
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

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
