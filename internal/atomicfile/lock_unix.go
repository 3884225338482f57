//go:build unix

package atomicfile

import (
	"errors"
	"os"
	"syscall"

	"github.com/condmean/condmean/internal/filelock"
)

// lock marks a temporary file as being written until it is closed, however the
// process ends. It reports false if the file was removed before that.
func lock(f *os.File) bool {
	if ours, err := filelock.Try(f); err != nil {
		return true // the file system knows no locks, and nobody sweeps
	} else if !ours {
		return false
	}
	held, err1 := f.Stat()
	there, err2 := os.Lstat(f.Name())
	return err1 == nil && err2 == nil && os.SameFile(held, there)
}

// removeAbandoned removes a temporary file unless somebody writes it. What
// cannot be opened or removed stays.
func removeAbandoned(path string) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }() // nothing was written
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return
	}
	if held, err := filelock.Try(f); held && err == nil {
		_ = os.Remove(path) // under the lock, so that a writer notices
	}
}

// SyncDir makes the entries of a folder durable.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if errors.Is(err, os.ErrPermission) {
		return nil // a folder may be written though it cannot be read
	} else if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil // some network file systems sync folders by themselves only
	}
	return errors.Join(err, d.Close())
}
