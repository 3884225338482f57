package pretrained

import (
	"strconv"

	"github.com/condmean/condmean/configs"
)

// A part is a layer of the network: the tensors with one prefix and, mostly, the
// suffixes .weight and .bias.
type part struct {
	name   string // in today's diffusers, which is the network's own
	openai string // in OpenAI's networks
	shape  []int  // of the weight
	bias   bool   // there is one, with the weight's first size
	joint  int    // 1, 2, 3: the weight is the query, key or value of a joint one in OpenAI's networks
	heads  [2]int // of a joint one: their number and width
	flat   bool   // a convolution along one axis in OpenAI's networks
}

// walk lists the parts of a network in the order of the library's state dict.
type walk struct {
	configs.UNet2D
	parts []part
}

// partsOf returns the parts of a network for samples of so many channels; of a
// network with learned variance conv_out has twice as many.
func partsOf(u configs.UNet2D, channels int) []part {
	w := &walk{UNet2D: u}
	first, e := u.BlockOutChannels[0], u.EmbeddingOut()
	width, out := u.EmbeddingWidth(), channels
	if u.LearnedVariance {
		out = 2 * channels
	}
	w.conv("conv_in", "input_blocks.0.0", channels, first, 3)
	switch u.TimeEmbedding {
	case "fourier":
		w.parts = append(w.parts, part{name: "time_proj", shape: []int{width}})
		width *= 2
	case "learned":
		w.parts = append(w.parts, part{name: "time_proj", shape: []int{u.TrainTimesteps, width}})
	}
	w.linear("time_embedding.linear_1", "time_embed.0", width, e)
	w.linear("time_embedding.linear_2", "time_embed.2", e, e)
	skips := w.down()
	w.up(skips)
	w.middle()
	w.norm("conv_norm_out", "out.0", first)
	w.conv("conv_out", "out.2", first, out, 3)
	return w.parts
}

// down lists the way down and returns the channels of what it leaves for the way up.
func (w *walk) down() (skips []int) {
	c := w.BlockOutChannels
	skips = []int{c[0]}
	in := c[0]
	for i, out := range c {
		kind, name := w.DownBlockTypes[i], "down_blocks."+strconv.Itoa(i)
		block := func(j int) string { return "input_blocks." + strconv.Itoa(1+i*(w.LayersPerBlock+1)+j) }
		if configs.Attends(kind) {
			for j := range w.LayersPerBlock {
				w.attention(name+".attentions."+strconv.Itoa(j), block(j)+".1", out, w.NormNumGroups)
			}
		}
		for j := range w.LayersPerBlock {
			w.residual(name+".resnets."+strconv.Itoa(j), block(j)+".0", in, out)
			in = out
			skips = append(skips, out)
		}
		if i < len(c)-1 {
			w.sampler(name+".downsamplers.0", block(w.LayersPerBlock)+".0", ".op", out,
				kind == "ResnetDownsampleBlock2D" || configs.Attends(kind) && w.DownsampleType == "resnet")
			skips = append(skips, out)
		}
	}
	return skips
}

func (w *walk) up(skips []int) {
	levels := len(w.BlockOutChannels)
	in := w.BlockOutChannels[levels-1]
	for i, kind := range w.UpBlockTypes {
		out, name := w.BlockOutChannels[levels-1-i], "up_blocks."+strconv.Itoa(i)
		block := func(j int) string { return "output_blocks." + strconv.Itoa(i*(w.LayersPerBlock+1)+j) }
		after := ".1" // what follows the residual block
		if configs.Attends(kind) {
			after = ".2"
			for j := range w.LayersPerBlock + 1 {
				w.attention(name+".attentions."+strconv.Itoa(j), block(j)+".1", out, w.NormNumGroups)
			}
		}
		for j := range w.LayersPerBlock + 1 {
			last := len(skips) - 1
			w.residual(name+".resnets."+strconv.Itoa(j), block(j)+".0", in+skips[last], out)
			in, skips = out, skips[:last]
		}
		if i < levels-1 {
			w.sampler(name+".upsamplers.0", block(w.LayersPerBlock)+after, ".conv", out,
				kind == "ResnetUpsampleBlock2D" || configs.Attends(kind) && w.UpsampleType == "resnet")
		}
	}
}

func (w *walk) middle() {
	c := w.BlockOutChannels[len(w.BlockOutChannels)-1]
	if !w.Middle() {
		return
	}
	if w.AddAttention {
		w.attention("mid_block.attentions.0", "middle_block.1", c, w.MiddleGroups())
	}
	w.residual("mid_block.resnets.0", "middle_block.0", c, c)
	w.residual("mid_block.resnets.1", "middle_block.2", c, c)
}

// residual lists a residual block from a to b channels.
func (w *walk) residual(name, openai string, a, b int) {
	film := b
	if w.TimeScaleShift == "scale_shift" {
		film = 2 * b
	}
	w.norm(name+".norm1", openai+".in_layers.0", a)
	w.conv(name+".conv1", openai+".in_layers.2", a, b, 3)
	w.linear(name+".time_emb_proj", openai+".emb_layers.1", w.EmbeddingOut(), film)
	w.norm(name+".norm2", openai+".out_layers.0", b)
	w.conv(name+".conv2", openai+".out_layers.3", b, b, 3)
	if a != b {
		w.conv(name+".conv_shortcut", openai+".skip_connection", a, b, 1)
	}
}

// attention lists an attention at c channels; 0 groups: it has no normalisation.
func (w *walk) attention(name, openai string, c, groups int) {
	heads, width := w.HeadsAt(c)
	if groups > 0 {
		w.norm(name+".group_norm", openai+".norm", c)
	}
	for i, of := range []string{"q", "k", "v"} {
		w.parts = append(w.parts, part{name: name + ".to_" + of, openai: openai + ".qkv", shape: []int{heads * width, c}, bias: true,
			joint: i + 1, heads: [2]int{heads, width}})
	}
	w.linear(name+".to_out.0", openai+".proj_out", heads*width, c)
	w.parts[len(w.parts)-1].flat = true
}

// sampler lists what halves or doubles the pixels of c channels: a convolution, or a
// residual block.
func (w *walk) sampler(name, openai, convolution string, c int, residual bool) {
	if residual {
		w.residual(name, openai, c, c)
		return
	}
	w.conv(name+".conv", openai+convolution, c, c, 3)
}

func (w *walk) conv(name, openai string, in, out, taps int) {
	w.parts = append(w.parts, part{name: name, openai: openai, shape: []int{out, in, taps, taps}, bias: true})
}

func (w *walk) linear(name, openai string, in, out int) {
	w.parts = append(w.parts, part{name: name, openai: openai, shape: []int{out, in}, bias: true})
}

func (w *walk) norm(name, openai string, channels int) {
	w.parts = append(w.parts, part{name: name, openai: openai, shape: []int{channels}, bias: true})
}
