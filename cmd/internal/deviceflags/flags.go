// Package deviceflags has the flags that choose what runs the network, for the commands.
package deviceflags

import (
	"github.com/spf13/pflag"

	"github.com/condmean/condmean/device"
	"github.com/condmean/condmean/internal/cli"
)

// Words of the flags, for completions.
var (
	Devices    = []string{"cpu", "cuda", "xla:"}
	Precisions = []string{"float32", "tf32", "bf16"}
)

// Flags choose what runs the network.
type Flags struct{ name, precision string }

// Register adds --device and --precision.
func (d *Flags) Register(fs *pflag.FlagSet) {
	fs.StringVar(&d.name, "device", "cpu", "what runs the network: `"+device.Names+"`; others than cpu need a build with -tags xla (docs/devices.md)")
	fs.StringVar(&d.precision, "precision", "", "of products on other devices: `float32|tf32|bf16` (default: XLA's, which is tf32 on GPUs that have it); weights are float32 always")
}

// Open opens the device, nil for cpu. The caller closes it.
func (d *Flags) Open(s cli.Streams) (device.Device, error) {
	return device.Open(d.name, device.Options{Precision: d.precision, Err: s.Err})
}

// Given are the names of the flags that were used.
func (d *Flags) Given(fs *pflag.FlagSet) []string {
	var names []string
	for _, name := range []string{"device", "precision"} {
		if fs.Changed(name) {
			names = append(names, name)
		}
	}
	return names
}

// Close closes what Open opened.
func Close(d device.Device, err *error) {
	if d == nil {
		return
	}
	if closed := d.Close(); *err == nil {
		*err = closed
	}
}
