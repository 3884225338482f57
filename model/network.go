package model

import (
	"fmt"
	"sync"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/op"
)

// UNet is the paper's noise predictor over its weights. Train and inference
// graphs are built from it and share the weights; it is safe to use from one
// goroutine at a time.
type UNet struct {
	config  configs.Model
	shape   []int // (C,L) or (C,H,W)
	rt      *op.Runtime
	arch    *arch
	norm    normalization
	params  []*Tensor          // trainable, in the order of the torch state dict
	buffers []*Tensor          // running statistics
	state   []*Tensor          // both, in the order of the torch state dict
	byName  map[string]*Tensor // both
	frozen  op.Frozen

	mu         sync.Mutex
	inference  map[int]*inference // by batch size
	recentSize []int
}

// New returns a UNet for samples of the given shape, (C,L) or (C,H,W), with
// weights drawn as PyTorch's default initialisers do, as a function of seed.
func New(rt *op.Runtime, c configs.Model, shape []int, seed uint64) (*Network, error) {
	a, err := newArch(c, shape)
	if err != nil {
		return nil, err
	}
	norm, err := newNormalization(c.Norm)
	if err != nil {
		return nil, err
	}
	if c.Dropout < 0 || c.Dropout >= 1 {
		return nil, fmt.Errorf("model.dropout: %v, want a probability in [0,1)", c.Dropout)
	}
	u := &UNet{config: c, shape: append([]int(nil), shape...), rt: rt, arch: a, norm: norm,
		byName: map[string]*Tensor{}, inference: map[int]*inference{}}
	u.declare()
	u.Init(seed)
	return u, nil
}

// declare lists all tensors in the order of the torch state dict.
func (net *Network) declare() {
	in, dims := u.shape[0], len(u.shape)-1
	temb := u.arch.temb
	u.declareConv("init_conv", in, u.arch.channels, dims)
	u.declareLinear("time_mlp.0", u.arch.channels, temb)
	u.declareLinear("time_mlp.2", temb, temb)
	residual := func(b block) {
		u.declareNorm(b.name+".block1.0", b.in)
		u.declareConv(b.name+".block1.2", b.in, b.out, dims)
		u.declareLinear(b.name+".time_mlp.1", temb, 2*b.out)
		u.declareNorm(b.name+".block2.0", b.out)
		u.declareConv(b.name+".block2.3", b.out, b.out, dims)
		if b.in != b.out {
			u.declareConv(b.name+".bypass", b.in, b.out, dims)
		}
	}
	for _, level := range u.arch.downs {
		for _, b := range level {
			residual(b)
		}
	}
	residual(u.arch.mid)
	for _, level := range u.arch.ups {
		for _, b := range level {
			residual(b)
		}
	}
	last := u.arch.ups[len(u.arch.ups)-1]
	h := last[len(last)-1].out
	u.declareNorm("final_block.0", h)
	u.declareConv("final_block.2", h, in, dims)
}

func (net *Network) declareConv(name string, in, out, dims int) {
	shape := []int{out, in, 3, 3}[:2+dims]
	u.add(true, name+".weight", shape...)
	u.add(true, name+".bias", out)
}

func (net *Network) declareLinear(name string, in, out int) {
	u.add(true, name+".weight", out, in)
	u.add(true, name+".bias", out)
}

func (net *Network) declareNorm(name string, c int) {
	if u.norm.affine {
		u.add(true, name+".weight", c)
		u.add(true, name+".bias", c)
	}
	if u.norm.kind == op.Batch {
		u.add(false, name+".running_mean", c)
		u.add(false, name+".running_var", c)
		u.add(false, name+".num_batches_tracked")
	}
}

func (net *Network) add(trainable bool, name string, shape ...int) {
	n := 1
	for _, d := range shape {
		n *= d
	}
	t := &Tensor{Name: name, Shape: append([]int{}, shape...), Data: make([]float32, n)}
	u.state = append(u.state, t)
	u.byName[name] = t
	if trainable {
		u.params = append(u.params, t)
	} else {
		u.buffers = append(u.buffers, t)
	}
}

// Config returns the architecture.
func (net *Network) Config() configs.Model { return u.config }

// Shape returns the shape (C,L) or (C,H,W) of one sample.
func (net *Network) Shape() []int { return append([]int(nil), u.shape...) }

// Dim returns the number of values of one sample.
func (net *Network) Dim() int {
	n := 1
	for _, d := range u.shape {
		n *= d
	}
	return n
}

// Params returns the trainable tensors in the order of the torch state dict.
// They are the network's own: writing to Data changes the network.
func (net *Network) Params() []*Tensor { return u.params }

// Buffers returns the running statistics of batch norms, likewise.
func (net *Network) Buffers() []*Tensor { return u.buffers }

// State returns all tensors in the order of the torch state dict; Data is shared.
func (net *Network) State() []Tensor {
	s := make([]Tensor, len(u.state))
	for i, t := range u.state {
		s[i] = *t
	}
	return s
}

// NumParams returns the number of trainable values.
func (net *Network) NumParams() int {
	n := 0
	for _, t := range u.params {
		n += len(t.Data)
	}
	return n
}

// Load copies tensors by name. All of the network's tensors must be given,
// with its shapes; num_batches_tracked may be missing. Others are refused.
func (net *Network) Load(tensors []Tensor) error {
	given := map[string]*Tensor{}
	for i, t := range tensors {
		if u.byName[t.Name] == nil {
			return fmt.Errorf("model: tensor %s is not part of this network", t.Name)
		}
		given[t.Name] = &tensors[i]
	}
	for _, t := range u.state {
		s := given[t.Name]
		switch {
		case s == nil && len(t.Shape) == 0:
		case s == nil:
			return fmt.Errorf("model: tensor %s is missing", t.Name)
		case !equalShape(s.Shape, t.Shape) || len(s.Data) != len(t.Data):
			return fmt.Errorf("model: tensor %s has shape %v, want %v", t.Name, s.Shape, t.Shape)
		}
	}
	for _, t := range tensors {
		copy(u.byName[t.Name].Data, t.Data)
	}
	return nil
}

func equalShape(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// Clone returns a network of the same architecture with its own copy of all
// tensors.
func (net *Network) Clone() (*Network, error) {
	c, err := New(u.rt, u.config, u.shape, 0)
	if err != nil {
		return nil, err
	}
	return c, c.Load(u.State())
}
