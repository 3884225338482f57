package pretrained

import (
	"slices"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
)

// The network's class in config.json.
const unetClass = "UNet2DModel"

// oldKeys are the names that settings had in mid 2022.
var oldKeys = map[string]string{
	"sample_size": "image_size", "layers_per_block": "num_res_blocks", "block_out_channels": "block_channels",
	"down_block_types": "down_blocks", "up_block_types": "up_blocks", "freq_shift": "downscale_freq_shift",
	"norm_num_groups": "resnet_num_groups", "act_fn": "resnet_act_fn", "norm_eps": "resnet_eps", "attention_head_dim": "num_head_channels",
}

// network is what is known of a network.
type network struct {
	unet     configs.UNet2D
	lucid    *configs.Lucidrains // in place of unet
	channels int                 // of a sample
	size     [2]int              // height and width; 0: not said
	notes    []string
}

// isUNet tells whether settings are those of the network; very old ones do not name
// their class.
func (o *object) isUNet() bool {
	if o.has("_class_name") {
		return string(o.values["_class_name"]) == `"`+unetClass+`"`
	}
	return o.has("down_block_types") || o.has("down_blocks")
}

// parseUNet reads config.json. What is missing has the library's defaults, of
// whatever version: the keys that came later change nothing by theirs.
func parseUNet(o *object) (*network, error) {
	if !o.isUNet() {
		return nil, configs.Usagef("%s: _class_name = %s: only %s, without conditions, is supported", o.file, foreign.Line(string(o.values["_class_name"]), 80), unetClass)
	}
	for key, old := range oldKeys {
		o.alias(key, old)
	}
	for _, key := range []string{"class_embed_type", "num_class_embeds"} {
		if o.given(key) {
			o.refuse(key, "networks with classes are not supported, only null")
		}
	}
	switch act := o.text("act_fn", "silu"); act {
	case "silu", "swish":
	default:
		o.refuse("act_fn", "only silu, also called swish, is supported")
	}
	if o.has("norm_num_groups") && !o.given("norm_num_groups") {
		o.refuse("norm_num_groups", "networks without groups are not supported")
	}
	n := &network{unet: configs.UNet2D{
		BlockOutChannels: o.integers("block_out_channels", []int{224, 448, 672, 896}),
		LayersPerBlock:   o.integer("layers_per_block", 2),
		DownBlockTypes:   o.blocks("down_block_types", []string{"DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"}),
		UpBlockTypes:     o.blocks("up_block_types", []string{"AttnUpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D"}),
		MidBlockType:     "none",
		MidBlockScale:    o.number("mid_block_scale_factor", 1),
		AddAttention:     o.boolean("add_attention", true),
		AttentionHeadDim: o.positive("attention_head_dim", 8),
		NormNumGroups:    o.integer("norm_num_groups", 32),
		AttnNormGroups:   o.positive("attn_norm_num_groups", 0),
		NormEps:          o.number("norm_eps", 1e-5),
		Dropout:          o.number("dropout", 0),
		TimeScaleShift:   o.text("resnet_time_scale_shift", "default"),
		DownsampleType:   o.text("downsample_type", "conv"),
		UpsampleType:     o.text("upsample_type", "conv"),
		DownsamplePad:    o.integer("downsample_padding", 1),
		CenterInput:      o.boolean("center_input_sample", false),
		TimeEmbedding:    o.text("time_embedding_type", "positional"),
		TimeEmbeddingDim: o.positive("time_embedding_dim", 0),
		FlipSinToCos:     o.boolean("flip_sin_to_cos", true),
		FreqShift:        o.integer("freq_shift", 0),
		TrainTimesteps:   o.positive("num_train_timesteps", 0),
		TimeFactor:       1,
	}}
	if o.given("mid_block_type") || !o.has("mid_block_type") {
		n.unet.MidBlockType = o.text("mid_block_type", "UNetMidBlock2D")
	}
	n.sizes(o)
	if o.err != nil {
		return nil, o.err
	}
	if err := n.unet.Validate(); err != nil {
		return nil, configs.Usagef("%s: %s", o.file, settingsLine(err))
	}
	return n, nil
}

// settingsLine is a message about settings on one line, with the names that keys
// have in their file.
func settingsLine(err error) string {
	text := strings.NewReplacer("model.unet2d.", "", "model.lucidrains.", "", "\n", "; ").Replace(err.Error())
	return foreign.Line(text, foreign.Limit)
}

// sizes reads the channels and the default size.
func (n *network) sizes(o *object) {
	const most = 1 << 16
	n.channels = o.integer("in_channels", 3)
	out := o.integer("out_channels", 3)
	switch {
	case n.channels < 1 || n.channels > most:
		o.refuse("in_channels", "want 1 to %d", most)
	case out == 2*n.channels:
		n.unet.LearnedVariance = true
	case out != n.channels:
		o.refuse("out_channels", "want in_channels = %d, or twice as many with a learned variance; other networks are conditional", n.channels)
	}
	if !o.given("sample_size") {
		return
	}
	size := o.values["sample_size"]
	if size[0] != '[' {
		s := o.integer("sample_size", 0)
		n.size = [2]int{s, s}
	} else if list := o.integers("sample_size", nil); len(list) == 2 {
		n.size = [2]int(list)
	}
	if slices.Min(n.size[:]) < 1 || slices.Max(n.size[:]) > most {
		o.refuse("sample_size", "want a size or [height, width], from 1 to %d", most)
	}
}

// blockReasons say why block types are not supported, by what their names hold.
var blockReasons = []struct{ part, why string }{
	{"Skip", "the FIR resampling of NCSN++ is not supported"},
	{"CrossAttn", "conditional networks are not supported"},
	{"K", "the blocks of k-diffusion are not supported"},
	{"Encoder", "autoencoders are not supported"},
	{"Decoder", "autoencoders are not supported"},
}

// blocks reads types of blocks. The prefix UNetRes is of 2022.
func (o *object) blocks(key string, byDefault []string) []string {
	types := o.texts(key, byDefault)
	known := configs.Words("model.unet2d." + key)
	for i, t := range types {
		types[i] = strings.TrimPrefix(t, "UNetRes")
		if slices.Contains(known, types[i]) {
			continue
		}
		why := "want " + strings.Join(known, ", ")
		for _, r := range blockReasons {
			if strings.Contains(t, r.part) {
				why = r.why
				break
			}
		}
		if o.err == nil {
			o.err = configs.Usagef("%s: %s: %s: %s", o.file, key, foreign.Quote(t), why)
		}
	}
	return types
}
