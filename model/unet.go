package model

import (
	"fmt"

	"github.com/condmean/condmean/configs"
)

// block is a residual block from In to Out channels.
type block struct {
	name    string // prefix of its parameters, e.g. "downs.3"
	in, out int
}

// arch lists the residual blocks of a UNet in the order of the torch modules.
// On the way down and up an element is a level; names skip the index that the
// pooling or upsampling module takes.
type arch struct {
	channels int // of the first convolution, and of the time embedding
	temb     int // width of the time MLP
	downs    [][]block
	mid      block
	ups      [][]block
}

// newArch checks the configuration against the shape (C,L) or (C,H,W) of one
// sample and lays out the blocks.
func newArch(c configs.Model, shape []int) (*arch, error) {
	if c.Kind != "" && c.Kind != "unet" {
		return nil, fmt.Errorf("model.kind: %q is unknown, want unet", c.Kind)
	}
	if len(shape) != 2 && len(shape) != 3 {
		return nil, fmt.Errorf("model: samples have shape %v, want (channels, length) or (channels, height, width)", shape)
	}
	levels := len(c.Multipliers)
	switch {
	case c.Channels < 4 || c.Channels%2 != 0:
		return nil, fmt.Errorf("model.channels: %d, want an even number of at least 4", c.Channels)
	case levels == 0:
		return nil, fmt.Errorf("model.multipliers: empty, want one number a level")
	case c.Blocks < 1:
		return nil, fmt.Errorf("model.blocks: %d, want at least 1", c.Blocks)
	}
	for _, n := range shape[1:] {
		if f := 1 << (levels - 1); n%f != 0 || n == 0 {
			return nil, fmt.Errorf("model.multipliers: %d levels halve the sample %d times, but its size %d (shape %v) is not a multiple of %d", levels, levels-1, n, shape, f)
		}
	}
	a := &arch{channels: c.Channels, temb: 4 * c.Channels}
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
