//go:build xla && (linux || darwin)

package device

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/lower/hlo"
	"github.com/condmean/condmean/pjrt"
)

// supported tells whether this build opens plugins.
const supported = true

// xla is the device of a PJRT plugin.
type xla struct {
	client    *pjrt.Client
	precision hlo.Precision
	word      string       // for the precision
	debug     pjrt.Options // of compilations
	cache     *cache       // nil: none
	options   Options
}

var _ Device = (*xla)(nil)

func open(path string, device int, precision hlo.Precision, o Options) (Device, error) {
	plugin, err := pjrt.Open(path)
	if err != nil {
		return nil, fmt.Errorf("--device: %w", err)
	}
	options, err := pjrt.ParseOptions(os.Getenv(envOptions))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", envOptions, err)
	}
	client, err := plugin.NewClient(options, device)
	if err != nil {
		return nil, fmt.Errorf("--device: %w", err)
	}
	x := &xla{client: client, precision: precision, word: o.Precision, debug: pjrt.Options{}, options: o}
	if o.Precision == "tf32" && x.onCPU() {
		client.Close()
		return nil, configs.Usagef("--precision tf32: the platform %s has none; want float32 or bf16", client.Platform)
	}
	if dir := cudaData(path); dir != "" && !strings.Contains(os.Getenv("XLA_FLAGS"), "xla_gpu_cuda_data_dir") {
		x.debug["xla_gpu_cuda_data_dir"] = dir
	}
	if x.cache, err = newCache(path, client, x.debug); err != nil {
		client.Close()
		return nil, err
	}
	return x, nil
}

func (x *xla) onCPU() bool { return strings.EqualFold(x.client.Platform, "cpu") }

// String implements Device.
func (x *xla) String() string {
	s := "XLA " + x.client.Platform
	if !strings.EqualFold(x.client.Kind, x.client.Platform) {
		s += ", " + x.client.Kind
	}
	if x.word != "" {
		s += ", " + x.word
	}
	return s
}

// Precision implements Device.
func (x *xla) Precision() hlo.Precision { return x.precision }

// Compile implements Device. It takes the module from the cache if it is there.
func (x *xla) Compile(ctx context.Context, what string, module []byte) (Executable, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if e := x.cache.get(x.client, module); e != nil {
		return executable{e}, nil
	}
	done := report(x.options.Err, "compiling "+what+" for "+x.String())
	e, err := x.client.Compile(module, x.debug)
	done()
	if err != nil {
		return nil, err
	}
	x.cache.put(e, module)
	return executable{e}, nil
}

// Upload implements Device.
func (x *xla) Upload(data []float32, shape ...int) (Buffer, error) {
	b, err := x.client.Upload(data, shape...)
	if err != nil {
		return nil, err
	}
	return b, nil
}

// Close implements Device.
func (x *xla) Close() error {
	x.client.Close()
	return nil
}

type executable struct{ e *pjrt.Executable }

// Run implements Executable.
func (e executable) Run(in []Buffer) ([]Buffer, error) {
	args := make([]*pjrt.Buffer, len(in))
	for i, b := range in {
		args[i] = b.(*pjrt.Buffer)
	}
	out, err := e.e.Run(args...)
	if err != nil {
		return nil, err
	}
	res := make([]Buffer, len(out))
	for i, b := range out {
		res[i] = b
	}
	return res, nil
}

// Close implements Executable.
func (e executable) Close() { e.e.Close() }
