package pretrained

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
)

// Options say what files do not.
type Options struct {
	Preset  string  // OpenAI's .pt: which published network it is, one of Presets, or the flags of ParseFlags
	OpenAI  *OpenAI // the same, in place of Preset
	Variant string  // diffusers: which of several files, such as fp16
	EMA     bool    // diffusers: the averaged weights of an unfinished training, in unet_ema
	Size    []int   // height and width of a sample, in place of the file's

	Lucidrains LucidrainsTold // of a .pt of denoising-diffusion-pytorch
}

// None reports whether nothing is said.
func (o Options) None() bool {
	return o.Preset == "" && o.OpenAI == nil && o.Variant == "" && !o.EMA && o.Size == nil && o.Lucidrains == (LucidrainsTold{})
}

// notLucidrains refuses what is told of files of denoising-diffusion-pytorch alone.
func (o Options) notLucidrains(name string) error {
	if o.Lucidrains != (LucidrainsTold{}) {
		return configs.Usagef("%s: version, objective, beta_schedule, timesteps and attn_dim_head are for files of denoising-diffusion-pytorch", name)
	}
	return nil
}

// options are the keys of ParseOptions that are not flags of OpenAI's scripts.
var options = map[string]func(o *Options, value string) error{
	"size": func(o *Options, value string) error {
		o.Size = nil
		for item := range strings.SplitSeq(value, ",") {
			n, err := strconv.Atoi(item)
			if err != nil || n < 1 || len(o.Size) == 2 {
				return configs.Usagef("size=%s: want one size, or height,width", foreign.Line(value, foreign.Limit))
			}
			o.Size = append(o.Size, n)
		}
		if len(o.Size) == 1 {
			o.Size = append(o.Size, o.Size[0])
		}
		return nil
	},
	"variant": func(o *Options, value string) error {
		o.Variant = value
		return nil
	},
	"ema": func(o *Options, value string) (err error) {
		if o.EMA, err = strconv.ParseBool(value); err != nil {
			return configs.Usagef("ema=%s: want true or false", foreign.Line(value, foreign.Limit))
		}
		return nil
	},
	"version":       word(func(o *Options) *string { return &o.Lucidrains.Version }),
	"objective":     word(func(o *Options) *string { return &o.Lucidrains.Objective }),
	"beta_schedule": word(func(o *Options) *string { return &o.Lucidrains.BetaSchedule }),
	"timesteps":     count("timesteps", func(o *Options) *int { return &o.Lucidrains.Timesteps }),
	"attn_dim_head": count("attn_dim_head", func(o *Options) *int { return &o.Lucidrains.AttnDimHead }),
}

// word sets a word.
func word(field func(*Options) *string) func(*Options, string) error {
	return func(o *Options, value string) error {
		*field(o) = value
		return o.Lucidrains.check()
	}
}

// count sets a number from 1 on.
func count(key string, field func(*Options) *int) func(*Options, string) error {
	return func(o *Options, value string) (err error) {
		if *field(o), err = strconv.Atoi(value); err != nil || *field(o) < 1 {
			return configs.Usagef("%s=%s: want a number from 1 on", key, foreign.Line(value, foreign.Limit))
		}
		return nil
	}
}

// ParseOptions reads options that a user gives as words: the name of a published
// network, one of Presets, and key=value. The keys are size (one, or height,width),
// variant, ema, those of [LucidrainsTold] (version, objective, beta_schedule, timesteps,
// attn_dim_head), and the flags of OpenAI's scripts, as in num_heads=4 or as one text,
// "--num_heads 4 --image_size 64": beside a name they say what differs from it, without
// one they have to say all that ParseFlags wants.
func ParseOptions(words []string) (Options, error) {
	var o Options
	var flags []string
	for _, word := range words {
		key, value, ok := strings.Cut(word, "=")
		set := options[key]
		switch {
		case strings.HasPrefix(word, "--"): // as the scripts take them
			given, err := flagValues(word)
			if err != nil {
				return Options{}, err
			}
			for _, key := range slices.Sorted(maps.Keys(given)) {
				flags = append(flags, "--"+key+"="+given[key])
			}
		case ok && set != nil:
			if err := set(&o, value); err != nil {
				return Options{}, err
			}
		case ok && key != "" && value != "" && !strings.ContainsAny(word, " \t\n"):
			flags = append(flags, "--"+word)
		case ok || word == "":
			return Options{}, configs.Usagef("%s: want the name of a published network, or key=value", foreign.Quote(word))
		case o.Preset != "":
			return Options{}, configs.Usagef("%s and %s are two networks; name one", foreign.Quote(o.Preset), foreign.Quote(word))
		default:
			o.Preset = word
		}
	}
	if flags == nil && o.Preset == "" {
		return o, nil
	}
	var base OpenAI
	if o.Preset != "" {
		var err error
		if base, err = Preset(o.Preset); err != nil {
			return Options{}, err
		}
	}
	if flags != nil {
		text := strings.Join(flags, " ")
		if o.Preset != "" { // what comes later counts
			text = strings.Join(slices.Concat(base.words(flags), flags), " ")
		}
		f, err := ParseFlags(text)
		if err != nil {
			return Options{}, err
		}
		o.Preset, o.OpenAI = "", &f
	}
	return o, nil
}

// words returns the flags, but for those that others set.
func (f OpenAI) words(others []string) (list []string) {
	join := func(values []int) string {
		var s []string
		for _, v := range values {
			s = append(s, strconv.Itoa(v))
		}
		return strings.Join(s, ",")
	}
	for _, c := range []struct{ name, value string }{
		{"image_size", strconv.Itoa(f.ImageSize)}, {"num_channels", strconv.Itoa(f.NumChannels)}, {"channel_mult", join(f.ChannelMult)},
		{"num_res_blocks", strconv.Itoa(f.NumResBlocks)}, {"attention_resolutions", join(f.AttentionResolutions)},
		{"num_heads", strconv.Itoa(f.NumHeads)}, {"num_head_channels", strconv.Itoa(f.NumHeadChannels)},
		{"use_scale_shift_norm", strconv.FormatBool(f.ScaleShift)}, {"resblock_updown", strconv.FormatBool(f.ResblockUpdown)},
		{"use_new_attention_order", strconv.FormatBool(f.NewAttentionOrder)}, {"learn_sigma", strconv.FormatBool(f.LearnSigma)},
		{"dropout", strconv.FormatFloat(f.Dropout, 'g', -1, 64)}, {"diffusion_steps", strconv.Itoa(f.DiffusionSteps)},
		{"noise_schedule", f.NoiseSchedule}, {"rescale_timesteps", strconv.FormatBool(f.RescaleTimesteps)},
		{"predict_xstart", strconv.FormatBool(f.PredictXStart)},
	} {
		flag := "--" + c.name + "="
		set := func(other string) bool { return strings.HasPrefix(other, flag) }
		// A number of heads takes the place of their width.
		if c.name == "num_head_channels" && slices.ContainsFunc(others, func(s string) bool { return strings.HasPrefix(s, "--num_heads=") }) {
			continue
		}
		if !slices.ContainsFunc(others, set) {
			list = append(list, flag+c.value)
		}
	}
	return list
}
