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
		for j, blk := range level {
			last := len(skips) - 1
			h = a.joined(b, h, skips[last], temb, blk, i > 0 && j == 0)
			skips = skips[:last]
		}
	}
	return b.conv(b.norm(a.norm, h, nil, "final_block.0"), "final_block.2", op.ConvOptions{Padding: op.Replicate})
}

// joined is the residual block of x, doubled first where up says so, and a skip.
func (a *unet) joined(b *builder, x, skip, temb *G.Node, blk block, up bool) *G.Node {
	defer b.segment()()
	if up {
		x = b.upsample(x)
	}
	return a.residual(b, b.concat(x, skip), temb, blk)
}

// residual is norm → SiLU → conv, scale-shift by the time embedding,
// norm → SiLU → dropout → conv, plus the input, by a convolution where the
// number of channels changes.
func (a *unet) residual(b *builder, x, temb *G.Node, blk block) *G.Node {
	defer b.segment()()
	h := b.conv(b.norm(a.norm, x, nil, blk.name+".block1.0"), blk.name+".block1.2", op.ConvOptions{})
	film := b.linear(temb, blk.name+".time_mlp.1") // (N, 2·out): scale, then shift
	in := b.norm(a.norm, h, film, blk.name+".block2.0")
	in.Mask = b.dropout(h, a.dropout)
	if blk.in != blk.out {
		x = b.conv(op.Input{X: x}, blk.name+".bypass", op.ConvOptions{})
	}
	return b.conv(in, blk.name+".block2.3", op.ConvOptions{Residual: x})
}
