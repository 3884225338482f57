package par

import "syscall"

// offer lets another thread run on this processor, if one wants to. The Go scheduler
// is not told: it would look for something else to do here. The call cannot fail.
func offer() { syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0) }
