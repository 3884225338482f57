package dist

import (
	"runtime"

	"github.com/condmean/condmean/internal/launcher"
)

// Threads returns how many threads this process works with where n are asked for: n,
// or for 0 a share of the processors that the processes of the job on this machine
// have together. Ranks that their launcher bound to processors of their own have all
// of these.
func Threads(n int) int {
	l := launcher.Detect()
	if n != 0 || !l.Several() || l.Local < 2 || runtime.NumCPU() < machineCPUs() {
		return n
	}
	return max(1, runtime.GOMAXPROCS(0)/l.Local)
}
