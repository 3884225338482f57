//go:build !xla || !(linux || darwin)

package device

import (
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/lower/hlo"
)

// supported tells whether this build opens plugins.
const supported = false

func open(string, int, hlo.Precision, Options) (Device, error) {
	return nil, configs.Usagef("--device: this program is built without plugins; build it on Linux or macOS with -tags xla, as in go run -tags xla ./cmd/train (docs/devices.md)")
}

func findCUDA() (string, error) { return "", nil }
