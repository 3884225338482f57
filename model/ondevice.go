package model

import (
	"context"
	"errors"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/device"
	"github.com/condmean/condmean/lower"
	"github.com/condmean/condmean/op"
)

// RunOn lets a device make the predictions from now on, or with nil the tape
// machine, and releases what was compiled before. Training steps stay where they are.
func (net *Network) RunOn(d device.Device) error {
	net.mu.Lock()
	defer net.mu.Unlock()
	var errs []error
	for n, g := range net.inference {
		errs = append(errs, g.program.Close())
		delete(net.inference, n)
	}
	net.recentSize = nil
	net.device = d
	return errors.Join(errs...)
}

// compiledSize is the batch size of the graph that predicts n samples. A device's
// compilation takes longer than samples that nobody asks for: one of up to four times
// the size serves.
func (net *Network) compiledSize(n int) int {
	best := n
	if net.device == nil || net.inference[n] != nil {
		return best
	}
	for size := range net.inference {
		if size > n && size <= 4*n && (best == n || size < best) {
			best = size
		}
	}
	return best
}

// deviceProgram is a graph on a device. Weights stay there while they are frozen.
type deviceProgram struct {
	device  device.Device
	run     device.Executable
	args    []lower.Arg
	buffers []device.Buffer // of args; nil where there is none at present
	frozen  *op.Frozen
	version uint64 // of the weights on the device
	out     []float32
}

var _ program = (*deviceProgram)(nil)

func newDeviceProgram(d device.Device, frozen *op.Frozen, out *G.Node) (*deviceProgram, error) {
	p, err := lower.NewProgram(d.Precision(), out)
	if err != nil {
		return nil, err
	}
	run, err := d.Compile(context.Background(), "the network", p.Text)
	if err != nil {
		return nil, err
	}
	return &deviceProgram{device: d, run: run, args: p.Args, buffers: make([]device.Buffer, len(p.Args)), frozen: frozen,
		out: make([]float32, out.Shape().TotalSize())}, nil
}

// Run implements program.
func (p *deviceProgram) Run() error {
	v := p.frozen.Version()
	fresh := v != 0 && v == p.version
	p.version = v
	for i, a := range p.args {
		if p.buffers[i] != nil {
			if fresh && a.Name != "x" && a.Name != "level" {
				continue
			}
			p.buffers[i].Close()
			p.buffers[i] = nil
		}
		b, err := p.device.Upload(a.Data, a.Shape...)
		if err != nil {
			return err
		}
		p.buffers[i] = b
	}
	out, err := p.run.Run(p.buffers)
	if err != nil {
		return err
	}
	defer func() {
		for _, b := range out {
			b.Close()
		}
	}()
	return out[0].Download(p.out)
}

// Output implements program.
func (p *deviceProgram) Output(int) []float32 { return p.out }

// Close implements program.
func (p *deviceProgram) Close() error {
	for _, b := range p.buffers {
		if b != nil {
			b.Close()
		}
	}
	p.run.Close()
	return nil
}
