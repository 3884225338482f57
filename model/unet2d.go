package model

import (
	"fmt"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/rng"
)

// unet2d is the unconditional UNet2DModel of diffusers, and with Heads and Embedding
// the network of OpenAI's improved-diffusion and guided-diffusion. Names of tensors
// and settings are the library's.
type unet2d struct {
	configs.UNet2D
	shape  []int // (C,H,W) of a sample
	levels int
}

var _ architecture = (*unet2d)(nil)

// newUNet2D lays the network out for samples of shape (C,H,W).
func newUNet2D(c configs.Model, shape []int) (architecture, error) {
	if err := c.UNet2D.CheckSample(shape); err != nil {
		return nil, fmt.Errorf("model.unet2d: %w", err)
	}
	return &unet2d{UNet2D: c.UNet2D.Clone(), shape: shape, levels: len(c.UNet2D.BlockOutChannels)}, nil
}

// declare lists the tensors in the order of the library's state dict, which has
// attentions before the residual blocks of a level and the middle after the way up.
func (a *unet2d) declare(d *declaration) {
	first, values := a.BlockOutChannels[0], a.shape[0]
	d.conv("conv_in", values, first, 2)
	a.declareTime(d)
	skips := a.declareDown(d)
	a.declareUp(d, skips)
	if c := a.channels(a.levels - 1); a.Middle() {
		if a.AddAttention {
			a.declareAttention(d, "mid_block.attentions.0", c, a.MiddleGroups())
		}
		a.declareResidual(d, "mid_block.resnets.0", c, c)
		a.declareResidual(d, "mid_block.resnets.1", c, c)
	}
	d.affine("conv_norm_out", first)
	d.conv("conv_out", first, values, 2)
	if a.LearnedVariance { // no denoiser needs it
		d.buffer(configs.UNet2DVariance+".weight", constant(0), values, first, 3, 3)
		d.buffer(configs.UNet2DVariance+".bias", constant(0), values)
	}
}

func (a *unet2d) declareTime(d *declaration) {
	width, out := a.EmbeddingWidth(), a.EmbeddingOut()
	switch a.TimeEmbedding {
	case "fourier": // random frequencies that are not trained
		d.buffer("time_proj.weight", normal(16), width)
		width *= 2
	case "learned":
		d.parameter("time_proj.weight", normal(1), a.TrainTimesteps, width)
	}
	d.linear("time_embedding.linear_1", width, out)
	d.linear("time_embedding.linear_2", out, out)
}

// declareDown returns the channels of what the way down leaves for the way up.
func (a *unet2d) declareDown(d *declaration) (skips []int) {
	in := a.BlockOutChannels[0]
	skips = []int{in}
	for i, out := range a.BlockOutChannels {
		level := a.down(i)
		for j := range a.LayersPerBlock {
			if level.attends {
				a.declareAttention(d, level.attention(j), out, a.NormNumGroups)
			}
		}
		for j := range a.LayersPerBlock {
			a.declareResidual(d, level.resnet(j), in, out)
			in = out
			skips = append(skips, out)
		}
		if level.resample != "" {
			a.declareSampler(d, level, out)
			skips = append(skips, out)
		}
	}
	return skips
}

func (a *unet2d) declareUp(d *declaration, skips []int) {
	in := a.channels(a.levels - 1)
	for i := range a.levels {
		level, out := a.up(i), a.channels(a.levels-1-i)
		for j := range a.LayersPerBlock + 1 {
			if level.attends {
				a.declareAttention(d, level.attention(j), out, a.NormNumGroups)
			}
		}
		for j := range a.LayersPerBlock + 1 {
			last := len(skips) - 1
			a.declareResidual(d, level.resnet(j), in+skips[last], out)
			in, skips = out, skips[:last]
		}
		if level.resample != "" {
			a.declareSampler(d, level, out)
		}
	}
}

func (a *unet2d) declareSampler(d *declaration, l level2d, c int) {
	if l.residual {
		a.declareResidual(d, l.resample, c, c)
		return
	}
	d.conv(l.resample+".conv", c, c, 2)
}

func (a *unet2d) declareResidual(d *declaration, name string, in, out int) {
	film := out
	if a.TimeScaleShift == "scale_shift" {
		film = 2 * out
	}
	d.affine(name+".norm1", in)
	d.conv(name+".conv1", in, out, 2)
	d.linear(name+".time_emb_proj", a.EmbeddingOut(), film)
	d.affine(name+".norm2", out)
	d.conv(name+".conv2", out, out, 2)
	if in != out {
		d.convTaps(name+".conv_shortcut", in, out, 1)
	}
}

func (a *unet2d) declareAttention(d *declaration, name string, c, groups int) {
	heads, width := a.HeadsAt(c)
	if groups > 0 {
		d.affine(name+".group_norm", c)
	}
	for _, of := range []string{".to_q", ".to_k", ".to_v"} {
		d.linear(name+of, c, heads*width)
	}
	d.linear(name+".to_out.0", heads*width, c)
}

// level2d names the parts of a level on the way down or up.
type level2d struct {
	name     string // prefix
	attends  bool   // attention follows each residual block
	resample string // prefix of what halves or doubles the image; "" on the last level
	residual bool   // which is a residual block, not a convolution
}

func (l level2d) resnet(j int) string    { return fmt.Sprintf("%s.resnets.%d", l.name, j) }
func (l level2d) attention(j int) string { return fmt.Sprintf("%s.attentions.%d", l.name, j) }

// down describes level i on the way down.
func (a *unet2d) down(i int) level2d {
	return a.level("down", i, a.DownBlockTypes[i], a.DownsampleType)
}

// up describes level i on the way up, where 0 is the deepest.
func (a *unet2d) up(i int) level2d {
	return a.level("up", i, a.UpBlockTypes[i], a.UpsampleType)
}

// level describes level i of a way, "down" or "up"; blocks with attention resample as
// resampling says.
func (a *unet2d) level(way string, i int, kind, resampling string) level2d {
	l := level2d{name: fmt.Sprintf("%s_blocks.%d", way, i), attends: configs.Attends(kind)}
	if i < a.levels-1 {
		l.resample = fmt.Sprintf("%s.%ssamplers.0", l.name, way)
		l.residual = strings.HasPrefix(kind, "Resnet") || l.attends && resampling == "resnet"
	}
	return l
}

func (a *unet2d) channels(level int) int { return a.BlockOutChannels[level] }

func (a *unet2d) ends() (first, last string) { return "conv_in", "conv_out" }

func (a *unet2d) checkBatch(int) error { return nil }

// affine declares weight 1 and bias 0 of c channels.
func (d *declaration) affine(name string, c int) {
	d.parameter(name+".weight", constant(1), c)
	d.parameter(name+".bias", constant(0), c)
}

// normal draws from a Gaussian of the given standard deviation.
func normal(std float64) initializer {
	return func(values []float32, r *rng.Stream) {
		for i := range values {
			values[i] = float32(std * r.Rand().NormFloat64())
		}
	}
}
