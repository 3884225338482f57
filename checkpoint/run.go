package checkpoint

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	stepPrefix = "step-"
	latestFile = "latest"
	bestFile   = "best"
	pinnedFile = "pinned"

	maxPointerBytes = 1 << 20
)

// Run is the checkpoints folder of a run. One process at a time may save into
// it; any number may read.
type Run struct {
	Dir  string // for example "runs/gmm/checkpoints"
	Keep int    // how many of the newest are kept; best and pinned ones always are; 0 keeps all
	FS   FS     // nil means OS{}
}

func (r *Run) fs() FS {
	if r.FS == nil {
		return OS{}
	}
	return r.FS
}

// StepDir returns the folder of a step's checkpoint.
func (r *Run) StepDir(step int) string {
	return filepath.Join(r.Dir, stepPrefix+strconv.Itoa(step))
}

// Save writes s as the checkpoint of its step, makes it the latest and removes
// those that Keep no longer covers. If the returned folder is not empty, the
// checkpoint is safe even where tidying up failed and an error is returned.
//
// The pointer goes first: whatever interrupts it, a checkpoint that is there is
// never taken for a later one that the run went back behind, and a pointer to one
// that is not counts for nothing.
func (r *Run) Save(s *Snapshot) (dir string, err error) {
	if err := r.tidy(); err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	dir = r.StepDir(s.Step)
	if err := writeFS(r.fs(), dir, s, func() error { return r.setNames(latestFile, s.Step) }); err != nil {
		return "", notSaved(dir, err)
	}
	if err := r.prune(s.Step); err != nil {
		return dir, fmt.Errorf("checkpoint: removing old ones: %w", err)
	}
	return dir, nil
}

// SetBest marks the checkpoint of a step as the best one.
func (r *Run) SetBest(step int) error {
	if err := r.mustHave(step); err != nil {
		return err
	}
	if err := r.setNames(bestFile, step); err != nil {
		return fmt.Errorf("checkpoint: %s: %w", bestFile, err)
	}
	return nil
}

// Pin excepts the checkpoint of a step from removal for good.
func (r *Run) Pin(step int) error {
	if err := r.mustHave(step); err != nil {
		return err
	}
	pinned, err := r.names(pinnedFile)
	if err == nil && !slices.Contains(pinned, step) {
		pinned = append(pinned, step)
		slices.Sort(pinned)
		err = r.setNames(pinnedFile, pinned...)
	}
	if err != nil {
		return fmt.Errorf("checkpoint: %s: %w", pinnedFile, err)
	}
	return nil
}

func (r *Run) mustHave(step int) error {
	ok, err := exists(r.fs(), r.StepDir(step))
	if err == nil && !ok {
		err = fs.ErrNotExist
	}
	if err != nil {
		return fmt.Errorf("checkpoint: %s: %w", r.StepDir(step), err)
	}
	return nil
}

// Latest returns the folder of the newest checkpoint.
func (r *Run) Latest() (string, error) { return r.resolve(latestFile) }

// Best returns the folder of the best checkpoint, or of the newest where none
// is marked as best.
func (r *Run) Best() (string, error) { return r.resolve(bestFile, latestFile) }

// LastGood returns the folder of the newest checkpoint that reads without
// fault.
func (r *Run) LastGood() (string, error) { return r.lastGood("") }

// resolve follows the pointers in turn; the newest folder is the last resort.
func (r *Run) resolve(pointers ...string) (string, error) {
	dirs, err := r.dirs()
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	for _, p := range pointers {
		steps, err := r.names(p)
		if err != nil {
			return "", fmt.Errorf("checkpoint: %w", err)
		}
		for _, d := range dirs {
			if len(steps) > 0 && d.step == steps[0] {
				return d.path, nil
			}
		}
	}
	if len(dirs) == 0 {
		return "", fmt.Errorf("checkpoint: %s holds no checkpoint", r.Dir)
	}
	return dirs[len(dirs)-1].path, nil
}

func (r *Run) lastGood(except string) (string, error) {
	dirs, err := r.dirs()
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	for _, d := range slices.Backward(dirs) {
		if d.path == except {
			continue
		}
		if _, err := read(r.fs(), d.path); err == nil {
			return d.path, nil
		}
	}
	return "", fmt.Errorf("checkpoint: %s holds no good checkpoint", r.Dir)
}

type stepDir struct {
	step int
	path string
}

// dirs lists the complete checkpoints, oldest first. One that was set aside
// counts where its successor did not come to take its place.
func (r *Run) dirs() ([]stepDir, error) {
	entries, err := r.fs().ReadDir(r.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var dirs []stepDir
	have := make(map[int]bool)
	for _, prefix := range []string{"", oldPrefix} {
		for _, e := range entries {
			base, ok := strings.CutPrefix(e.Name(), prefix)
			step, isStep := stepOf(base)
			if ok && isStep && e.IsDir() && !have[step] {
				dirs = append(dirs, stepDir{step, filepath.Join(r.Dir, e.Name())})
				have[step] = true
			}
		}
	}
	slices.SortFunc(dirs, func(a, b stepDir) int { return cmp.Compare(a.step, b.step) })
	return dirs, nil
}

// stepOf parses "step-N".
func stepOf(name string) (int, bool) {
	digits, ok := strings.CutPrefix(name, stepPrefix)
	step, err := strconv.Atoi(digits)
	return step, ok && err == nil && step >= 0 && strconv.Itoa(step) == digits
}

// tidy finishes what an interrupted Save left: unfinished folders go, and a
// checkpoint set aside gets its name back if its successor did not take it.
func (r *Run) tidy() error {
	entries, err := r.fs().ReadDir(r.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(r.Dir, e.Name())
		if strings.HasPrefix(e.Name(), tmpPrefix) {
			if err := r.fs().RemoveAll(path); err != nil {
				return err
			}
			continue
		}
		base, ok := strings.CutPrefix(e.Name(), oldPrefix)
		if !ok {
			continue
		}
		final := filepath.Join(r.Dir, base)
		there, err := exists(r.fs(), final)
		if err != nil {
			return err
		}
		if there {
			err = r.fs().RemoveAll(path)
		} else {
			err = r.fs().Rename(path, final)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// prune removes what neither Keep nor a mark covers.
func (r *Run) prune(latest int) error {
	if r.Keep <= 0 {
		return nil
	}
	keep := map[int]bool{latest: true}
	for _, pointer := range []string{bestFile, pinnedFile} {
		steps, err := r.names(pointer)
		if err != nil {
			return err
		}
		for _, s := range steps {
			keep[s] = true
		}
	}
	dirs, err := r.dirs()
	if err != nil {
		return err
	}
	for i, d := range dirs {
		if keep[d.step] || i >= len(dirs)-r.Keep {
			continue
		}
		if err := r.discard(d.path); err != nil {
			return err
		}
	}
	return nil
}
