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

// newUNet lays out the blocks for samples of shape (C,L) or (C,H,W).
func newUNet(c configs.Model, shape []int) (architecture, error) {
	levels := len(c.Multipliers)
	norm, err := newNormalization(c.Norm)
	if err != nil {
		return nil, err
	}
	for _, n := range shape[1:] {
		if f := 1 << (levels - 1); n%f != 0 {
			return nil, fmt.Errorf("model.multipliers: %d levels halve the sample %d times, but its size %d (shape %v) is not a multiple of %d", levels, levels-1, n, shape, f)
		}
	}
	a := &unet{shape: shape, channels: c.Channels, temb: 4 * c.Channels, norm: norm, dropout: c.Dropout}
	h := c.Channels
	skips := []int{h}
	index := 0
	for i, m := range c.Multipliers {
		out := m * c.Channels
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

func (a *unet) declare(d *declaration) {
	in, dims := a.shape[0], len(a.shape)-1
	d.conv("init_conv", in, a.channels, dims)
	d.linear("time_mlp.0", a.channels, a.temb)
	d.linear("time_mlp.2", a.temb, a.temb)
	residual := func(b block) {
		d.norm(a.norm, b.name+".block1.0", b.in)
		d.conv(b.name+".block1.2", b.in, b.out, dims)
		d.linear(b.name+".time_mlp.1", a.temb, 2*b.out)
		d.norm(a.norm, b.name+".block2.0", b.out)
		d.conv(b.name+".block2.3", b.out, b.out, dims)
		if b.in != b.out {
			d.conv(b.name+".bypass", b.in, b.out, dims)
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
	d.norm(a.norm, "final_block.0", h)
	d.conv("final_block.2", h, in, dims)
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

// publishedUNet is the UNet as the published code's "unet_dict" has it.
func publishedUNet(c configs.Model, shape []int) map[string]any {
	return map[string]any{"ch_data": shape[0], "ch_init": c.Channels, "ch_out": shape[0], "kernel_size": 3, "mode": fmt.Sprintf("%dD", len(shape)-1),
		"ch_multipliers": c.Multipliers, "num_res_blocks": c.Blocks, "dropout": c.Dropout, "norm_type": c.Norm, "device": "cpu"}
}
