//go:build xla && (linux || darwin)

package pjrt

import (
	"fmt"
	"unsafe"

	"github.com/ebitengine/purego"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/regular"
)

// Plugin is an open plugin; it stays open until the process ends.
type Plugin struct {
	api  *api
	path string
}

// maxMessage bounds what is shown of a message of the plugin or of the loader.
const maxMessage = 600

// Open loads the shared library at path. A file that is no plugin, or one of
// another version, is a usage error.
func Open(path string) (*Plugin, error) {
	refuse := func(err error) (*Plugin, error) {
		return nil, configs.Usagef("%s is no PJRT plugin that can be used: %w", foreign.Name(path), err)
	}
	f, _, err := regular.Open(path) // dlopen would wait for a FIFO
	if err != nil {
		return nil, configs.Usagef("%s", foreign.Line(err.Error(), maxMessage))
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	if err := quiet(); err != nil {
		return nil, err
	}
	lib, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return refuse(fmt.Errorf("%s", foreign.Line(err.Error(), maxMessage)))
	}
	symbol, err := purego.Dlsym(lib, "GetPjrtApi")
	if err != nil {
		return refuse(fmt.Errorf("it has no function GetPjrtApi"))
	}
	var get func() *api
	purego.RegisterFunc(&get, symbol)
	p := &Plugin{api: get(), path: path}
	if err := p.api.check(); err != nil {
		return refuse(err)
	}
	var init head
	init.size = unsafe.Sizeof(init)
	if err := p.call(pluginInitialize, unsafe.Pointer(&init)); err != nil {
		return nil, fmt.Errorf("pjrt: %s does not start: %w", foreign.Name(path), err)
	}
	return p, nil
}

// Version returns the version of the API that the plugin was built with.
func (p *Plugin) Version() (major, minor int) {
	return int(p.api.version.major), int(p.api.version.minor)
}

// call calls a function of the table. SyscallN keeps args from being moved or freed
// during the call; what args points to is reachable from it.
func (p *Plugin) call(slot int, args unsafe.Pointer) error {
	e, _, _ := purego.SyscallN(p.api.fn[slot], uintptr(args))
	if e == 0 {
		return nil
	}
	c := errorCodeArgs{err: handle(e)}
	c.size = unsafe.Sizeof(c)
	purego.SyscallN(p.api.fn[errorGetCode], uintptr(unsafe.Pointer(&c)))
	m := errorArgs{err: handle(e)}
	m.size = unsafe.Sizeof(m)
	purego.SyscallN(p.api.fn[errorMessage], uintptr(unsafe.Pointer(&m)))
	err := &Error{int(c.code), foreign.Line(m.message.String(), maxMessage)}
	p.destroy(errorDestroy, handle(e))
	return err
}

// destroy frees an object, which fails only for a programming error.
func (p *Plugin) destroy(slot int, h handle) {
	a := handleArgs{h: h}
	a.size = unsafe.Sizeof(a)
	purego.SyscallN(p.api.fn[slot], uintptr(unsafe.Pointer(&a)))
}

// await waits for an event and frees it.
func (p *Plugin) await(event handle) error {
	if event == 0 {
		return nil
	}
	a := eventArgs{event: event}
	a.size = unsafe.Sizeof(a)
	err := p.call(eventAwait, unsafe.Pointer(&a))
	p.destroy(eventDestroy, event)
	return err
}

func (p *Plugin) text(slot int, of handle) (string, error) {
	a := textArgs{of: of}
	a.size = unsafe.Sizeof(a)
	if err := p.call(slot, unsafe.Pointer(&a)); err != nil {
		return "", err
	}
	return foreign.Line(a.out.String(), maxMessage), nil
}

func (p *Plugin) derive(slot int, of handle) (uintptr, error) {
	a := derivedArgs{of: of}
	a.size = unsafe.Sizeof(a)
	err := p.call(slot, unsafe.Pointer(&a))
	return a.out, err
}
