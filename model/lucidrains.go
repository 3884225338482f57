package model

import (
	"fmt"

	"github.com/condmean/condmean/configs"
)

// lucidrains is the Unet of denoising-diffusion-pytorch. Names of tensors are those of
// its version 2, whichever version the settings describe.
type lucidrains struct {
	configs.Lucidrains
	shape  []int // (C,H,W) of a sample
	widths []int // channels in front of the first level and after each one
	levels int
}

var _ architecture = (*lucidrains)(nil)

// newLucidrains lays the network out for samples of shape (C,H,W).
func newLucidrains(c configs.Model, shape []int) (architecture, error) {
	if err := c.Lucidrains.CheckSample(shape); err != nil {
		return nil, fmt.Errorf("model.lucidrains: %w", err)
	}
	l := c.Lucidrains.Clone()
	return &lucidrains{Lucidrains: l, shape: shape, widths: l.Widths(), levels: len(l.DimMults)}, nil
}

// declare lists the tensors in the order of the library's state dict, which has the
// way up before the middle.
func (a *lucidrains) declare(d *declaration) {
	values, first, last := a.shape[0], a.widths[0], a.widths[a.levels]
	d.convTaps("init_conv", values, first, initTaps)
	d.linear("time_mlp.1", a.Dim, a.embedding())
	d.linear("time_mlp.3", a.embedding(), a.embedding())
	for i := range a.levels {
		l := a.down(i)
		a.declareResidual(d, l.name+".0", l.in, l.in)
		a.declareResidual(d, l.name+".1", l.in, l.in)
		a.declareAttention(d, l.name+".2", l.in, l.full)
		d.convTaps(l.resample, l.in*l.fold, l.out, l.taps)
	}
	for i := range a.levels {
		l := a.up(i)
		a.declareResidual(d, l.name+".0", l.in+l.out, l.in)
		a.declareResidual(d, l.name+".1", l.in+l.out, l.in)
		a.declareAttention(d, l.name+".2", l.in, l.full)
		d.convTaps(l.resample, l.in, l.out, l.taps)
	}
	a.declareResidual(d, "mid_block1", last, last)
	a.declareAttention(d, "mid_attn", last, true)
	a.declareResidual(d, "mid_block2", last, last)
	a.declareResidual(d, "final_res_block", 2*first, first)
	d.convTaps("final_conv", first, values, 1)
	if a.LearnedVariance { // no denoiser needs it
		d.buffer(configs.LucidrainsVariance+".weight", constant(0), values, first, 1, 1)
		d.buffer(configs.LucidrainsVariance+".bias", constant(0), values)
	}
}

// initTaps is the size of the first convolution.
const initTaps = 7

// embedding returns the width E of the time embedding.
func (a *lucidrains) embedding() int { return 4 * a.Dim }

// declareResidual declares a residual block.
func (a *lucidrains) declareResidual(d *declaration, name string, in, out int) {
	d.linear(name+".mlp.1", a.embedding(), 2*out)
	a.declareBlock(d, name+".block1", in, out)
	a.declareBlock(d, name+".block2", out, out)
	if in != out {
		d.convTaps(name+".res_conv", in, out, 1)
	}
}

func (a *lucidrains) declareBlock(d *declaration, name string, in, out int) {
	d.convTaps(name+".proj", in, out, 3)
	if a.BlockNorm == "group" {
		d.affine(name+".norm", out)
	} else {
		d.gain(name+".norm.g", out)
	}
}

func (a *lucidrains) declareAttention(d *declaration, name string, c int, full bool) {
	heads, width, columns := a.AttnHeads, a.AttnDimHead, a.NumMemKV
	if shape := []int{2, heads, width, columns}; columns > 0 {
		if full {
			shape[2], shape[3] = columns, width
		}
		d.parameter(name+".mem_kv", normal(1), shape...)
	}
	d.gain(name+".norm.g", c)
	d.parameter(name+".to_qkv.weight", uniform(c), 3*heads*width, c, 1, 1)
	if full {
		d.convTaps(name+".to_out", heads*width, c, 1)
		return
	}
	d.convTaps(name+".to_out.0", heads*width, c, 1)
	d.gain(name+".to_out.1.g", c)
}

// lucidLevel is a level on the way down or up.
type lucidLevel struct {
	name     string // prefix
	in, out  int    // channels of the level, and those that it leaves
	full     bool   // attention is full, not linear
	resample string // the convolution that leaves the level
	taps     int    // of that
	fold     int    // pixels that it reads as channels of one
	last     bool   // it keeps the size
}

// down describes level i on the way down.
func (a *lucidrains) down(i int) lucidLevel {
	l := lucidLevel{name: fmt.Sprintf("downs.%d", i), in: a.widths[i], out: a.widths[i+1], full: a.FullAttn[i], fold: 1, last: i == a.levels-1}
	switch {
	case l.last:
		l.resample, l.taps = l.name+".3", 3
	case a.Downsample == "conv":
		l.resample, l.taps = l.name+".3", 4
	default:
		l.resample, l.taps, l.fold = l.name+".3.1", 1, 4
	}
	return l
}

// up describes level i on the way up, where 0 is the deepest.
func (a *lucidrains) up(i int) lucidLevel {
	j := a.levels - 1 - i // on the way down
	l := lucidLevel{name: fmt.Sprintf("ups.%d", i), in: a.widths[j+1], out: a.widths[j], full: a.FullAttn[j], taps: 3, fold: 1, last: j == 0}
	l.resample = l.name + ".3.1"
	if l.last {
		l.resample = l.name + ".3"
	}
	return l
}

func (a *lucidrains) ends() (first, last string) { return "init_conv", "final_conv" }

func (a *lucidrains) checkBatch(int) error { return nil }

// gain declares the factors of a norm over the channels of each pixel.
func (d *declaration) gain(name string, c int) {
	d.parameter(name, constant(1), 1, c, 1, 1)
}
