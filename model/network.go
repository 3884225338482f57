package model

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/device"
	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/op"
)

// Network is a noise predictor over its weights. Train and inference graphs are
// built from it and share the weights. Predictions and training steps may come
// from several goroutines, and run one after the other; what writes the tensors
// itself must see to it that nothing else runs.
type Network struct {
	config  configs.Model
	shape   []int // (C,L) or (C,H,W)
	rt      *op.Runtime
	arch    architecture
	params  []*Tensor          // in the order of the torch state dict
	buffers []*Tensor          // running statistics
	state   []*Tensor          // both, in the order of the torch state dict
	byName  map[string]*Tensor // both
	inits   []initializer      // of state
	held    map[string]bool    // what training leaves as it is

	checkpointing bool // see Checkpoint

	device device.Device // that predicts; nil: the CPU

	mu         sync.Mutex // held by whatever runs on the weights
	frozen     op.Frozen
	predictors int                // that are open
	version    uint64             // of the weights that these see
	inference  map[int]*inference // by batch size
	recentSize []int
}

// architecture is one kind of network.
type architecture interface {
	// declare adds all tensors, in the order of the torch state dict.
	declare(d *declaration)
	// forward builds the prediction of x (N,C,L) or (N,C,H,W) at level (N) in
	// the graph of b, an activation of the shape of x.
	forward(b *builder, x, level *G.Node) *G.Node
	// checkBatch refuses batches of n samples that cannot be trained on.
	checkBatch(n int) error
	// ends names the first and the last convolution, whose shapes depend on the
	// channels of the data; "" where there are none.
	ends() (first, last string)
}

// New returns a network for samples of the given shape, (C,L) or (C,H,W), with
// weights drawn as PyTorch's default initialisers do, as a function of seed.
func New(rt *op.Runtime, c configs.Model, shape []int, seed uint64) (*Network, error) {
	net, err := declare(c, shape)
	if err != nil {
		return nil, err
	}
	net.rt = rt
	for i, t := range net.state {
		t.Data = make([]float32, dims.Count(t.Shape))
		net.draw(i, seed)
	}
	return net, nil
}

// From returns a network of given tensors, all of its own as [Network.Load] wants them.
// Their values are not copied: they become the network's.
func From(rt *op.Runtime, c configs.Model, shape []int, tensors []Tensor) (*Network, error) {
	net, err := declare(c, shape)
	if err != nil {
		return nil, err
	}
	net.rt = rt
	given, err := net.match(tensors)
	if err != nil {
		return nil, err
	}
	for i, t := range net.state {
		if g := given[t.Name]; g != nil {
			t.Data = g.Data
			continue
		}
		t.Data = make([]float32, dims.Count(t.Shape))
		net.draw(i, 0)
	}
	return net, nil
}

// Declare returns the tensors of a network in the order of the torch state dict,
// without memory for their values, and which of them are parameters.
func Declare(c configs.Model, shape []int) (state []Tensor, parameter []bool, err error) {
	net, err := declare(c, shape)
	if err != nil {
		return nil, nil, err
	}
	for _, t := range net.state {
		state = append(state, *t)
		parameter = append(parameter, slices.Contains(net.params, t))
	}
	return state, parameter, nil
}

// maxValues bounds the size of a network: settings may come from a file.
const maxValues = 1 << 30

// declare lays a network out. Settings and shape may come from a file: they are
// checked before anything is sized by them.
func declare(c configs.Model, shape []int) (*Network, error) {
	c.Kind, c.Norm = cmp.Or(c.Kind, "unet"), cmp.Or(c.Norm, "batch")
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if len(shape) != 2 && len(shape) != 3 {
		return nil, fmt.Errorf("model: samples have shape %v, want (channels, length) or (channels, height, width)", shape)
	}
	if _, ok := dims.CountWithin(shape, maxValues); !ok || slices.Min(shape) < 1 {
		return nil, fmt.Errorf("model: samples of shape %v: want sizes from 1 on, and at most %d values", shape, maxValues)
	}
	if err := configs.CheckSample(shape); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	k, err := kindOf(c.Kind)
	if err != nil {
		return nil, err
	}
	a, err := k.layout(c, slices.Clone(shape))
	if err != nil {
		return nil, err
	}
	var d declaration
	a.declare(&d)
	net := &Network{config: c, shape: slices.Clone(shape), arch: a, byName: map[string]*Tensor{}, inference: map[int]*inference{}}
	total := 0.0
	for _, v := range d.tensors {
		net.add(v)
		total += float64(dims.Count(v.shape))
	}
	if total > maxValues {
		return nil, fmt.Errorf("model: these settings make a network of %.3g values, at most %d are supported; choose fewer channels", total, maxValues)
	}
	return net, nil
}

func (net *Network) add(v declared) {
	t := &Tensor{Name: v.name, Shape: v.shape}
	net.state = append(net.state, t)
	net.inits = append(net.inits, v.init)
	net.byName[v.name] = t
	if v.buffer {
		net.buffers = append(net.buffers, t)
	} else {
		net.params = append(net.params, t)
	}
}

// draw writes the initial values of a tensor, as a function of the seed.
func (net *Network) draw(i int, seed uint64) {
	var s rng.Stream
	s.Reset(seed, rng.Init, 0, uint64(i))
	net.inits[i](net.state[i].Data, &s)
}

// Config returns the architecture.
func (net *Network) Config() configs.Model { return net.config }

// Shape returns the shape (C,L) or (C,H,W) of one sample.
func (net *Network) Shape() []int { return append([]int(nil), net.shape...) }

// Dim returns the number of values of one sample.
func (net *Network) Dim() int { return dims.Count(net.shape) }

// Params returns the parameters in the order of the torch state dict. They are
// the network's own: writing to Data changes the network.
func (net *Network) Params() []*Tensor { return net.params }

// Buffers returns the running statistics of batch norms, likewise.
func (net *Network) Buffers() []*Tensor { return net.buffers }

// State returns all tensors in the order of the torch state dict; Data is shared.
func (net *Network) State() []Tensor {
	s := make([]Tensor, len(net.state))
	for i, t := range net.state {
		s[i] = *t
	}
	return s
}

// Ends returns the names of the first and the last convolution, whose shapes
// depend on the channels of the data.
func (net *Network) Ends() (first, last string) { return net.arch.ends() }

// NumParams returns the number of values of all parameters.
func (net *Network) NumParams() int {
	n := 0
	for _, t := range net.params {
		n += len(t.Data)
	}
	return n
}

// Load copies tensors by name. All of the network's tensors must be given,
// with its shapes; num_batches_tracked may be missing. Others are refused.
func (net *Network) Load(tensors []Tensor) error {
	net.mu.Lock()
	defer net.mu.Unlock()
	if net.predictors > 0 {
		return fmt.Errorf("model: load: %w", errOpen)
	}
	given, err := net.match(tensors)
	if err != nil {
		return err
	}
	for name, t := range given {
		copy(net.byName[name].Data, t.Data)
	}
	return nil
}

// match returns the tensors by name, or refuses those that are not the network's.
func (net *Network) match(tensors []Tensor) (given map[string]*Tensor, err error) {
	given = map[string]*Tensor{}
	for i, t := range tensors {
		if net.byName[t.Name] == nil {
			return nil, fmt.Errorf("model: tensor %s is not part of this network", t.Name)
		}
		given[t.Name] = &tensors[i]
	}
	for _, t := range net.state {
		s := given[t.Name]
		switch {
		case s == nil && len(t.Shape) == 0:
		case s == nil:
			return nil, fmt.Errorf("model: tensor %s is missing", t.Name)
		case !slices.Equal(s.Shape, t.Shape) || len(s.Data) != dims.Count(t.Shape):
			return nil, fmt.Errorf("model: tensor %s has shape %v, want %v", t.Name, s.Shape, t.Shape)
		}
	}
	return given, nil
}

// Clone returns a network of the same architecture with its own copy of all
// tensors, which training may change, all of them.
func (net *Network) Clone() (*Network, error) {
	state := net.State()
	for i := range state {
		state[i].Data = slices.Clone(state[i].Data)
	}
	c, err := From(net.rt, net.config, net.shape, state)
	if err != nil {
		return nil, err
	}
	c.device = net.device
	return c, nil
}
