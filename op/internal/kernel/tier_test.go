package kernel

import (
	"reflect"
	"runtime"
	"testing"

	"github.com/condmean/condmean/internal/isa"
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

// TestPick demands the tier that the environment names.
func TestPick(t *testing.T) {
	for _, ti := range tiers() {
		t.Setenv(isa.Variable, ti.name)
		if got, err := pick(); err != nil || got != ti {
			t.Errorf("%s=%s picks %v, %v", isa.Variable, ti.name, got, err)
		}
	}
	if got, want := len(tiers()), len(isa.Available()); got != want {
		t.Errorf("%d tiers for %d instruction sets", got, want)
	}
}
