package model

import (
	"math"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op"
)

// forward builds Unet(x, t); see the package comment.
func (a *lucidrains) forward(b *builder, x, level *G.Node) *G.Node {
	e := b.do(func() (*G.Node, error) { // rounded as the library does, which shows at high levels
		return op.NewSinusoids(b.net.rt, level, op.EmbeddingOptions{Dim: a.Dim, FrequencyShift: 1})
	})
	e = b.gelu(b.linear(e, "time_mlp.1"))
	temb := b.linearSiLU(e, "time_mlp.3") // each residual block begins with this SiLU

	first := b.windowConv(x, "init_conv", op.PatchAttributes{Size: initTaps, Stride: 1, Padding: initTaps / 2})
	h, skips := first, G.Nodes{}
	for i := range a.levels {
		l := a.down(i)
		h = a.residual(b, h, temb, l.name+".0")
		skips = append(skips, h)
		h = a.residual(b, h, temb, l.name+".1")
		h = a.attention(b, h, l.name+".2", l.full)
		skips = append(skips, h)
		switch {
		case l.last:
			h = b.conv(op.Input{X: h}, l.resample, op.ConvOptions{})
		case a.Downsample == "conv":
			h = b.windowConv(h, l.resample, op.PatchAttributes{Size: l.taps, Stride: 2, Padding: 1})
		default: // pixel-unshuffle, then one tap
			h = b.windowConv(h, l.resample, op.PatchAttributes{Size: 2, Stride: 2})
		}
	}
	h = a.residual(b, h, temb, "mid_block1")
	h = a.attention(b, h, "mid_attn", true)
	h = a.residual(b, h, temb, "mid_block2")
	for i := range a.levels {
		l := a.up(i)
		for _, block := range []string{".0", ".1"} {
			last := len(skips) - 1
			h = a.joined(b, h, skips[last], temb, l.name+block)
			skips = skips[:last]
		}
		h = a.attention(b, h, l.name+".2", l.full)
		if l.last {
			h = b.conv(op.Input{X: h}, l.resample, op.ConvOptions{})
		} else {
			h = b.upsampleConv(h, l.resample)
		}
	}
	h = a.joined(b, h, first, temb, "final_res_block")
	return b.conv(op.Input{X: h}, "final_conv", op.ConvOptions{})
}

// joined is the residual block of x and a skip.
func (a *lucidrains) joined(b *builder, x, skip, temb *G.Node, name string) *G.Node {
	defer b.segment()()
	return a.residual(b, b.concat(x, skip), temb, name)
}

// residual is conv → norm → scale-shift by the time embedding → SiLU → dropout, then
// conv → norm → SiLU, plus the input, by a convolution of one tap where the number of
// channels changes.
func (a *lucidrains) residual(b *builder, x, temb *G.Node, name string) *G.Node {
	defer b.segment()()
	film := b.linear(temb, name+".mlp.1") // (N, 2·out): scale, then shift
	in := a.norm(b, a.conv(b, op.Input{X: x}, name+".block1.proj"), name+".block1.norm", film)
	if a.Dropout > 0 && b.mode == op.Train {
		in = op.Input{X: b.dropValues(b.activate(in), a.Dropout)}
	}
	h := b.activate(a.norm(b, a.conv(b, in, name+".block2.proj"), name+".block2.norm", nil))
	if b.has(name + ".res_conv.weight") {
		return b.conv(op.Input{X: x}, name+".res_conv", op.ConvOptions{Residual: h})
	}
	return b.add(h, x)
}

// conv is a convolution of a residual block, of weights that are standardised in some
// versions.
func (a *lucidrains) conv(b *builder, in op.Input, name string) *G.Node {
	switch a.Standardize {
	case "added":
		return b.standardConv(in, name, op.StandardizeAttributes{Eps: op.NormEps})
	case "floor":
		return b.standardConv(in, name, op.StandardizeAttributes{Eps: op.NormEps, Floor: true})
	}
	return b.conv(in, name, op.ConvOptions{})
}

// norm normalises x, then scales and shifts it by film if there is one; the reader of
// the result applies SiLU.
func (a *lucidrains) norm(b *builder, x *G.Node, name string, film *G.Node) op.Input {
	if a.BlockNorm == "group" {
		return b.groupNorm(x, name, op.NormOptions{Groups: norms.groups, After: film != nil}, film)
	}
	in := op.Input{X: b.pixelNorm(x, name+".g", rmsNorm)}
	if film != nil {
		in.Affine = b.modulation(film)
	}
	return in
}

// rmsNorm and layerNorm are the library's norms over the channels of a pixel.
var (
	rmsNorm   = op.PixelNormAttributes{RMS: true, Eps: 1e-12}
	layerNorm = op.PixelNormAttributes{Eps: op.NormEps}
)

// attention is x + W·softmax(q·kᵀ/√d)·v + b with q, k and v linear in the normalised
// x, or x plus the norm of linear attention's result.
func (a *lucidrains) attention(b *builder, x *G.Node, name string, full bool) *G.Node {
	defer b.segment()()
	norm := rmsNorm
	if a.AttnNorm == "layer" {
		norm = layerNorm
	}
	qkv := b.convUnbiased(b.pixelNorm(x, name+".norm.g", norm), name+".to_qkv")
	o := op.AttentionOptions{Heads: a.AttnHeads}
	if a.NumMemKV > 0 {
		o.Memory = b.param(name + ".mem_kv")
	}
	if full {
		h := b.attention(a.unit(b, qkv), o)
		return b.conv(op.Input{X: h}, name+".to_out", op.ConvOptions{Residual: x})
	}
	h := b.linearAttention(qkv, o)
	if a.DivideValues { // by which the result, linear in the values, is divided
		h = b.divide(h, b.pixels(h))
	}
	h = b.conv(op.Input{X: h}, name+".to_out.0", op.ConvOptions{})
	return b.add(b.pixelNorm(h, name+".to_out.1.g", norm), x)
}

// unit makes each feature of the queries and of the keys, over the pixels, of length
// one, with products times UnitScale: they are divided by √d later on.
func (a *lucidrains) unit(b *builder, qkv *G.Node) *G.Node {
	if a.UnitScale == 0 {
		return qkv
	}
	return b.unitPlanes(qkv, 2*a.AttnHeads*a.AttnDimHead, math.Sqrt(a.UnitScale*math.Sqrt(float64(a.AttnDimHead))))
}
