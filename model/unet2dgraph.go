package model

import (
	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op"
)

// forward builds UNet2DModel(x, t); see the package comment.
func (a *unet2d) forward(b *builder, x, level *G.Node) *G.Node {
	temb := a.embed(b, level)
	if a.CenterInput {
		x = b.rescale(x, 2, -1)
	}
	h := b.conv(op.Input{X: x}, "conv_in", op.ConvOptions{})
	skips := []*G.Node{h}
	for i := range a.levels {
		l := a.down(i)
		for j := range a.LayersPerBlock {
			h = a.residual(b, h, temb, l.resnet(j), residual2d{})
			if l.attends {
				h = a.attention(b, h, l.attention(j), a.NormNumGroups, 1)
			}
			skips = append(skips, h)
		}
		switch {
		case l.resample == "":
			continue
		case l.residual:
			h = a.residual(b, h, temb, l.resample, residual2d{resample: b.avgPool})
		default: // a convolution with stride 2 is every second pixel of one with stride 1
			h = b.subsample(b.conv(op.Input{X: h}, l.resample+".conv", op.ConvOptions{}), 1-a.DownsamplePad)
		}
		skips = append(skips, h)
	}
	h = a.middle(b, h, temb)
	for i := range a.levels {
		l := a.up(i)
		for j := range a.LayersPerBlock + 1 {
			last := len(skips) - 1
			h = a.joined(b, h, skips[last], temb, l.resnet(j))
			skips = skips[:last]
			if l.attends {
				h = a.attention(b, h, l.attention(j), a.NormNumGroups, 1)
			}
		}
		switch {
		case l.resample == "":
		case l.residual:
			h = a.residual(b, h, temb, l.resample, residual2d{resample: b.upsample})
		default:
			h = b.upsampleConv(h, l.resample+".conv")
		}
	}
	y := b.conv(a.norm(b, h, "conv_norm_out", a.NormNumGroups), "conv_out", op.ConvOptions{})
	if a.TimeEmbedding == "fourier" {
		y = b.quotient(y, level)
	}
	return y
}

// embed returns SiLU of the embedding of the level, with which each residual block
// begins.
func (a *unet2d) embed(b *builder, level *G.Node) *G.Node {
	e := b.do(func() (*G.Node, error) {
		switch a.TimeEmbedding {
		case "fourier":
			return op.NewFourierEmbedding(b.net.rt, level, b.param("time_proj.weight"))
		case "learned":
			return op.NewLookup(b.net.rt, b.param("time_proj.weight"), level)
		}
		return op.NewSinusoids(b.net.rt, level, op.EmbeddingOptions{
			Dim: a.EmbeddingWidth(), CosFirst: a.FlipSinToCos, FrequencyShift: float64(a.FreqShift), Factor: a.TimeFactor})
	})
	return b.linearSiLU(b.linearSiLU(e, "time_embedding.linear_1"), "time_embedding.linear_2")
}

func (a *unet2d) middle(b *builder, h, temb *G.Node) *G.Node {
	if !a.Middle() {
		return h
	}
	scale := residual2d{divisor: a.MidBlockScale}
	h = a.residual(b, h, temb, "mid_block.resnets.0", scale)
	if a.AddAttention {
		h = a.attention(b, h, "mid_block.attentions.0", a.MiddleGroups(), a.MidBlockScale)
	}
	return a.residual(b, h, temb, "mid_block.resnets.1", scale)
}

// joined is the residual block of x and a skip.
func (a *unet2d) joined(b *builder, x, skip, temb *G.Node, name string) *G.Node {
	defer b.segment()()
	return a.residual(b, b.concat(x, skip), temb, name, residual2d{})
}

// residual2d is what makes a residual block a special one.
type residual2d struct {
	resample func(*G.Node) *G.Node // halves or doubles the image on both branches
	divisor  float64               // of the sum; 0: 1
}

// residual is norm → SiLU → conv, plus a shift by the time embedding, norm (then a
// scale-shift by it instead) → SiLU → dropout → conv, plus the input, by a convolution
// of one tap where the number of channels changes.
func (a *unet2d) residual(b *builder, x, temb *G.Node, name string, o residual2d) *G.Node {
	defer b.segment()()
	in := a.norm(b, x, name+".norm1", a.NormNumGroups)
	if o.resample != nil {
		in = op.Input{X: o.resample(b.activate(in))}
		x = o.resample(x)
	}
	h := b.conv(in, name+".conv1", op.ConvOptions{})
	in = b.groupNorm(h, name+".norm2", op.NormOptions{Groups: a.NormNumGroups, Eps: a.NormEps, After: a.TimeScaleShift == "scale_shift"},
		b.linear(temb, name+".time_emb_proj"))
	if a.Dropout > 0 && b.mode == op.Train {
		in = op.Input{X: b.dropValues(b.activate(in), a.Dropout)}
	}
	if b.has(name + ".conv_shortcut.weight") {
		x = b.conv(op.Input{X: x}, name+".conv_shortcut", op.ConvOptions{})
	}
	return b.divide(b.conv(in, name+".conv2", op.ConvOptions{Residual: x}), o.divisor)
}

// attention is x + W·softmax(q·kᵀ/√d)·v + b with q, k and v linear in the normalised
// x; 0 groups: in x itself.
func (a *unet2d) attention(b *builder, x *G.Node, name string, groups int, divisor float64) *G.Node {
	defer b.segment()()
	in := op.Input{X: x}
	if groups > 0 {
		in = a.norm(b, x, name+".group_norm", groups)
		in.Linear = true
	}
	qkv := b.joint(in, name+".to_q", name+".to_k", name+".to_v")
	heads, _ := a.HeadsAt(b.channels(x))
	h := b.attention(qkv, op.AttentionOptions{Heads: heads})
	return b.divide(b.conv(op.Input{X: h}, name+".to_out.0", op.ConvOptions{Residual: x}), divisor)
}

func (a *unet2d) norm(b *builder, x *G.Node, name string, groups int) op.Input {
	return b.groupNorm(x, name, op.NormOptions{Groups: groups, Eps: a.NormEps}, nil)
}
