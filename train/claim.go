package train

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/atomicfile"
	"github.com/condmean/condmean/internal/regular"
	"github.com/condmean/condmean/train/internal/tensorboard"
)

// home is the folder of a run, which keeps other processes out of it.
type home struct {
	dir  string
	yaml string // the run's configuration
	lock *folderLock
}

// claim makes the folder of a new run with the given configuration, or finds
// that of a run to be resumed, and locks it against other processes.
func claim(yaml string, o Options) (home, error) {
	if o.Resume != "" {
		dir, err := RunFolder(o.Resume)
		if err != nil {
			return home{}, err
		}
		if err := checkOwn(dir); err != nil {
			return home{}, err
		}
		lock, err := lockFolder(dir)
		return home{dir, yaml, lock}, err
	}
	if err := os.MkdirAll(o.Out, 0o777); err != nil {
		return home{}, configs.Usagef("--out: %w", err)
	}
	lock, err := lockFolder(o.Out)
	if err != nil {
		return home{}, err
	}
	h := home{o.Out, yaml, lock}
	if err := h.reclaim(); err != nil {
		return home{}, errors.Join(err, lock.release())
	}
	return h, nil
}

// reclaim empties a folder of what a run of the same configuration leaves that
// ended before its first checkpoint, so that the same command works again. A
// folder that holds anything else is refused and stays as it is.
func (h home) reclaim() error {
	entries, err := os.ReadDir(h.dir)
	if err != nil {
		return configs.Usagef("--out: %w", err)
	}
	for _, e := range entries {
		left, err := leftover(h.dir, e, h.yaml)
		if err != nil {
			return fmt.Errorf("train: %w", err)
		}
		if !left {
			return configs.Usagef("--out %s: the folder holds something already and is never overwritten; name another one, or continue its run with --resume", h.dir)
		}
	}
	for _, e := range entries {
		if e.Name() == lockFile || e.Name() == ConfigFile { // the latter is as the run will write it
			continue
		}
		if err := os.RemoveAll(filepath.Join(h.dir, e.Name())); err != nil {
			return fmt.Errorf("train: %w", err)
		}
	}
	return nil
}

// abandon leaves nothing of a run that failed before its first checkpoint. A
// configuration that was there before it stays.
func (h home) abandon(config bool) {
	if h.reclaim() != nil {
		return // it can be resumed, or the next run in this folder says what is in its way
	}
	if !config {
		_ = os.Remove(filepath.Join(h.dir, ConfigFile)) // likewise
	}
}

// writeConfig replaces the run's configuration atomically.
func (h home) writeConfig() error {
	return replaceFile(filepath.Join(h.dir, ConfigFile), []byte(h.yaml))
}

// leftover tells whether something in a folder is nothing but what a run writes
// before its first checkpoint.
func leftover(dir string, e fs.DirEntry, yaml string) (bool, error) {
	path := filepath.Join(dir, e.Name())
	if e.Name() == CheckpointsDir && e.IsDir() {
		return onlyUnfinished(path)
	}
	if !e.Type().IsRegular() {
		return false, nil
	}
	const most = 1 << 20 // bytes of what is compared; nothing of a run's beginning is larger
	info, err := e.Info()
	if err != nil || info.Size() > most {
		return false, err
	}
	content, err := regular.ReadFile(path, most)
	if err != nil {
		return false, err
	}
	switch name := e.Name(); {
	case name == lockFile || atomicfile.IsTemporary(name):
		return true, nil
	case name == ConfigFile:
		return string(content) == yaml, nil
	case name == jsonlFile:
		return len(content) == 0, nil
	case name == csvFile:
		return bytes.HasPrefix([]byte(csvHead()), content), nil
	case strings.HasPrefix(name, tensorboard.FilePrefix):
		return tensorboard.Empty(content), nil
	}
	return false, nil
}

// onlyUnfinished tells whether a folder of checkpoints holds none.
func onlyUnfinished(checkpoints string) (bool, error) {
	entries, err := os.ReadDir(checkpoints)
	for _, e := range entries {
		if !slices.Contains(unfinished, e.Name()) {
			return false, err
		}
	}
	return err == nil, err
}

// unfinished are what package checkpoint writes before that of step 0 is there: its
// folder, and the pointer to it.
var unfinished = []string{".tmp-step-0", ".tmp-latest", "latest"}
