package train

import (
	"context"
	"errors"
	"fmt"

	"github.com/condmean/condmean/dist"
)

// loop trains until the last step, until validation no longer improves, or
// until ctx ends: then the step at hand is finished and saved first.
func (r *run) loop(ctx context.Context) error {
	for !r.last() {
		step := r.at.Step + 1
		r.group.Watch(fmt.Sprintf("step %d", step))
		t := turn{step: step, update: step - r.at.Skipped, lr: LearningRate(r.cfg.Train, step, r.pace.total)}
		next, err := r.learner.Step(r.alone(ctx), t, r.loader)
		if bad := (*NonFiniteError)(nil); errors.As(err, &bad) {
			if err := r.broken(ctx, bad); err != nil {
				return err
			}
			continue
		} else if err != nil && ctx.Err() != nil {
			return r.stop(ctx)
		} else if err != nil {
			return err
		}
		r.at.advance(next)
		if err := r.observe(ctx, t.lr); err != nil {
			return err
		}
		r.progress.At(step)
		if r.leads() && r.saveDue() {
			if err := r.save(); err != nil {
				return err
			}
		}
		if asked, err := r.agree(ctx); err != nil {
			return err
		} else if asked && !r.last() {
			return r.stop(ctx)
		}
	}
	if err := r.saveOnce(); err != nil {
		return err
	}
	return r.group.Barrier() // all of the run is there now
}

// due reports whether a thing done every n steps is due; n = 0 means never.
func (r *run) due(n int) bool { return n > 0 && r.at.Step%n == 0 }

// last reports whether the present step ends the run.
func (r *run) last() bool { return r.at.Step >= r.pace.total || r.stale() }

// stale reports whether early stopping ends the run. Runs of a given number of
// steps go on to the end.
func (r *run) stale() bool {
	return r.cfg.Train.Steps == 0 && r.at.BestStep > 0 &&
		earlyStop(r.cfg.Train.EarlyStopping, r.at.Step/r.pace.perEpoch, r.at.BestStep/r.pace.perEpoch)
}

// stop saves and reports the interruption.
func (r *run) stop(ctx context.Context) error {
	if err := errors.Join(r.saveOnce(), r.group.Barrier()); err != nil { // nobody ends the others before
		return err
	}
	cause := ctx.Err()
	if cause == nil { // another rank was asked
		cause = context.Canceled
	}
	if !r.leads() {
		return dist.Together(fmt.Errorf("train: stopped after step %d: %w", r.at.Step, cause))
	}
	return dist.Together(fmt.Errorf("train: stopped after step %d, saved in %s: %w", r.at.Step, r.folder.checkpoints.StepDir(r.at.Step), cause))
}
