//go:build xla && (linux || darwin)

package devicetest

import (
	"os"
	"sync"
	"testing"

	"github.com/condmean/condmean/device"
)

// Plugin returns the path of the plugin that CONDMEAN_PJRT names, and skips the test
// where it names none.
func Plugin(t testing.TB) string {
	t.Helper()
	path := os.Getenv("CONDMEAN_PJRT")
	if path == "" {
		t.Skip("CONDMEAN_PJRT names no plugin")
	}
	return path
}

// open opens the plugin once a process: it cannot be closed, and its threads stay.
var open = sync.OnceValues(func() (device.Device, error) {
	return device.Open("xla", device.Options{Precision: "float32"})
})

// Open returns the plugin's first device, which the tests of a process share.
// Products are float32, so that results can be held against exact ones.
func Open(t testing.TB) device.Device {
	t.Helper()
	Plugin(t)
	d, err := open()
	if err != nil {
		t.Fatal(err)
	}
	return d
}
