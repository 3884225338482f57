package train

import (
	"context"
	"fmt"
	"io"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/op"
)

// Overfit is a self-test of a configuration: it trains on one batch with fixed
// levels and noise, whose loss must fall towards zero if network, gradients and
// optimizer work together. It ends once the loss is below a tenth of the first,
// and fails if that takes more than the given number of steps. It writes the
// loss at a few steps to w and keeps nothing.
func Overfit(ctx context.Context, cfg configs.Config, steps int, w io.Writer, o Options) (err error) {
	rt, err := op.NewRuntime(cfg.Threads)
	if err != nil {
		return configs.Usagef("%w", err)
	}
	defer rt.Close()
	cfg.Train.EMA = 0
	t, err := newTrainer(ctx, cfg, rt, o)
	if err != nil {
		return err
	}
	defer func() { _ = t.close() }() // nothing to flush
	if cfg.Init.From != "" {
		if err := t.begin(); err != nil {
			return err
		}
	}
	x0 := make([]float32, len(t.examples.x))
	if err := t.set.Read(x0, t.set.Train, 0); err != nil {
		return err
	}
	t.diffuser.fill(t.pool, t.examples, x0, rng.TrainLevel, rng.TrainNoise, 1, 0)
	const lines = 10
	first, last := 0.0, 0.0
	for step := 1; step <= steps; step++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if last, err = t.graph.Run(1); err != nil {
			return err
		}
		grads := t.graph.Grads()
		norm := t.chunks.gradNorm(grads)
		if !finite(last) || !finite(norm) {
			return fmt.Errorf("train: one batch: step %d: loss %v, gradient norm %v", step, last, norm)
		}
		if step == 1 {
			first = last
		}
		done := last < first/10
		if step%max(steps/lines, 1) == 0 || step == 1 || done {
			if _, err := fmt.Fprintf(w, "step %d/%d  loss %.6f\n", step, steps, last); err != nil {
				return err
			}
		}
		if done {
			return nil
		}
		t.descend(grads, step, cfg.Train.LR, cfg.Train.Clip)
	}
	return fmt.Errorf("train: one batch: the loss went from %.4g to %.4g in %d steps, want a tenth; try another train.lr", first, last, steps)
}
