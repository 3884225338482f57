//go:build !windows

package atomicfile

import "os"

// Rename is os.Rename, which replaces files whoever reads them.
func Rename(from, to string) error { return os.Rename(from, to) }
