package train

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
)

// resumable are the settings that may change when a run is resumed, with the
// sections as a whole: none of them is part of a step.
var resumable = []string{"name", "threads", "data.dir", "data.workers", "train.steps", "train.epochs",
	"train.val_every", "train.log_every", "train.early_stopping.", "train.on_nonfinite", "train.max_nonfinite", "checkpoint.", "eval."}

// RunFolder returns the folder of the run that path means: the folder itself,
// or that of one of its checkpoints.
func RunFolder(path string) (string, error) {
	dir, err := checkpoint.ResolveLatest(path)
	if err != nil {
		return "", configs.Usagef("--resume: nothing to resume: %w", err)
	}
	if dir, err = filepath.Abs(dir); err != nil { // "." says nothing of the folders above
		return "", configs.Usagef("--resume %s: %w", path, err)
	}
	checkpoints := filepath.Dir(dir)
	if filepath.Base(checkpoints) != CheckpointsDir {
		return "", configs.Usagef("--resume %s: not in the folder of a run; start a new run from it instead", path)
	}
	return relative(filepath.Dir(checkpoints)), nil
}

// relative shortens a path below the working folder.
func relative(dir string) string {
	if wd, err := os.Getwd(); err == nil {
		if short, err := filepath.Rel(wd, dir); err == nil && filepath.IsLocal(short) {
			return short
		}
	}
	return dir
}

// readLatest reads the checkpoint that path means.
func readLatest(path string) (*checkpoint.Snapshot, error) {
	dir, err := checkpoint.ResolveLatest(path)
	if err != nil {
		return nil, err
	}
	s, err := checkpoint.Read(dir)
	var damaged *checkpoint.DamagedError
	if errors.As(err, &damaged) && damaged.LastGood != "" {
		return nil, fmt.Errorf("%w; resume from there with --resume %s", err, damaged.LastGood)
	}
	return s, err
}

// resumeFrom restores a checkpoint, unless settings differ that its steps
// depend on. What may differ is recorded.
func (t *trainer) resumeFrom(s *checkpoint.Snapshot) error {
	old, err := configs.Parse("the checkpoint's configuration", []byte(s.Config))
	if err != nil {
		return err
	}
	var refused []error
	var changes []Change
	for _, d := range configs.Diff(old, t.cfg) {
		if slices.ContainsFunc(resumable, func(key string) bool {
			return d.Key == key || strings.HasSuffix(key, ".") && strings.HasPrefix(d.Key, key)
		}) {
			if d.Key != "threads" { // which no number depends on
				changes = append(changes, Change{Step: s.Step, Change: d.String()})
				t.log.Info("setting changed", "step", s.Step, "change", d.String())
			}
			continue
		}
		refused = append(refused, fmt.Errorf("%s cannot change when a run is resumed (%s → %s); start a new run for that", d.Key, d.A, d.B))
	}
	if len(refused) > 0 {
		return &configs.UsageError{Err: errors.Join(refused...)}
	}
	if err := t.sameData(s); err != nil {
		return err
	}
	if err := t.restore(s); err != nil {
		return fmt.Errorf("train: the checkpoint of step %d does not fit its configuration: %w", s.Step, err)
	}
	t.at.Changes = append(t.at.Changes, changes...)
	return nil
}

// sameData refuses data that are not those of the run: the split would be dealt
// anew, and samples held out now may have been trained on before.
func (t *trainer) sameData(s *checkpoint.Snapshot) error {
	was, known, err := data.FingerprintFrom(s.Data)
	if err != nil || !known {
		return err
	}
	if what := was.Changed(t.set.Fingerprint); what != "" {
		return configs.Usagef("data: %s: the data changed since step %d of the run: %s; put the former data back, or start a new run, from these weights by --init-from", t.set.Name, s.Step, what)
	}
	return nil
}

// rewind makes the run's folder that of the checkpoint it goes on from: what was
// trained behind it before is another line, on which nothing may fall back.
func (t *trainer) rewind() error {
	if err := t.run.Rewind(t.at.Step); errors.Is(err, fs.ErrNotExist) {
		return configs.Usagef("--resume: step %d is no checkpoint of this run any more; to go on there all the same, rename it to %s", t.at.Step, t.run.StepDir(t.at.Step))
	} else if err != nil {
		return err
	}
	best := t.at.BestStep
	if _, err := os.Stat(t.run.StepDir(best)); best == 0 || errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return t.run.SetBest(best)
}
