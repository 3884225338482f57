//go:build xla && (linux || darwin)

package pjrt

import (
	"fmt"
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"
)

// Executable is a compiled program.
type Executable struct {
	p       *Plugin
	h       handle
	outputs int
}

// Compile compiles a StableHLO module, as text, for the client's device.
func (c *Client) Compile(module []byte, debug Options) (*Executable, error) {
	opts := compileOptions(debug, c.index)
	prog := program{code: unsafe.Pointer(unsafe.SliceData(module)), codeN: uintptr(len(module)), format: textOf("mlir")}
	prog.size = unsafe.Sizeof(prog)
	a := compileArgs{client: c.h, program: &prog, options: unsafe.Pointer(unsafe.SliceData(opts)), optionsN: uintptr(len(opts))}
	a.size = unsafe.Sizeof(a)
	if err := c.p.call(clientCompile, unsafe.Pointer(&a)); err != nil {
		return nil, fmt.Errorf("pjrt: compile: %w", err)
	}
	return c.loaded(a.executable)
}

// Load returns an executable that Serialize has made of the same plugin and device.
func (c *Client) Load(serialized []byte) (*Executable, error) {
	if len(serialized) == 0 || c.p.api.fn[executableDeserializeAndLoad] == 0 {
		return nil, fmt.Errorf("pjrt: load: nothing that this plugin loads")
	}
	a := deserializeArgs{client: c.h, bytes: unsafe.Pointer(unsafe.SliceData(serialized)), n: uintptr(len(serialized))}
	a.size = unsafe.Sizeof(a)
	if err := c.p.call(executableDeserializeAndLoad, unsafe.Pointer(&a)); err != nil {
		return nil, fmt.Errorf("pjrt: load: %w", err)
	}
	return c.loaded(a.executable)
}

func (c *Client) loaded(h handle) (*Executable, error) {
	e := &Executable{p: c.p, h: h}
	err := e.unloaded(func(ex handle) error {
		n, err := c.p.derive(executableNumOutputs, ex)
		e.outputs = int(n)
		return err
	})
	if err != nil {
		e.Close()
		return nil, fmt.Errorf("pjrt: %w", err)
	}
	return e, nil
}

// unloaded hands f the executable as it is apart from its device.
func (e *Executable) unloaded(f func(handle) error) error {
	ex, err := e.p.derive(loadedExecutableGetExecutable, e.h)
	if err != nil {
		return err
	}
	defer e.p.destroy(executableDestroy, handle(ex))
	return f(handle(ex))
}

// Serialize returns what Load makes the executable of again. Not every plugin can.
func (e *Executable) Serialize() (serialized []byte, err error) {
	if e.p.api.fn[executableSerialize] == 0 {
		return nil, fmt.Errorf("pjrt: the plugin does not serialize")
	}
	err = e.unloaded(func(ex handle) error {
		a := serializeArgs{executable: ex}
		a.size = unsafe.Sizeof(a)
		if err := e.p.call(executableSerialize, unsafe.Pointer(&a)); err != nil {
			return fmt.Errorf("pjrt: serialize: %w", err)
		}
		serialized = []byte(a.bytes.String())
		if a.free != 0 {
			purego.SyscallN(a.free, uintptr(a.serialized))
		}
		return nil
	})
	return serialized, err
}

// Close frees the executable.
func (e *Executable) Close() { e.p.destroy(loadedExecutableDestroy, e.h) }

// Run starts the program and returns its results, which are there once it has ended:
// to download one waits for that, and has the error where it failed. A buffer that the
// program takes over (tf.aliasing_output) is good for nothing afterwards but to be
// closed; arguments may be closed at once.
func (e *Executable) Run(in ...*Buffer) ([]*Buffer, error) {
	args := make([]handle, len(in)+1) // never empty
	for i, b := range in {
		args[i] = b.h
	}
	outs := make([]handle, e.outputs+1)
	argList, outList := &args[0], &outs[0]
	var opts executeOptions
	opts.size = unsafe.Sizeof(opts)
	a := executeArgs{executable: e.h, options: &opts, arguments: unsafe.Pointer(&argList), numDevices: 1,
		numArgs: uintptr(len(in)), outputs: unsafe.Pointer(&outList)}
	a.size = unsafe.Sizeof(a)
	if err := e.p.call(loadedExecutableExecute, unsafe.Pointer(&a)); err != nil {
		return nil, fmt.Errorf("pjrt: run: %w", err)
	}
	runtime.KeepAlive(in)
	res := make([]*Buffer, e.outputs)
	for i := range res {
		res[i] = &Buffer{e.p, outs[i]}
	}
	return res, nil
}
