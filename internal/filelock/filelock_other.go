//go:build !unix && !windows

package filelock

import (
	"errors"
	"os"
)

// Try takes the lock of an open file; see the package comment.
func Try(*os.File) (held bool, err error) { return false, errors.ErrUnsupported }
