// Package atomicfile replaces files as a whole: whoever reads one sees all of
// the old contents or all of the new ones, whatever interrupts the writer.
//
// A file is written under a temporary name beside its place, synced, and
// renamed; then the folder is synced. What a killed writer left is removed by
// the next one in the same folder.
package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/condmean/condmean/internal/regular"
)

// Write replaces the file of a name.
func Write(name string, content []byte) error { return WriteFunc(name, bytesOf(content)) }

// WriteFunc replaces the file of a name by what write writes; if that fails
// the file stays as it was. Where the name is a link, the file that it leads to
// is replaced. A new file has the permissions that the process gives new files,
// one that replaces another has the other's. Errors of the file system name the
// file itself, not its temporary stand-in.
func WriteFunc(name string, write func(io.Writer) error) error {
	target, err := follow(name)
	if err != nil {
		return err
	}
	return replace(name, target, write)
}

// WriteOwn is Write for a file in a folder of the program's own, in which links
// mean nothing: a link of that name is itself replaced.
func WriteOwn(name string, content []byte) error { return WriteOwnFunc(name, bytesOf(content)) }

// WriteOwnFunc is WriteFunc in the manner of WriteOwn.
func WriteOwnFunc(name string, write func(io.Writer) error) error { return replace(name, name, write) }

// Check tells without touching the file of a name whether WriteFunc could
// replace it, as far as that can be known before: work whose result could not
// be written need not begin.
func Check(name string) error {
	target, err := follow(name)
	if err != nil {
		return err
	}
	t, err := create(name, target)
	if err != nil {
		return err
	}
	return t.discard()
}

// replace writes the file target, which the user knows as name.
func replace(name, target string, write func(io.Writer) error) error {
	if err := sweep(filepath.Dir(target)); err != nil {
		return named(err, opCreate, name)
	}
	t, err := create(name, target)
	if err != nil {
		return err
	}
	if err := t.fill(write); err != nil {
		return errors.Join(err, t.discard())
	}
	if err := t.install(); err != nil {
		return errors.Join(err, t.discard())
	}
	return SyncDir(filepath.Dir(target))
}

// follow returns the file that a name leads to through links, which need not be
// there, and refuses what is there but can be no file.
func follow(name string) (string, error) {
	const most = 40 // links, as in Linux
	target := name
	for range most {
		info, err := os.Lstat(target)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return target, nil
		case err != nil:
			return "", named(err, opCreate, name)
		case info.IsDir():
			return "", &fs.PathError{Op: opCreate, Path: name, Err: syscall.EISDIR}
		case info.Mode().IsRegular():
			return target, nil
		case info.Mode()&fs.ModeSymlink == 0:
			return "", &fs.PathError{Op: opCreate, Path: name, Err: regular.ErrKind}
		}
		to, err := os.Readlink(target)
		if err != nil {
			return "", named(err, opCreate, name)
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(target), to)
		}
		target = to
	}
	return "", &fs.PathError{Op: opCreate, Path: name, Err: syscall.ELOOP}
}

// bytesOf writes content.
func bytesOf(content []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	}
}
