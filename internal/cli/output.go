package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/condmean/condmean/configs"
)

// FreeFolder makes the first folder of base-1, base-2, … that is not there yet,
// and returns its path.
func FreeFolder(base string) (string, error) {
	if err := os.MkdirAll(filepath.Dir(base), 0o777); err != nil {
		return "", &configs.UsageError{Err: err}
	}
	const tries = 100_000
	for i := 1; i <= tries; i++ {
		dir := fmt.Sprintf("%s-%d", base, i)
		err := os.Mkdir(dir, 0o777) // atomic: two runs never share a folder
		if err == nil {
			return dir, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", &configs.UsageError{Err: err}
		}
	}
	return "", configs.Usagef("%s-1 to %s-%d all exist; name the output folder with --out", base, base, tries)
}
