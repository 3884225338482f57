package checkpoint

import (
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
)

// A pointer is a text file with one folder name a line. Unlike a symbolic
// link it survives copying to any file system and archive.

// names returns the steps a pointer names; none if there is no such file.
func (r *Run) names(pointer string) ([]int, error) {
	path := filepath.Join(r.Dir, pointer)
	b, err := r.fs().ReadFile(path, maxPointerBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	var steps []int
	for line := range strings.Lines(string(b)) {
		step, ok := stepOf(strings.TrimSpace(line))
		if !ok {
			return nil, configs.Usagef("%s: %s is not the name of a checkpoint; correct or remove the file", path, foreign.Quote(strings.TrimSpace(line)))
		}
		steps = append(steps, step)
	}
	return steps, nil
}

// setNames replaces a pointer atomically.
func (r *Run) setNames(pointer string, steps ...int) error {
	path := filepath.Join(r.Dir, pointer)
	tmp := filepath.Join(r.Dir, tmpPrefix+pointer)
	if err := r.fs().RemoveAll(tmp); err != nil {
		return err
	}
	_, err := writeFile(r.fs(), tmp, func(w io.Writer) error {
		for _, s := range steps {
			if _, err := io.WriteString(w, stepPrefix+strconv.Itoa(s)+"\n"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := r.fs().Rename(tmp, path); err != nil {
		return err
	}
	return r.fs().SyncDir(r.Dir)
}
