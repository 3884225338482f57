package train

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/condmean/condmean/configs"
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
	o = o.filled()
	cfg.Train.EMA, cfg.Train.Accumulate = 0, 1
	set, err := openData(ctx, cfg, rt, o)
	if err != nil {
		return err
	}
	l, err := newTrainer(rt, cfg, set.Shape(), o.Device)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if cfg.Init.From != "" {
		if _, err := l.begin(cfg, set.Fingerprint, o.Log); err != nil {
			return err
		}
	}
	batch, err := readFirstBatch(set, cfg.Train.Batch)
	if err != nil {
		return err
	}
	const lines = 10
	first, last := 0.0, 0.0
	for step := 1; step <= steps; step++ {
		// The random numbers are always those of step 1.
		if _, err := l.Step(ctx, turn{step: 1, update: step, lr: cfg.Train.LR}, batch); err != nil {
			return fmt.Errorf("train: one batch: update %d: %w", step, err)
		}
		if last, _, err = l.Measure(); err != nil {
			return err
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
	}
	return fmt.Errorf("train: one batch: the loss went from %.4g to %.4g in %d steps, want a tenth; try another train.lr", first, last, steps)
}
