package atomicfile

import (
	"os"

	"github.com/condmean/condmean/internal/filelock"
)

// lock marks a temporary file as being written until it is closed, however the
// process ends. Nobody removes it before that, since it is open.
func lock(f *os.File) bool {
	_, _ = filelock.Try(f) // else the file system knows no locks, and nobody sweeps
	return true
}

// removeAbandoned removes a temporary file unless somebody writes it. What
// cannot be opened or removed stays.
func removeAbandoned(path string) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return
	}
	held, err := filelock.Try(f)
	if f.Close() == nil && held && err == nil {
		_ = os.Remove(path) // fails if it has been opened since
	}
}

// SyncDir does nothing where folders cannot be synced.
func SyncDir(string) error { return nil }
