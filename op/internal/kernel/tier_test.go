package kernel

import (
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestNoScalarFallback demands that a tier in assembly has its own inner loop
// for every entry of the table, not the portable one.
func TestNoScalarFallback(t *testing.T) {
	portable := reflect.ValueOf(*generic)
	for _, ti := range tiers() {
		if ti == generic {
			continue
		}
		table := reflect.ValueOf(*ti)
		for i := range table.NumField() {
			f := table.Field(i)
			if f.Kind() != reflect.Func {
				continue
			}
			name := table.Type().Field(i).Name
			switch {
			case f.IsNil():
				t.Errorf("%s has no %s", ti.name, name)
			case f.Pointer() == portable.Field(i).Pointer():
				t.Errorf("%s of %s is the portable loop, %s", name, ti.name, runtime.FuncForPC(f.Pointer()).Name())
			}
		}
	}
}

// TestFastestTier demands the tier that the operating system's description of
// the processor calls for, not what the detection under test says.
func TestFastestTier(t *testing.T) {
	want := "generic"
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
	t.Setenv(tierVariable, "")
	got, err := pick()
	if err != nil {
		t.Fatal(err)
	}
	if got.name != want {
		t.Errorf("the tier is %s, want %s", got.name, want)
	}
	for _, ti := range tiers() {
		t.Setenv(tierVariable, ti.name)
		if got, err := pick(); err != nil || got != ti {
			t.Errorf("%s=%s picks %v, %v", tierVariable, ti.name, got, err)
		}
	}
}
