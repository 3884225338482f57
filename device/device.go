// Package device opens the devices that can run a network in the place of the
// CPU, such as a GPU. Programs name them by --device; everything else sees
// the interfaces of this package and needs no build tag.
//
//	cpu        no device, nil
//	xla:PATH   the PJRT plugin in a file, and its first device
//	xla        the plugin that CONDMEAN_PJRT names
//	cuda       the plugin of an NVIDIA GPU: CONDMEAN_PJRT, else that of an installed
//	           Python package jax-cuda12-plugin or jax-cuda13-plugin
//	cuda:N     its device N, counted from 0
//
// Plugins need a build with the tag xla; see package pjrt.
package device

import (
	"context"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/lower/hlo"
)

// Device runs modules of StableHLO. Its methods may be called by several goroutines.
type Device interface {
	// String names the device, its plugin's platform and the precision.
	String() string
	// Precision is how products are computed where modules leave it open.
	Precision() hlo.Precision
	// Compile compiles a module. What says in a word what it is, for the progress
	// that is shown.
	Compile(ctx context.Context, what string, module []byte) (Executable, error)
	// Upload copies a row-major array to the device.
	Upload(data []float32, shape ...int) (Buffer, error)
	// Close ends the connection. Buffers and executables must be closed before.
	Close() error
}

// Executable is a compiled module.
type Executable interface {
	// Run starts the module and returns its results, which Download waits for.
	// Arguments that results take the memory of (see hlo.Module.Alias) are good for
	// nothing afterwards but to be closed; all may be closed at once.
	Run(in []Buffer) ([]Buffer, error)
	Close()
}

// Buffer is an array of float32 on a device.
type Buffer interface {
	// Download copies it to dst, which has its size.
	Download(dst []float32) error
	Close()
}

// Options are how a device is opened.
type Options struct {
	Precision string    // "", float32, tf32 or bf16; see ParsePrecision
	Err       io.Writer // progress of compilations; nil: none
}

// Environment variables.
const (
	envPlugin  = "CONDMEAN_PJRT"         // path of the plugin
	envOptions = "CONDMEAN_PJRT_OPTIONS" // of its client, such as memory_fraction=0.5,preallocate=false
	envCache   = "CONDMEAN_PJRT_CACHE"   // folder of compiled modules; "off": none
)

// Names lists what Open understands, for help texts.
const Names = "cpu|xla:PLUGIN|cuda"

// Open opens the device of a name, nil for cpu. An unknown name, a plugin that cannot
// be used, or a build without them is a usage error of one line.
func Open(name string, o Options) (Device, error) {
	precision, err := ParsePrecision(o.Precision)
	if err != nil {
		return nil, err
	}
	kind, rest, _ := strings.Cut(name, ":")
	switch {
	case name == "" || name == "cpu":
		if o.Precision != "" {
			return nil, configs.Usagef("--precision %s: --device cpu computes in float32; it is for other devices", o.Precision)
		}
		return nil, nil
	case kind == "xla":
		if rest == "" {
			rest = os.Getenv(envPlugin)
		}
		if rest == "" {
			return nil, configs.Usagef("--device xla: no plugin is named; want xla:PLUGIN, or set %s", envPlugin)
		}
		return open(rest, 0, precision, o)
	case kind == "cuda":
		n := 0
		if rest != "" {
			if n, err = strconv.Atoi(rest); err != nil || n < 0 {
				return nil, configs.Usagef("--device %s: want cuda:N, the number of a GPU from 0 on", foreign.Name(name))
			}
		}
		if !supported {
			return open("", n, precision, o)
		}
		plugin, err := findCUDA()
		if err != nil {
			return nil, err
		}
		return open(plugin, n, precision, o)
	}
	return nil, configs.Usagef("--device %s: want %s", foreign.Name(name), Names)
}

// ParsePrecision reads a precision: "" is XLA's default, which is TF32 on GPUs that
// have it and float32 elsewhere; tf32 says so; float32 is that everywhere; bf16
// rounds the factors of products and convolutions to bfloat16 and adds in float32.
// Parameters and moments are float32 always.
func ParsePrecision(name string) (hlo.Precision, error) {
	switch name {
	case "", "tf32":
		return hlo.Default, nil
	case "float32":
		return hlo.Exact, nil
	case "bf16":
		return hlo.Half, nil
	}
	return 0, configs.Usagef("--precision %s: want float32, tf32 or bf16", foreign.Name(name))
}
