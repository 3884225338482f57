package eval

import (
	"bufio"
	"os"
	"runtime"
	"strings"

	"github.com/condmean/condmean/device"
	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/op"
)

func thisMachine(rt *op.Runtime, d device.Device) report.Machine {
	m := report.Machine{CPU: processor(), Cores: runtime.NumCPU(), Threads: rt.Pool().Threads(), Kernels: rt.Kernels(),
		System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version()}
	if d != nil {
		m.Device = d.String()
	}
	return m
}

// processor returns the name of the processor where the system tells it.
func processor() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer func() { _ = f.Close() }() // it was only read
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
