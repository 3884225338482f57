package train

import (
	"context"
	"errors"
	"fmt"
)

// loop trains until the last step, until validation no longer improves, or
// until ctx ends: then the step at hand is finished and saved first.
func (t *trainer) loop(ctx context.Context) error {
	for t.at.Step < t.total && !t.stale() {
		step := t.at.Step + 1
		g, err := t.gradient(ctx, step)
		if bad := (*NonFiniteError)(nil); errors.As(err, &bad) {
			if err := t.broken(ctx, bad); err != nil {
				return err
			}
			continue
		} else if err != nil && ctx.Err() != nil {
			return t.stop(ctx)
		} else if err != nil {
			return err
		}
		lr := LearningRate(t.cfg.Train, step, t.total)
		t.update(g.grads, step-t.at.Skipped, lr, clipScale(g.norm, t.cfg.Train.Clip))
		t.average(step)
		t.at.advance(g.loss, g.next)
		if err := t.observe(ctx, lr, g.norm); err != nil {
			return err
		}
		t.progress.At(step)
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
