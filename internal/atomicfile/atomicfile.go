// Package atomicfile replaces files as a whole: whoever reads one sees all of
// the old contents or all of the new ones, whatever interrupts the writer.
package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Write replaces the file of a name.
func Write(name string, content []byte) error {
	return WriteFunc(name, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// WriteFunc replaces the file of a name by what write writes; if that fails
// the file stays as it was.
func WriteFunc(name string, write func(io.Writer) error) (err error) {
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
	err = write(f)
	if err == nil {
		err = errors.Join(f.Chmod(0o644), f.Sync())
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(temporary, name)
}
