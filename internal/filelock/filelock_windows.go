package filelock

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// Locks keep others from what is locked: it is a byte that no file reaches.
const high = 1 << 30 // of 64 bits of an offset, the upper ones

// Try takes the lock of an open file; see the package comment.
func Try(f *os.File) (held bool, err error) {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err = windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{OffsetHigh: high})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return false, nil
	}
	return err == nil, err
}
