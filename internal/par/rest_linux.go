package par

import "golang.org/x/sys/unix"

// offer lets another thread run on this processor, if one wants to. The Go scheduler
// is not told: it would look for something else to do here.
func offer() { unix.RawSyscallNoError(unix.SYS_SCHED_YIELD, 0, 0, 0) }
