package model

import (
	"fmt"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/op"
)

// block is a residual block from In to Out channels.
type block struct {
	name    string // prefix of its parameters, e.g. "downs.3"
	in, out int
}

// unet lists the residual blocks of a UNet in the order of the torch modules.
// On the way down and up an element is a level; names skip the index that the
// pooling or upsampling module takes.
type unet struct {
	shape    []int // of a sample
	channels int   // of the first convolution, and of the time embedding
	temb     int   // width of the time MLP
	norm     normalization
	dropout  float64
	downs    [][]block
	mid      block
	ups      [][]block
}

var _ architecture = (*unet)(nil)

// newUNet checks the configuration against the shape (C,L) or (C,H,W) of one
// sample and lays out the blocks.
func newUNet(c configs.Model, shape []int) (*unet, error) {
	levels := len(c.Multipliers)
	switch {
	case c.Channels < 4 || c.Channels%2 != 0:
		return nil, fmt.Errorf("model.channels: %d, want an even number of at least 4", c.Channels)
	case levels == 0:
		return nil, fmt.Errorf("model.multipliers: empty, want one number a level")
	case c.Blocks < 1:
		return nil, fmt.Errorf("model.blocks: %d, want at least 1", c.Blocks)
	case c.Dropout < 0 || c.Dropout >= 1:
		return nil, fmt.Errorf("model.dropout: %v, want a probability in [0,1)", c.Dropout)
	}
	norm, err := newNormalization(c.Norm)
	if err != nil {
		return nil, err
	}
	for _, n := range shape[1:] {
		if f := 1 << (levels - 1); n%f != 0 || n == 0 {
			return nil, fmt.Errorf("model.multipliers: %d levels halve the sample %d times, but its size %d (shape %v) is not a multiple of %d", levels, levels-1, n, shape, f)
		}
	}
	a := &unet{shape: shape, channels: c.Channels, temb: 4 * c.Channels, norm: norm, dropout: c.Dropout}
	h := c.Channels
	skips := []int{h}
	index := 0
	for i, m := range c.Multipliers {
		out := m * c.Channels
		if out < 1 || (c.Norm == "group" && out%norms.groups != 0) {
			return nil, fmt.Errorf("model.multipliers: level %d has %d channels, which do not divide into %d groups", i, out, norms.groups)
		}
		var level []block
		for range c.Blocks {
			level = append(level, block{fmt.Sprintf("downs.%d", index), h, out})
			h = out
			skips = append(skips, h)
			index++
		}
		if i < levels-1 { // pooling
			skips = append(skips, h)
			index++
		}
		a.downs = append(a.downs, level)
	}
	a.mid = block{"mid_resnet", h, h}
	index = 0
	for i := levels - 1; i >= 0; i-- {
		out := c.Multipliers[i] * c.Channels
		var level []block
		for range c.Blocks + 1 {
			skip := skips[len(skips)-1]
			skips = skips[:len(skips)-1]
			level = append(level, block{fmt.Sprintf("ups.%d", index), h + skip, out})
			h = out
			index++
		}
		index++ // upsampling
		a.ups = append(a.ups, level)
	}
	return a, nil
}

func (a *unet) declare(net *Network) {
	in, dims := a.shape[0], len(a.shape)-1
	net.declareConv("init_conv", in, a.channels, dims)
	net.declareLinear("time_mlp.0", a.channels, a.temb)
	net.declareLinear("time_mlp.2", a.temb, a.temb)
	residual := func(b block) {
		net.declareNorm(a.norm, b.name+".block1.0", b.in)
		net.declareConv(b.name+".block1.2", b.in, b.out, dims)
		net.declareLinear(b.name+".time_mlp.1", a.temb, 2*b.out)
		net.declareNorm(a.norm, b.name+".block2.0", b.out)
		net.declareConv(b.name+".block2.3", b.out, b.out, dims)
		if b.in != b.out {
			net.declareConv(b.name+".bypass", b.in, b.out, dims)
		}
	}
	for _, level := range a.downs {
		for _, b := range level {
			residual(b)
		}
	}
	residual(a.mid)
	for _, level := range a.ups {
		for _, b := range level {
			residual(b)
		}
	}
	last := a.ups[len(a.ups)-1]
	h := last[len(last)-1].out
	net.declareNorm(a.norm, "final_block.0", h)
	net.declareConv("final_block.2", h, in, dims)
}

func (a *unet) ends() (first, last string) { return "init_conv", "final_block.2" }

// checkBatch wants more than one value for each statistic of a batch norm at
// the deepest level.
func (a *unet) checkBatch(n int) error {
	plane := 1
	for _, d := range a.shape[1:] {
		plane *= d >> (len(a.downs) - 1)
	}
	if a.norm.kind == op.Batch && n*plane == 1 {
		return fmt.Errorf("train.batch: batch norm needs more than one value a channel; use a larger batch or another norm")
	}
	return nil
}
