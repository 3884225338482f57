//go:build xla && (linux || darwin)

package pjrt

import (
	"os"
	"testing"

	"github.com/ebitengine/purego"
)

// TestQuiet reads the variable as a library does.
func TestQuiet(t *testing.T) {
	symbol, err := purego.Dlsym(purego.RTLD_DEFAULT, "getenv")
	if err != nil {
		t.Fatal(err)
	}
	var getenv func(name string) string
	purego.RegisterFunc(&getenv, symbol)
	want, set := os.LookupEnv(logLevel)
	if !set {
		want = "2"
	}
	if err := quiet(); err != nil {
		t.Fatal(err)
	}
	if got := getenv(logLevel); got != want {
		t.Errorf("%s is %q, want %q", logLevel, got, want)
	}
}
