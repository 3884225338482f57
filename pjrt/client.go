//go:build xla && (linux || darwin)

package pjrt

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
)

// Client is a connection to the devices of a plugin, of which it uses one.
type Client struct {
	p        *Plugin
	h        handle
	device   handle
	index    int // of the device
	Platform string
	Version  string // of the platform
	Kind     string // of the device
}

// NewClient creates a client that uses the device of a given number, from 0 on.
// Options are the plugin's own.
func (p *Plugin) NewClient(options Options, device int) (*Client, error) {
	named := options.named()
	a := createArgs{options: unsafe.Pointer(unsafe.SliceData(named)), numOptions: uintptr(len(named))}
	a.size = unsafe.Sizeof(a)
	err := p.call(clientCreate, unsafe.Pointer(&a))
	runtime.KeepAlive(options)
	var refused *Error
	if errors.As(err, &refused) && len(options) > 0 && (refused.Code == invalidArgument || refused.Code == unimplemented) {
		return nil, configs.Usagef("the plugin %s refuses the options %s: %w", foreign.Name(p.path), foreign.Quote(options.String()), err)
	}
	if err != nil {
		return nil, fmt.Errorf("pjrt: the plugin %s finds no device: %w", foreign.Name(p.path), err)
	}
	c := &Client{p: p, h: a.client, index: device}
	if err := c.choose(device); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// choose takes a device and asks what it is.
func (c *Client) choose(device int) error {
	d := devicesArgs{client: c.h}
	d.size = unsafe.Sizeof(d)
	if err := c.p.call(clientAddressableDevices, unsafe.Pointer(&d)); err != nil {
		return fmt.Errorf("pjrt: devices: %w", err)
	}
	all := unsafe.Slice(d.devices, d.n)
	if device < 0 || device >= len(all) {
		return configs.Usagef("device %d: the plugin has %d, counted from 0", device, len(all))
	}
	c.device = all[device]
	description, err := c.p.derive(deviceGetDescription, c.device)
	if err == nil {
		c.Kind, err = c.p.text(deviceDescriptionKind, handle(description))
	}
	name, err1 := c.p.text(clientPlatformName, c.h)
	version, err2 := c.p.text(clientPlatformVersion, c.h)
	c.Platform, c.Version = name, version
	return errors.Join(err, err1, err2)
}

// Close frees the client. Its buffers and executables must be closed before.
func (c *Client) Close() { c.p.destroy(clientDestroy, c.h) }
