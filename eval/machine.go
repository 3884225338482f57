package eval

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/op"
)

// Machine says what figures of time were taken on.
type Machine struct {
	CPU     string `json:"cpu"`
	Cores   int    `json:"cores"`
	Threads int    `json:"threads"` // used
	Kernels string `json:"kernels"` // of the network: instruction set
	System  string `json:"system"`
	Go      string `json:"go"`
}

func thisMachine(rt *op.Runtime) Machine {
	return Machine{CPU: processor(), Cores: runtime.NumCPU(), Threads: rt.Pool().Threads(), Kernels: rt.Kernels(),
		System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version()}
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

// hash returns the SHA-256 of what identifies the subject: its checkpoint's
// manifest, which holds the hashes of all other files, or the mixture's file.
func (s *Subject) hash() (string, error) {
	if s.mixture == nil {
		return checkpoint.Hash(s.Dir)
	}
	b, err := os.ReadFile(s.Config.Data.Mixture) // it was opened before
	if err != nil {
		return "", fmt.Errorf("eval: %w", err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(b)), nil
}
