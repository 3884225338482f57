package train

import (
	"context"
	"fmt"

	"github.com/condmean/condmean/internal/rng"
)

// loop trains until the last step, until validation no longer improves, or
// until ctx ends: then the step at hand is finished and saved first.
func (t *trainer) loop(ctx context.Context) error {
	for t.at.Step < t.total && !t.stale() {
		batch, err := t.loader.Next(ctx)
		if ctx.Err() != nil {
			return t.stop(ctx)
		} else if err != nil {
			return err
		}
		step := t.at.Step + 1
		t.diffuser.fill(t.pool, t.examples, batch.X, rng.TrainLevel, rng.TrainNoise, uint64(step), 0)
		t.guard.keep(t.net.Buffers())
		loss, err := t.graph.Run(uint64(step))
		if err != nil {
			return err
		}
		grads := t.graph.Grads()
		norm := t.chunks.gradNorm(grads)
		if !finite(loss) || !finite(norm) {
			if err := t.broken(ctx, nonFinite(step, loss, grads, t.examples, batch.IDs), batch.Next); err != nil {
				return err
			}
			continue
		}
		lr := LearningRate(t.cfg.Train, step, t.total)
		t.optimizer.Step(grads, step-t.at.Skipped, lr, clipScale(norm, t.cfg.Train.Clip))
		t.average(step)
		t.at.advance(loss, batch.Next)
		if err := t.observe(ctx, lr, norm); err != nil {
			return err
		}
		t.progress.at(step)
		if t.saveDue() {
			if err := t.save(); err != nil {
				return err
			}
		}
	}
	return t.saveOnce()
}

// due reports whether a thing done every n steps is due; n = 0 means never.
func (t *trainer) due(n int) bool { return n > 0 && t.at.Step%n == 0 }

// last reports whether the present step ends the run.
func (t *trainer) last() bool { return t.at.Step >= t.total || t.stale() }

// stop saves and reports the interruption.
func (t *trainer) stop(ctx context.Context) error {
	if err := t.saveOnce(); err != nil {
		return err
	}
	return fmt.Errorf("train: stopped after step %d, saved in %s: %w", t.at.Step, t.run.StepDir(t.at.Step), ctx.Err())
}

// saveOnce saves unless the present step is saved already.
func (t *trainer) saveOnce() error {
	if t.savedStep == t.at.Step {
		return nil
	}
	return t.save()
}
