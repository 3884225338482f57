package train

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/condmean/condmean/internal/rng"
)

// loop trains until the last step, or until ctx ends: then the step at hand is
// finished and saved first.
func (t *trainer) loop(ctx context.Context) error {
	since := newInterval()
	for t.at.Step < t.total {
		if ctx.Err() != nil {
			return t.stop(ctx)
		}
		batch, err := t.loader.Next(ctx)
		if ctx.Err() != nil {
			return t.stop(ctx)
		} else if err != nil {
			return err
		}
		step := t.at.Step + 1
		t.diffuser.fill(t.pool, t.examples, batch.X, rng.TrainLevel, rng.TrainNoise, uint64(step), 0)
		loss, err := t.graph.Run(uint64(step))
		if err != nil {
			return err
		}
		norm := t.chunks.gradNorm(t.graph.Grads())
		if !finite(norm) || !finite(loss) {
			return t.broken(step, loss, batch.IDs)
		}
		lr := LearningRate(t.cfg.Train, step, t.total)
		t.optimizer.Step(t.graph.Grads(), step, lr, clipScale(norm, t.cfg.Train.Clip))
		t.average(step)
		t.at.Step, t.at.Cursor = step, batch.Next
		since.add(loss)
		t.progress.step()

		if last := step == t.total; t.due(t.cfg.Train.LogEvery) || t.due(t.valEvery) || last {
			m := Metrics{Step: step, Epoch: batch.Epoch, Loss: since.mean(), LR: lr, GradNorm: norm, Rate: since.rate(), DataWait: since.waitShare(t.loader)}
			if t.due(t.valEvery) || last {
				if err := t.validate(ctx, &m); err != nil {
					return err
				}
			}
			if err := t.metrics.write(m); err != nil {
				return err
			}
			t.progress.report(m)
			since = since.next(t.loader)
		}
		if t.due(t.cfg.Checkpoint.EverySteps) || t.saveAt(time.Now()) || t.at.BestStep == step || step == t.total {
			if err := t.save(); err != nil {
				return err
			}
		}
	}
	return nil
}

// due reports whether a thing done every n steps is due; n = 0 means never.
func (t *trainer) due(n int) bool { return n > 0 && t.at.Step%n == 0 }

// stop saves and reports the interruption.
func (t *trainer) stop(ctx context.Context) error {
	if err := t.save(); err != nil {
		return err
	}
	return fmt.Errorf("train: stopped after step %d, saved in %s: %w", t.at.Step, t.run.StepDir(t.at.Step), ctx.Err())
}

// broken describes a step whose loss or gradient is not finite. Nothing has
// been updated: the last checkpoint and the weights are those of the step before.
func (t *trainer) broken(step int, loss float64, ids []int) error {
	what := fmt.Sprintf("loss is %v", loss)
	for _, g := range t.graph.Grads() {
		if finite(loss) && slices.ContainsFunc(g.Data, func(v float32) bool { return !finite(float64(v)) }) {
			what = "gradient of " + g.Name + " is not finite"
			break
		}
	}
	return fmt.Errorf("train: step %d: %s (samples %v of the train split); lower train.lr or set train.clip, the last checkpoint is good", step, what, ids)
}
