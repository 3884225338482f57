package configs

import (
	"fmt"
	"slices"
)

// Lucidrains is the network of kind lucidrains: the Unet of denoising-diffusion-pytorch,
// of the versions whose differences its settings tell. Samples have shape (C,H,W).
type Lucidrains struct {
	Dim      int   `yaml:"dim"`            // width of the time embedding and unit of dim_mults
	InitDim  int   `yaml:"init_dim"`       // channels of the first convolution; 0: dim
	DimMults []int `yaml:"dim_mults,flow"` // channels after each level, in units of dim

	AttnHeads   int    `yaml:"attn_heads"`
	AttnDimHead int    `yaml:"attn_dim_head"`
	FullAttn    []bool `yaml:"full_attn,flow"` // which levels have full attention, not linear; the middle always has
	NumMemKV    int    `yaml:"num_mem_kv"`     // learned columns in front of keys and values; none before 1.9

	BlockNorm    string  `yaml:"block_norm" words:"rms group"`         // of residual blocks; group: 8 of them, before 2.0
	AttnNorm     string  `yaml:"attn_norm" words:"rms layer"`          // in front of attention, and behind a linear one; layer: before 1.7.0
	Downsample   string  `yaml:"downsample" words:"unshuffle conv"`    // conv: 4×4 with stride 2, before 0.32
	Standardize  string  `yaml:"standardize" words:"none added floor"` // weights of residual blocks to mean 0 and variance 1, ε added to it or its floor; 0.27.3 to 1.7.0, and 1.7.1
	DivideValues bool    `yaml:"divide_values"`                        // by the number of pixels in linear attention, before 1.7.4
	UnitScale    float64 `yaml:"unit_scale"`                           // of the products of full attention, each feature of queries and keys being of length one over the pixels, before 0.28; 0: products over √width

	Dropout         float64 `yaml:"dropout"`          // of single values, in the first half of each residual block
	LearnedVariance bool    `yaml:"learned_variance"` // rows of final_conv for the sampler's variance are kept aside, untouched
}

// LucidrainsVariance is what the rows of final_conv that concern the sampler's
// variance are called once they are cut off: .weight and .bias follow.
const LucidrainsVariance = "final_conv_variance"

// DefaultLucidrains returns the settings that a configuration begins with: those of
// the library's README and its version 2.
func DefaultLucidrains() Lucidrains {
	return Lucidrains{Dim: 64, DimMults: []int{1, 2, 4, 8}, AttnHeads: 4, AttnDimHead: 32, FullAttn: []bool{false, false, false, true}, NumMemKV: 4,
		BlockNorm: "rms", AttnNorm: "rms", Downsample: "unshuffle", Standardize: "none"}
}

// Clone returns a copy that shares no memory with l.
func (l Lucidrains) Clone() Lucidrains {
	l.DimMults, l.FullAttn = slices.Clone(l.DimMults), slices.Clone(l.FullAttn)
	return l
}

// Widths returns the channels in front of the first level and after each one.
func (l Lucidrains) Widths() []int {
	widths := []int{l.InitDim}
	if l.InitDim == 0 {
		widths[0] = l.Dim
	}
	for _, m := range l.DimMults {
		widths = append(widths, m*l.Dim)
	}
	return widths
}

// CheckSample refuses samples that the network cannot halve and double again.
func (l Lucidrains) CheckSample(shape []int) error {
	if err := CheckSample(shape); err != nil {
		return err
	}
	factor := 1 << max(len(l.DimMults)-1, 0)
	if len(shape) != 3 || shape[1]%factor != 0 || shape[2]%factor != 0 {
		return fmt.Errorf("sample shape %s: the %d levels of model.lucidrains.dim_mults want images (C,H,W) with a height and width that are multiples of %d",
			showShape(shape), len(l.DimMults), factor)
	}
	return nil
}

// Validate checks the settings as [Model.Validate] does, wherever they come from.
func (l Lucidrains) Validate() error {
	var r rules
	l.validate(&r)
	return usage(r)
}

func (l Lucidrains) validate(r *rules) {
	const section = "model.lucidrains."
	for _, c := range []struct{ key, word string }{{"block_norm", l.BlockNorm}, {"attn_norm", l.AttnNorm}, {"downsample", l.Downsample}, {"standardize", l.Standardize}} {
		r.word(section+c.key, c.word)
	}
	r.count(section+"attn_heads", l.AttnHeads, 1, 1024)
	r.count(section+"attn_dim_head", l.AttnDimHead, 1, 1024)
	r.count(section+"num_mem_kv", l.NumMemKV, 0, 1024)
	r.number(section+"unit_scale", l.UnitScale, "[0,1e3]")
	r.number(section+"dropout", l.Dropout, "[0,1)")
	levels := len(l.DimMults)
	if levels == 0 || levels > maxLevels {
		r.broken(section+"dim_mults", l.DimMults, "want 1 to %d levels, such as [1, 2, 4]", maxLevels)
		return
	}
	if len(l.FullAttn) != levels {
		r.broken(section+"full_attn", l.FullAttn, "want one of each of the %d levels of %sdim_mults", levels, section)
	}
	// The frequencies of the time embedding divide by dim/2-1.
	if l.Dim < 4 || l.Dim > maxChannels || l.Dim%2 != 0 {
		r.broken(section+"dim", l.Dim, "want an even number from 4 to %d", maxChannels)
		return
	}
	if !r.count(section+"init_dim", l.InitDim, 0, maxChannels) {
		return
	}
	for i, m := range l.DimMults {
		if !r.count(fmt.Sprintf("%sdim_mults[%d]", section, i), m, 1, maxChannels/l.Dim) {
			return
		}
	}
	for i, w := range l.Widths() {
		if l.BlockNorm == "group" && w%normGroups != 0 {
			r.broken(section+"block_norm", l.BlockNorm, "the %d channels of level %d do not divide into %d groups", w, i, normGroups)
		}
	}
}
