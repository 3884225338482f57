//go:build !windows

package cli

import "syscall"

// full are the errors of a machine that has no room or does not work, whatever
// it was asked for.
var full = []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EIO, syscall.EFBIG, syscall.ENOMEM, syscall.EMFILE, syscall.ENFILE}

// closed are the errors of writing to who has gone.
var closed = []error{syscall.EPIPE}
