package isa

import (
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
)

func TestChosen(t *testing.T) {
	for _, name := range Available() {
		t.Setenv(Variable, name)
		if got, err := Chosen(); err != nil || got != name {
			t.Errorf("%s=%s chooses %q, %v", Variable, name, got, err)
		}
	}
	for _, name := range []string{"AVX512", "avx", "neon2", " generic", "no such\nset"} {
		t.Setenv(Variable, name)
		if got, err := Chosen(); err == nil || !configs.IsUsage(err) || !strings.Contains(err.Error(), Variable) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s=%q chooses %q, %v; want a usage error of one line", Variable, name, got, err)
		}
	}
}

// TestFastest demands the set that the operating system's description of the
// processor calls for, not what the detection under test says.
func TestFastest(t *testing.T) {
	want := Generic
	switch runtime.GOARCH {
	case "arm64":
		want = "neon" // part of the architecture
	case "amd64":
		info, err := os.ReadFile("/proc/cpuinfo")
		if err != nil {
			t.Skip("the processor is described nowhere:", err)
		}
		flags := strings.Fields(string(info))
		has := func(names ...string) bool {
			return !slices.ContainsFunc(names, func(f string) bool { return !slices.Contains(flags, f) })
		}
		if has("avx2", "fma") {
			want = "avx2"
		}
		if has("avx512f", "avx512dq", "avx512vl", "avx512bw") {
			want = "avx512"
		}
	}
	t.Setenv(Variable, "")
	if got, err := Chosen(); err != nil || got != want {
		t.Errorf("the instruction set is %q, %v; want %s", got, err, want)
	}
}
