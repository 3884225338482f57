package train

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"
)

// milestone reports whether the present step's checkpoint stays for good.
func (r *run) milestone() bool { return slices.Contains(r.cfg.Checkpoint.Milestones, r.at.Step) }

// saveDue reports whether a checkpoint is due at the present step: a periodic
// one, or of a milestone or a new best.
func (r *run) saveDue() bool {
	minutes := r.cfg.Checkpoint.EveryMinutes
	return r.due(r.cfg.Checkpoint.EverySteps) || r.at.BestStep == r.at.Step || r.milestone() ||
		minutes > 0 && time.Since(r.folder.saved.at).Minutes() >= minutes
}

// saveOnce saves unless the present step is saved already.
func (r *run) saveOnce() error {
	if !r.leads() || r.folder.saved.step == r.at.Step {
		return nil
	}
	return r.save()
}

// save writes a checkpoint of the present step and, if it is the best one, marks
// it.
func (r *run) save() error {
	if err := r.keepFolder(); err != nil {
		return err
	}
	s, err := r.snapshot()
	if err != nil {
		return err
	}
	if err := r.folder.metrics.sync(); err != nil {
		return err
	}
	dir, err := r.folder.checkpoints.Save(s)
	if dir == "" {
		return err
	} else if err != nil {
		r.log.Warn("the checkpoint is safe, but tidying up failed", "checkpoint", dir, "error", err)
	}
	r.folder.saved = saved{step: r.at.Step, at: time.Now()}
	return r.markSaved()
}

// markSaved lets the pointers name the checkpoint of the present step where it
// is the best one or a milestone. After a crash between a checkpoint and its
// pointers this repairs the latter.
func (r *run) markSaved() error {
	if r.milestone() && r.folder.saved.step == r.at.Step {
		if err := r.folder.checkpoints.Pin(r.at.Step); err != nil {
			return err
		}
	}
	if r.at.BestStep != r.folder.saved.step || r.at.BestStep == 0 {
		return nil
	}
	return r.folder.checkpoints.SetBest(r.at.BestStep)
}

// keepFolder makes the run's folder anew if somebody has deleted or moved it.
// Earlier checkpoints stay where they went.
func (r *run) keepFolder() error {
	if r.folder.lock.held() {
		return nil
	}
	r.log.Warn("the run's folder was taken away; it is made anew, without the earlier checkpoints", "run", r.folder.dir, "step", r.at.Step)
	if err := r.folder.renew(r.at.Step); err != nil {
		return err
	}
	if _, err := os.Stat(r.folder.checkpoints.StepDir(r.at.BestStep)); errors.Is(err, fs.ErrNotExist) && r.at.BestStep != r.at.Step {
		r.at.Best, r.at.BestStep = 0, 0 // nobody can have those weights
	}
	return nil
}
