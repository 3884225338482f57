package data

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/regular"
)

// Environment is the variable that names the folder in which the data sets'
// folders mnist, fashion and cifar10 lie.
const Environment = "CONDMEAN_DATA"

// place returns the folder of a public data set: dir or its subfolder of the
// set's name, else such a subfolder of CONDMEAN_DATA, else one of the user's
// cache folder. It need not exist.
func place(dir, set string) (string, error) {
	root := dir
	if root == "" {
		root = os.Getenv(Environment)
	}
	if root == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", configs.Usagef("data.dir: there is no cache folder (%w); name a folder by --data or %s", err, Environment)
		}
		return filepath.Join(cache, "condmean", set), nil
	}
	below := filepath.Join(root, set)
	if info, err := os.Stat(below); dir == "" || err == nil && info.IsDir() {
		return below, nil
	}
	return root, nil
}

// firstThere returns the first of the names that is a file in dir, or "".
func firstThere(dir string, names ...string) string {
	for _, name := range names {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path
		}
	}
	return ""
}

// withFile opens a regular file for f.
func withFile(path string, f func(r *os.File, size int64) error) (err error) {
	r, size, err := openRegular(path)
	if err != nil {
		return err
	}
	if err := firstOf(f(r, size), r.Close()); err != nil {
		return fmt.Errorf("data: %s: %w", foreign.Name(path), err)
	}
	return nil
}

// openRegular opens a file; one that is missing or of another kind is for the
// user to mend.
func openRegular(path string) (*os.File, int64, error) {
	r, size, err := regular.Open(path)
	return r, size, cannotOpen(path, err)
}

// cannotOpen explains why a file cannot be opened, if err is not nil.
func cannotOpen(path string, err error) error {
	if err == nil {
		return nil
	}
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err // the path may be foreign
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return configs.Usagef("data: %s: there is no such file", foreign.Name(path))
	case errors.Is(err, regular.ErrKind), errors.Is(err, fs.ErrPermission):
		return configs.Usagef("data: %s: %w", foreign.Name(path), err)
	}
	return fmt.Errorf("data: %s: %w", foreign.Name(path), err)
}

// readBounded reads exactly n bytes. The memory it takes at first is small
// against the hint, and grows with what is really there.
func readBounded(r io.Reader, n, hint int) ([]byte, error) {
	b := make([]byte, 0, min(n, max(hint, 512)))
	for len(b) < n {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		k, err := r.Read(b[len(b):min(cap(b), n)])
		b = b[:len(b)+k]
		if err == io.EOF && len(b) < n {
			return b, io.ErrUnexpectedEOF
		}
		if err != nil && err != io.EOF {
			return b, err
		}
	}
	return b, nil
}
