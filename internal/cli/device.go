package cli

import (
	"github.com/spf13/pflag"

	"github.com/condmean/condmean/device"
)

// Words of the flags, for completions.
var (
	DeviceWords    = []string{"cpu", "cuda", "xla:"}
	PrecisionWords = []string{"float32", "tf32", "bf16"}
)

// DeviceFlags choose what runs the network.
type DeviceFlags struct{ name, precision string }

// Register adds --device and --precision.
func (d *DeviceFlags) Register(fs *pflag.FlagSet) {
	fs.StringVar(&d.name, "device", "cpu", "what runs the network: `"+device.Names+"`; others than cpu need a build with -tags xla (docs/devices.md)")
	fs.StringVar(&d.precision, "precision", "", "of products on other devices: `float32|tf32|bf16` (default: XLA's, which is tf32 on GPUs that have it); weights are float32 always")
}

// Open opens the device, nil for cpu. The caller closes it.
func (d *DeviceFlags) Open(s Streams) (device.Device, error) {
	return device.Open(d.name, device.Options{Precision: d.precision, Err: s.Err})
}

// Given are the names of the flags that were used.
func (d *DeviceFlags) Given(fs *pflag.FlagSet) []string {
	var names []string
	for _, name := range []string{"device", "precision"} {
		if fs.Changed(name) {
			names = append(names, name)
		}
	}
	return names
}

// CloseDevice closes what Open opened.
func CloseDevice(d device.Device, err *error) {
	if d == nil {
		return
	}
	if closed := d.Close(); *err == nil {
		*err = closed
	}
}
