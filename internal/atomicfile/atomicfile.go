// Package atomicfile replaces files as a whole: whoever reads one sees all of
// the old contents or all of the new ones, whatever interrupts the writer.
package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
)

// Write replaces the file of a name.
func Write(name string, content []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	temporary := f.Name()
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(temporary))
		}
	}()
	_, err = f.Write(content)
	if err == nil {
		err = errors.Join(f.Chmod(0o644), f.Sync())
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(temporary, name)
}
