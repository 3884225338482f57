package configs

import (
	"fmt"
	"slices"
)

// UNet2D is the network of kind unet2d: the unconditional UNet2DModel of diffusers,
// which with Heads and Embedding is the network of OpenAI's improved-diffusion and
// guided-diffusion too. Settings have the names that config.json gives them and
// mean the same; 0 stands for null. Samples have shape (C,H,W).
type UNet2D struct {
	BlockOutChannels []int    `yaml:"block_out_channels,flow"` // channels of each level
	LayersPerBlock   int      `yaml:"layers_per_block"`        // residual blocks a level on the way down (one more on the way up)
	DownBlockTypes   []string `yaml:"down_block_types,flow" words:"DownBlock2D AttnDownBlock2D ResnetDownsampleBlock2D"`
	UpBlockTypes     []string `yaml:"up_block_types,flow" words:"UpBlock2D AttnUpBlock2D ResnetUpsampleBlock2D"` // deepest first
	MidBlockType     string   `yaml:"mid_block_type" words:"UNetMidBlock2D none"`
	MidBlockScale    float64  `yaml:"mid_block_scale_factor"` // what the residual sums of the middle block are divided by

	AddAttention     bool `yaml:"add_attention"`        // in the middle block
	AttentionHeadDim int  `yaml:"attention_head_dim"`   // width of a head; 0: one head of all channels
	Heads            int  `yaml:"heads"`                // number of heads at all levels in place of their width; 0: by width
	NormNumGroups    int  `yaml:"norm_num_groups"`      // of every group normalisation
	AttnNormGroups   int  `yaml:"attn_norm_num_groups"` // of the middle attention; 0: norm_num_groups, or no normalisation with scale_shift

	NormEps         float64 `yaml:"norm_eps"`
	Dropout         float64 `yaml:"dropout"` // of single values, in the second half of each residual block
	TimeScaleShift  string  `yaml:"resnet_time_scale_shift" words:"default scale_shift"`
	DownsampleType  string  `yaml:"downsample_type" words:"conv resnet"` // of levels with attention
	UpsampleType    string  `yaml:"upsample_type" words:"conv resnet"`   // likewise
	DownsamplePad   int     `yaml:"downsample_padding"`                  // 1: on all sides; 0: below and to the right
	CenterInput     bool    `yaml:"center_input_sample"`                 // feed 2x-1
	LearnedVariance bool    `yaml:"learned_variance"`                    // rows of conv_out for the sampler's variance are kept aside, untouched

	TimeEmbedding    string  `yaml:"time_embedding_type" words:"positional fourier learned"`
	TimeEmbeddingDim int     `yaml:"time_embedding_dim"`  // outputs of the time embedding's layers; 0: four times its width
	Embedding        int     `yaml:"embedding"`           // width of the time embedding; 0: block_out_channels[0]
	FlipSinToCos     bool    `yaml:"flip_sin_to_cos"`     // cosines first
	FreqShift        int     `yaml:"freq_shift"`          // δ of the frequencies exp(-ln(10000)·k/(h-δ)), k < h = ⌊width/2⌋
	TrainTimesteps   int     `yaml:"num_train_timesteps"` // rows of a learned embedding
	TimeFactor       float64 `yaml:"time_factor"`         // the time that is fed to the embedding is this times the level's index
}

// UNet2DVariance is what the rows of conv_out that concern the sampler's variance
// are called once they are cut off: .weight and .bias follow.
const UNet2DVariance = "conv_out_variance"

// DefaultUNet2D returns the settings that a configuration begins with: the library's
// at the sizes of its course's first network, which has 18.5 million parameters for
// images of three channels.
func DefaultUNet2D() UNet2D {
	return UNet2D{
		BlockOutChannels: []int{64, 128, 128, 256},
		LayersPerBlock:   2,
		DownBlockTypes:   []string{"DownBlock2D", "DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"},
		UpBlockTypes:     []string{"AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D", "UpBlock2D"},
		MidBlockType:     "UNetMidBlock2D",
		MidBlockScale:    1,
		AddAttention:     true,
		AttentionHeadDim: 8,
		NormNumGroups:    32,
		NormEps:          1e-5,
		TimeScaleShift:   "default",
		DownsampleType:   "conv",
		UpsampleType:     "conv",
		DownsamplePad:    1,
		TimeEmbedding:    "positional",
		FlipSinToCos:     true,
		TimeFactor:       1,
	}
}

// Clone returns a copy that shares no memory with u.
func (u UNet2D) Clone() UNet2D {
	u.BlockOutChannels = slices.Clone(u.BlockOutChannels)
	u.DownBlockTypes, u.UpBlockTypes = slices.Clone(u.DownBlockTypes), slices.Clone(u.UpBlockTypes)
	return u
}

// Middle reports whether there is a middle block.
func (u UNet2D) Middle() bool { return u.MidBlockType != "none" }

// Attends reports whether blocks of a type have attention.
func Attends(blockType string) bool {
	return blockType == "AttnDownBlock2D" || blockType == "AttnUpBlock2D"
}

// HeadsAt returns the number of attention heads at c channels and their width,
// whose product may be less than c.
func (u UNet2D) HeadsAt(c int) (heads, width int) {
	switch {
	case u.Heads > 0:
		return u.Heads, c / u.Heads
	case u.AttentionHeadDim > 0:
		return c / u.AttentionHeadDim, u.AttentionHeadDim
	}
	return 1, c
}

// MiddleGroups returns the groups of the middle attention's normalisation, 0 if it
// has none.
func (u UNet2D) MiddleGroups() int {
	if u.AttnNormGroups == 0 && u.TimeScaleShift == "default" {
		return u.NormNumGroups
	}
	return u.AttnNormGroups
}

// EmbeddingWidth returns the width D of the time embedding, before it is doubled
// by a Fourier embedding, and EmbeddingOut that of the layers behind it.
func (u UNet2D) EmbeddingWidth() int {
	if u.Embedding > 0 || len(u.BlockOutChannels) == 0 {
		return u.Embedding
	}
	return u.BlockOutChannels[0]
}

// EmbeddingOut is documented with EmbeddingWidth.
func (u UNet2D) EmbeddingOut() int {
	if u.TimeEmbeddingDim > 0 {
		return u.TimeEmbeddingDim
	}
	return 4 * u.EmbeddingWidth()
}

// CheckSample refuses samples that the network cannot halve and double again: it
// wants (C,H,W) with sizes that divide by 2 to the number of levels less one.
func (u UNet2D) CheckSample(shape []int) error {
	if err := CheckSample(shape); err != nil {
		return err
	}
	factor := 1 << max(len(u.BlockOutChannels)-1, 0)
	if len(shape) != 3 || shape[1]%factor != 0 || shape[2]%factor != 0 {
		return fmt.Errorf("sample shape %s: the %d levels of model.unet2d.block_out_channels want images (C,H,W) with a height and width that are multiples of %d",
			showShape(shape), len(u.BlockOutChannels), factor)
	}
	return nil
}

// Validate checks the settings as [Model.Validate] does, wherever they come from.
func (u UNet2D) Validate() error {
	var r rules
	u.validate(&r)
	return usage(r)
}

func (u UNet2D) validate(r *rules) {
	const section = "model.unet2d."
	for _, c := range []struct{ key, word string }{
		{"mid_block_type", u.MidBlockType}, {"resnet_time_scale_shift", u.TimeScaleShift}, {"downsample_type", u.DownsampleType},
		{"upsample_type", u.UpsampleType}, {"time_embedding_type", u.TimeEmbedding},
	} {
		r.word(section+c.key, c.word)
	}
	widths := u.validateLevels(r, section)
	r.count(section+"layers_per_block", u.LayersPerBlock, 1, 16)
	r.number(section+"mid_block_scale_factor", u.MidBlockScale, "[1e-3,1e3]")
	r.number(section+"norm_eps", u.NormEps, "(0,1]")
	r.number(section+"dropout", u.Dropout, "[0,1)")
	r.count(section+"downsample_padding", u.DownsamplePad, 0, 1)
	r.count(section+"attention_head_dim", u.AttentionHeadDim, 0, maxChannels)
	if r.count(section+"heads", u.Heads, 0, maxChannels) && u.Heads > 0 && u.AttentionHeadDim > 0 {
		r.broken(section+"heads", u.Heads, "their number and their width, attention_head_dim, exclude each other; set one of the two to 0")
	}
	r.count(section+"time_embedding_dim", u.TimeEmbeddingDim, 0, 4*maxChannels)
	r.count(section+"embedding", u.Embedding, 0, maxChannels)
	r.number(section+"time_factor", u.TimeFactor, "(0,1e6]")
	if widths {
		u.validateTime(r, section)
		u.validateAttention(r, section)
	}
}

// validateLevels checks what there is one of a level and tells whether sizes can be
// computed from it.
func (u UNet2D) validateLevels(r *rules, section string) bool {
	levels := len(u.BlockOutChannels)
	if levels == 0 || levels > maxLevels {
		r.broken(section+"block_out_channels", u.BlockOutChannels, "want 1 to %d levels, such as [64, 128]", maxLevels)
		return false
	}
	groups := r.count(section+"norm_num_groups", u.NormNumGroups, 1, maxChannels)
	ok := true
	for i, c := range u.BlockOutChannels {
		key := fmt.Sprintf("%sblock_out_channels[%d]", section, i)
		if !r.count(key, c, 1, maxChannels) {
			ok = false
		} else if groups && c%u.NormNumGroups != 0 {
			r.broken(key, c, "want a multiple of the %d groups of %snorm_num_groups", u.NormNumGroups, section)
		}
	}
	last := u.BlockOutChannels[levels-1]
	if r.count(section+"attn_norm_num_groups", u.AttnNormGroups, 0, maxChannels) && ok && u.AttnNormGroups > 0 && last%u.AttnNormGroups != 0 {
		r.broken(section+"attn_norm_num_groups", u.AttnNormGroups, "want a divisor of the %d channels of the last level", last)
	}
	for _, list := range []struct {
		key   string
		types []string
	}{{"down_block_types", u.DownBlockTypes}, {"up_block_types", u.UpBlockTypes}} {
		if len(list.types) != levels {
			r.broken(section+list.key, list.types, "want one of each of the %d levels of %sblock_out_channels", levels, section)
			ok = false
		}
		for i, t := range list.types {
			if i <= maxLevels {
				r.word(section+list.key, t)
			}
		}
	}
	return ok
}

func (u UNet2D) validateTime(r *rules, section string) {
	key, width := section+"block_out_channels[0]", u.EmbeddingWidth()
	if u.Embedding > 0 {
		key = section + "embedding"
	}
	switch half := width / 2; u.TimeEmbedding {
	case "positional":
		if half < 1 {
			r.broken(key, width, "a positional embedding has a sine and a cosine; want at least 2")
		} else if u.FreqShift < 0 || u.FreqShift >= half {
			r.broken(section+"freq_shift", u.FreqShift, "want 0 to %d, less than half of the embedding's width", half-1)
		}
	case "learned":
		r.count(section+"num_train_timesteps", u.TrainTimesteps, 1, maxSteps)
		if u.TimeFactor != 1 {
			r.broken(section+"time_factor", u.TimeFactor, "a learned embedding has a row for each level; want 1")
		}
	}
}

// validateAttention checks heads wherever there is attention.
func (u UNet2D) validateAttention(r *rules, section string) {
	levels := len(u.BlockOutChannels)
	for i, c := range u.BlockOutChannels {
		middle := i == levels-1 && u.Middle() && u.AddAttention
		if !middle && !Attends(u.DownBlockTypes[i]) && !Attends(u.UpBlockTypes[levels-1-i]) {
			continue
		}
		if u.AttentionHeadDim > c {
			r.broken(section+"attention_head_dim", u.AttentionHeadDim, "no head is left of the %d channels of level %d; want at most as many", c, i)
		}
		if u.Heads > 0 && u.Heads <= maxChannels && c%u.Heads != 0 {
			r.broken(section+"heads", u.Heads, "want a divisor of the %d channels of level %d", c, i)
		}
	}
}
