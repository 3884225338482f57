package pretrained

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
)

// unused are flags of OpenAI's scripts that concern neither the network nor its
// schedule.
var unused = []string{"use_fp16", "use_checkpoint", "timestep_respacing", "use_kl", "rescale_learned_sigmas", "sigma_small", "batch_size",
	"lr", "microbatch", "ema_rate", "schedule_sampler", "num_samples", "model_path", "use_ddim", "clip_denoised",
	"num_heads_upsample"}

// multipliers are the scripts' by image size, where channel_mult does not say.
var multipliers = map[int][]int{256: {1, 1, 2, 2, 4, 4}, 128: {1, 1, 2, 3, 4}, 64: {1, 2, 3, 4}, 32: {1, 2, 2, 2}}

// ParseFlags reads the flags that a network of OpenAI's code was trained with, such
// as --image_size 64 --num_channels 128 …, separated by spaces or an equals sign.
// Those whose defaults differ between the two repositories, or that make another
// network, must be there; the others have the scripts' defaults.
func ParseFlags(text string) (OpenAI, error) {
	given, err := flagValues(text)
	if err != nil {
		return OpenAI{}, err
	}
	p := flagReader{given: given}
	f := OpenAI{
		ImageSize: p.integer("image_size"), NumChannels: p.integer("num_channels"), NumResBlocks: p.integer("num_res_blocks"),
		AttentionResolutions: p.integers("attention_resolutions"), ScaleShift: p.boolean("use_scale_shift_norm"), LearnSigma: p.boolean("learn_sigma"),
		DiffusionSteps: p.integer("diffusion_steps"), NoiseSchedule: p.word("noise_schedule"), RescaleTimesteps: p.boolean("rescale_timesteps"),
	}
	f.ChannelMult = slices.Clone(multipliers[f.ImageSize])
	if p.has("channel_mult") {
		f.ChannelMult = p.integers("channel_mult")
	}
	if p.has("num_heads") {
		f.NumHeads = p.integer("num_heads")
	}
	if p.has("num_head_channels") {
		f.NumHeadChannels = max(p.integer("num_head_channels"), 0) // -1: by their number
	}
	if p.has("dropout") {
		f.Dropout = p.number("dropout")
	}
	f.ResblockUpdown = p.has("resblock_updown") && p.boolean("resblock_updown")
	f.NewAttentionOrder = p.has("use_new_attention_order") && p.boolean("use_new_attention_order")
	f.PredictXStart = p.has("predict_xstart") && p.boolean("predict_xstart")
	classes := p.has("class_cond") && p.boolean("class_cond")
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(p.known, key) && !slices.Contains(unused, key) && p.err == nil {
			p.err = configs.Usagef("flag %s is unknown", foreign.Name("--"+key))
		}
	}
	switch {
	case p.err != nil:
		return OpenAI{}, p.err
	case classes:
		return OpenAI{}, configs.Usagef("--class_cond: networks with classes are not supported")
	case f.NumHeads == 0 && f.NumHeadChannels == 0:
		return OpenAI{}, configs.Usagef("flag --num_heads or --num_head_channels is missing: the network runs with any number of heads, but wrongly")
	case f.ChannelMult == nil:
		return OpenAI{}, configs.Usagef("flag --channel_mult is missing: the scripts have none for image_size %d", f.ImageSize)
	}
	return f, nil
}

// flagValues splits flags into names and values.
func flagValues(text string) (map[string]string, error) {
	const most = 1 << 14
	if len(text) > most {
		return nil, configs.Usagef("flags of %d bytes", len(text))
	}
	given := map[string]string{}
	last := ""
	for _, word := range strings.Fields(text) {
		name, isFlag := strings.CutPrefix(word, "--")
		value, hasValue := "", false
		if isFlag {
			name, value, hasValue = strings.Cut(name, "=")
		}
		switch {
		case isFlag && given[name] != "":
			return nil, configs.Usagef("flag %s is set twice", foreign.Name(name))
		case isFlag:
			given[name] = strings.Trim(value, `"'`)
			if last = name; hasValue {
				last = ""
			}
		case last == "":
			return nil, configs.Usagef("%s follows no flag; want --name value", foreign.Quote(word))
		default:
			given[last], last = strings.Trim(word, `"'`), ""
		}
	}
	return given, nil
}

// flagReader reads values; the first that is missing or wrong is the error.
type flagReader struct {
	given map[string]string
	known []string
	err   error
}

// has tells whether a flag has a value; an empty one is as none.
func (p *flagReader) has(key string) bool {
	p.known = append(p.known, key)
	return p.given[key] != ""
}

func (p *flagReader) word(key string) string {
	p.known = append(p.known, key)
	v := p.given[key]
	if v == "" && p.err == nil {
		p.err = configs.Usagef("flag --%s is missing: nothing of it is guessed", key)
	}
	return v
}

func (p *flagReader) refuse(key, want string) {
	if p.err == nil {
		p.err = configs.Usagef("--%s %s: want %s", key, foreign.Quote(p.given[key]), want)
	}
}

func (p *flagReader) integer(key string) int {
	n, err := strconv.ParseInt(p.word(key), 10, 32)
	if err != nil {
		p.refuse(key, "an integer")
	}
	return int(n)
}

func (p *flagReader) number(key string) float64 {
	v, err := strconv.ParseFloat(p.word(key), 64)
	if err != nil {
		p.refuse(key, "a number")
	}
	return v
}

func (p *flagReader) boolean(key string) bool {
	switch strings.ToLower(p.word(key)) {
	case "true", "yes", "t", "y", "1":
		return true
	case "false", "no", "f", "n", "0":
		return false
	}
	p.refuse(key, "True or False")
	return false
}

func (p *flagReader) integers(key string) (list []int) {
	for item := range strings.SplitSeq(p.word(key), ",") {
		n, err := strconv.ParseInt(item, 10, 32)
		if err != nil {
			p.refuse(key, "integers with commas between them")
			return nil
		}
		list = append(list, int(n))
	}
	return list
}
