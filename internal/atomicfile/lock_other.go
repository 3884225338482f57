//go:build !unix && !windows

package atomicfile

import (
	"os"
	"time"
)

// lock does nothing where files cannot be locked.
func lock(*os.File) bool { return true }

// removeAbandoned removes a temporary file that nothing was written to for a
// day. What cannot be removed stays.
func removeAbandoned(path string) {
	info, err := os.Lstat(path)
	if err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > 24*time.Hour {
		_ = os.Remove(path)
	}
}

// SyncDir does nothing where folders cannot be synced.
func SyncDir(string) error { return nil }
