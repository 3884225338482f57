// Package regular opens files that users name. What is no regular file is
// refused without being read: a FIFO would block its reader, a device may never
// end.
package regular

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// ErrKind is wrapped by errors about files of another kind.
var ErrKind = errors.New("not a regular file")

// Open opens a regular file for reading, through links, and returns its size.
func Open(name string) (*os.File, int64, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: name, Err: fmt.Errorf("%w but %s", ErrKind, kind(info.Mode()))}
	}
	if err == nil && info.Size() <= maxPointer {
		err = checkPointer(f, name)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

// A clone of a repository made without Git LFS has small text files that begin
// like this in the place of its large ones.
const (
	pointerStart = "version https://git-lfs.github.com/spec/"
	maxPointer   = 1024
)

// ErrPointer is wrapped by errors about such files.
var ErrPointer = errors.New("this is a Git LFS pointer, not the file itself; fetch the file, for example with git lfs pull")

func checkPointer(f *os.File, name string) error {
	start := make([]byte, len(pointerStart))
	n, err := f.ReadAt(start, 0)
	if err != nil && err != io.EOF {
		return err
	}
	if string(start[:n]) == pointerStart {
		return fmt.Errorf("%s: %w", name, ErrPointer)
	}
	return nil
}

// ErrSize is wrapped by errors about files that are too large.
var ErrSize = errors.New("more than such a file may have")

// ReadFile returns the contents of a regular file of at most limit bytes.
func ReadFile(name string, limit int64) (_ []byte, err error) {
	f, size, err := Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if size > limit {
		return nil, fmt.Errorf("%s: %d bytes, %w: at most %d", name, size, ErrSize, limit)
	}
	b := make([]byte, size)
	n, err := io.ReadFull(f, b)
	if err != nil {
		return nil, fmt.Errorf("%s: only %d of %d bytes could be read: %w", name, n, size, err)
	}
	return b, nil
}

func kind(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a folder"
	case m&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	}
	return "something else"
}
