package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
)

// Operations in errors.
const (
	opCreate = "create"
	opWrite  = "write"
)

// temporary is a file being written beside its place. It is locked meanwhile,
// so that others can tell it from what a killed process left.
type temporary struct {
	f      *os.File
	name   string // as the user knows the file
	target string // where it goes
}

// create makes the temporary file of a target, with the permissions that the
// target has or a new file gets.
func create(name, target string) (*temporary, error) {
	perm, chmod := fs.FileMode(0o666), false // the system takes the umask away
	if info, err := os.Lstat(target); err == nil && info.Mode().IsRegular() {
		perm, chmod = info.Mode().Perm(), true
	} else if err == nil && info.IsDir() {
		return nil, &fs.PathError{Op: opCreate, Path: name, Err: syscall.EISDIR}
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, named(err, opCreate, name)
	}
	const tries = 10_000
	for range tries {
		f, err := os.OpenFile(temporaryName(target), os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
		if errors.Is(err, fs.ErrExist) {
			continue
		} else if err != nil {
			return nil, named(err, opCreate, name)
		}
		t := &temporary{f, name, target}
		if chmod {
			if err := f.Chmod(perm); err != nil {
				return nil, errors.Join(named(err, opCreate, name), t.discard())
			}
		}
		if !lock(f) { // swept away in the moment before it was locked
			if err := f.Close(); err != nil {
				return nil, named(err, opCreate, name)
			}
			continue
		}
		return t, nil
	}
	return nil, &fs.PathError{Op: opCreate, Path: name, Err: fs.ErrExist}
}

// Write writes to the file, whose errors name the file it stands for.
func (t *temporary) Write(b []byte) (int, error) {
	n, err := t.f.Write(b)
	return n, named(err, opWrite, t.name)
}

// fill writes the contents and makes them durable.
func (t *temporary) fill(write func(io.Writer) error) error {
	if err := write(t); err != nil {
		return err
	}
	return named(t.f.Sync(), opWrite, t.name)
}

// install gives the file its place.
func (t *temporary) install() error {
	if err := t.f.Close(); err != nil {
		return named(err, opWrite, t.name)
	}
	return named(Rename(t.f.Name(), t.target), opCreate, t.name)
}

// discard removes the file.
func (t *temporary) discard() error {
	err := t.f.Close()
	if errors.Is(err, os.ErrClosed) {
		err = nil
	}
	return named(errors.Join(err, os.Remove(t.f.Name())), opCreate, t.name)
}

// named returns the cause of an error as that of an operation on the file of a
// name.
func named(err error, op, name string) error {
	var p *fs.PathError
	var l *os.LinkError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &p):
		err = p.Err
	case errors.As(err, &l):
		err = l.Err
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}

// longestName is what file systems allow for one name, in bytes.
const longestName = 255

const suffix = ".condmean-tmp"

// ours finds the temporary files of this package by their names.
var ours = regexp.MustCompile(`^\..*\.[0-9a-f]{16}\.condmean-tmp$`)

// IsTemporary reports whether a file of that name was being written, or was when
// its writer was killed.
func IsTemporary(name string) bool { return ours.MatchString(name) }

// temporaryName returns a random name beside a file, which begins as the file's
// does.
func temporaryName(target string) string {
	tail := fmt.Sprintf(".%016x%s", rand.Uint64(), suffix) // of no number that the program computes
	base := filepath.Base(target)
	base = base[:min(len(base), longestName-1-len(tail))]
	return filepath.Join(filepath.Dir(target), "."+base+tail)
}

// sweep removes the temporary files of a folder that nobody writes any more.
// Those that cannot be removed are no concern of who writes another file.
func sweep(dir string) error {
	d, err := os.Open(dir)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a folder may be written though it cannot be listed
	} else if err != nil {
		return err
	}
	names, err := d.Readdirnames(-1)
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	for _, name := range names {
		if IsTemporary(name) {
			removeAbandoned(filepath.Join(dir, name))
		}
	}
	return nil
}
