package train

import (
	"errors"
	"log/slog"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/internal/par"
)

// run is what surrounds a learner: the folder, the place in the data, checkpoints,
// validation, metrics, progress, and what becomes of steps that fail. It is at
// work in loop.
type run struct {
	group     dist.Group
	cfg       configs.Config
	log       *slog.Logger
	set       *data.Set
	pace      pace
	policy    Policy
	learner   learner
	validator *validator
	at        state
	loader    *data.Loader // from at.Cursor on
	folder    *folder      // of rank 0 alone
	progress  *progress
	clock     clock
}

// newRun returns a run that goes on at the given state, which is the learner's
// too, in its folder. A new one has saved its first checkpoint.
func newRun(cfg configs.Config, set *data.Set, pool *par.Pool, l learner, at state, h home, o Options) (*run, error) {
	policy, err := ParsePolicy(cfg.Train.OnNonFinite)
	if err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	p, err := newPace(cfg.Train, set.Train.Len())
	if err != nil {
		return nil, err
	}
	d, err := configuredDiffuser(cfg, pool.Threads(), set.Dim())
	if err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	v, err := newValidator(set, d, cfg, pool)
	if err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	v.group = o.Group
	loader, err := set.Loader(cfg.Train.Batch, cfg.Seed, at.Cursor)
	if err != nil {
		return nil, err
	}
	resumed := o.Resume != ""
	var f *folder
	trained := 0.0
	if dist.Leads(o.Group) {
		if f, err = openFolder(h, cfg.Checkpoint.Keep, at, resumed); err != nil {
			loader.Close()
			return nil, err
		}
		trained = f.metrics.seconds
	}
	r := &run{group: o.Group, cfg: cfg, log: o.Log, set: set, pace: p, policy: policy, learner: l, validator: v, at: at, loader: loader, folder: f,
		progress: newProgress(o.Err, at.Step, p.total), clock: startClock(trained, at.Step)}
	if err := r.enter(resumed); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

// enter writes what the folder holds from a run's first moment on.
func (r *run) enter(resumed bool) error {
	if !r.leads() {
		return nil
	}
	if resumed && len(r.at.changes) == 0 {
		return r.markSaved()
	}
	if resumed {
		return errors.Join(r.markSaved(), r.folder.writeConfig())
	}
	if err := r.folder.writeConfig(); err != nil {
		return err
	}
	return r.save() // so that the run can be resumed, or go back
}

// close stops reading and ends the files of the run, whose checkpoints are whole.
func (r *run) close() error {
	r.group.Watch("")
	r.progress.Close()
	r.loader.Close()
	if !r.leads() {
		return nil
	}
	return r.folder.metrics.close()
}
