package model

import (
	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op"
)

// forward builds ε̂ = UNet(x, t); see the package comment.
func (a *unet) forward(b *builder, x, level *G.Node) *G.Node {
	temb := b.embed(level, a.channels)
	temb = b.silu(b.linear(temb, "time_mlp.0"))
	temb = b.silu(b.linear(temb, "time_mlp.2")) // each residual block begins with this SiLU

	h := b.conv(op.Input{X: x}, "init_conv", op.ConvOptions{Padding: op.Replicate})
	skips := []*G.Node{h}
	for i, level := range a.downs {
		for _, blk := range level {
			h = a.residual(b, h, temb, blk)
			skips = append(skips, h)
		}
		if i < len(a.downs)-1 {
			h = b.avgPool(h)
			skips = append(skips, h)
		}
	}
	h = a.residual(b, h, temb, a.mid)
	for i, level := range a.ups {
		for _, blk := range level {
			skip := skips[len(skips)-1]
			skips = skips[:len(skips)-1]
			h = a.residual(b, b.concat(h, skip), temb, blk)
		}
		if i < len(a.ups)-1 {
			h = b.upsample(h)
		}
	}
	return b.conv(b.norm(a.norm, h, nil, "final_block.0"), "final_block.2", op.ConvOptions{Padding: op.Replicate})
}

// residual is norm → SiLU → conv, scale-shift by the time embedding,
// norm → SiLU → dropout → conv, plus the input, by a convolution where the
// number of channels changes.
func (a *unet) residual(b *builder, x, temb *G.Node, blk block) *G.Node {
	h := b.conv(b.norm(a.norm, x, nil, blk.name+".block1.0"), blk.name+".block1.2", op.ConvOptions{})
	film := b.linear(temb, blk.name+".time_mlp.1") // (N, 2·out): scale, then shift
	in := b.norm(a.norm, h, film, blk.name+".block2.0")
	in.Mask = b.dropout(h, a.dropout)
	if blk.in != blk.out {
		x = b.conv(op.Input{X: x}, blk.name+".bypass", op.ConvOptions{})
	}
	return b.conv(in, blk.name+".block2.3", op.ConvOptions{Residual: x})
}
