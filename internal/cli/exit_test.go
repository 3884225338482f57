package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"testing"

	"github.com/condmean/condmean/configs"
)

// A machine that is full or forbids to write is no wrong usage, though whoever
// wraps its error says so; a file that is not there or cannot be read is.
func TestExitCode(t *testing.T) {
	path := func(op string, err error) error {
		return configs.Usagef("--out: %w", &fs.PathError{Op: op, Path: "x", Err: err})
	}
	for _, tt := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("broken"), 1},
		{configs.Usagef("wrong"), 2},
		{context.Canceled, 130},
		{configs.Usagef("--out: %w", context.Canceled), 130},
		{fmt.Errorf("table: %w", errUnread), 141},
		{path("write", syscall.EPIPE), 2}, // not of the results
		{path("write", syscall.ENOSPC), 1},
		{path("create", syscall.EROFS), 1},
		{path("open", syscall.EROFS), 1},
		{path("read", syscall.EIO), 1},
		{path("create", syscall.EACCES), 1},
		{path("mkdir", syscall.EACCES), 1},
		{path("mkdir", syscall.EPERM), 1},
		{path("open", syscall.EACCES), 2},
		{path("stat", syscall.EACCES), 2},
		{path("create", syscall.EISDIR), 2},
		{path("create", syscall.ENOENT), 2},
		{path("create", syscall.ENAMETOOLONG), 2},
		{path("open", syscall.ENOENT), 2},
		{configs.Usagef("--out: %w", &os.LinkError{Op: "rename", Old: "a", New: "b", Err: syscall.EACCES}), 1},
		{errors.Join(configs.Usagef("wrong"), path("write", syscall.EDQUOT)), 1},
	} {
		if got := exitCode(tt.err); got != tt.want {
			t.Errorf("%v: exit code %d, want %d", tt.err, got, tt.want)
		}
	}
}
