package checkpoint

import (
	"fmt"
	"path/filepath"
	"slices"
)

// abandonedPrefix is put in front of the names of checkpoints that a run went
// back behind. They read like others but belong to the run no more.
const abandonedPrefix = "abandoned-"

// Rewind makes the checkpoint of a step the newest one: the run goes on from
// there, and what it once did later is another run's. Later checkpoints become
// abandoned-step-N, where they can be read and are never removed, except by the
// step that is abandoned again. No pointer names them any more; if the best one
// was among them none is marked as best, and the caller marks what it knows.
//
// The pointers are durable before the first folder is renamed, so that whatever
// interrupts it, Latest is the step itself and another call completes the work.
func (r *Run) Rewind(step int) error {
	if err := r.tidy(); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	if err := r.mustHave(step); err != nil {
		return err
	}
	for _, pointer := range []string{latestFile, bestFile, pinnedFile} {
		if err := r.forget(pointer, step); err != nil {
			return fmt.Errorf("checkpoint: %s: %w", pointer, err)
		}
	}
	if err := r.abandon(step); err != nil {
		return fmt.Errorf("checkpoint: setting later ones aside: %w", err)
	}
	return nil
}

// forget removes steps later than last from a pointer, and lets latest name last.
func (r *Run) forget(pointer string, last int) error {
	before, err := r.names(pointer)
	if err != nil {
		return err
	}
	after := slices.DeleteFunc(slices.Clone(before), func(s int) bool { return s > last })
	if pointer == latestFile {
		after = []int{last}
	}
	if slices.Equal(before, after) {
		return nil
	}
	return r.setNames(pointer, after...)
}

// abandon renames the checkpoints later than last, the newest first.
func (r *Run) abandon(last int) error {
	dirs, err := r.dirs()
	if err != nil {
		return err
	}
	renamed := false
	for _, d := range slices.Backward(dirs) {
		if d.step <= last {
			break
		}
		aside := filepath.Join(r.Dir, abandonedPrefix+filepath.Base(d.path))
		if there, err := exists(r.fs(), aside); err != nil {
			return err
		} else if there {
			if err := r.discard(aside); err != nil {
				return err
			}
		}
		if err := r.fs().Rename(d.path, aside); err != nil {
			return err
		}
		renamed = true
	}
	if !renamed {
		return nil
	}
	return r.fs().SyncDir(r.Dir)
}

// discard removes a checkpoint. It is renamed first, so that no half-removed one
// looks like a checkpoint.
func (r *Run) discard(path string) error {
	gone := filepath.Join(r.Dir, tmpPrefix+filepath.Base(path))
	if err := r.fs().Rename(path, gone); err != nil {
		return err
	}
	return r.fs().RemoveAll(gone)
}
