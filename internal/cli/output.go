package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/condmean/condmean/configs"
)

// NewFolder creates the output folder of a run and returns its path. out is
// the folder asked for: it may exist if it is empty, for nothing is ever
// overwritten. Without it, the first free one of base-1, base-2, … is made.
func NewFolder(out, base string) (string, error) {
	if out != "" {
		return out, claim(out)
	}
	if err := os.MkdirAll(filepath.Dir(base), 0o755); err != nil {
		return "", &configs.UsageError{Err: err}
	}
	const tries = 100_000
	for i := 1; i <= tries; i++ {
		dir := fmt.Sprintf("%s-%d", base, i)
		err := os.Mkdir(dir, 0o755) // atomic: two runs never share a folder
		if err == nil {
			return dir, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", &configs.UsageError{Err: err}
		}
	}
	return "", configs.Usagef("%s-1 to %s-%d all exist; name the output folder with --out", base, base, tries)
}

// claim makes sure that dir is an empty folder.
func claim(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return configs.Usagef("--out: %w", err)
	}
	f, err := os.Open(dir)
	if err != nil {
		return configs.Usagef("--out: %w", err)
	}
	_, err = f.Readdirnames(1)
	if closeErr := f.Close(); closeErr != nil {
		return closeErr
	}
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return configs.Usagef("--out: %w", err)
	default:
		return configs.Usagef("--out %s: the folder is not empty and is never overwritten; name another one", dir)
	}
}
