//go:build unix

package train

import "syscall"

// noFollow refuses links, and keeps the opening of a pipe from waiting.
const noFollow = syscall.O_NOFOLLOW | syscall.O_NONBLOCK
