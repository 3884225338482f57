package pretrained

import (
	"fmt"
	"slices"

	"github.com/condmean/condmean/configs"
)

// OpenAI is how a network of improved-diffusion or guided-diffusion was made: the
// flags of their scripts, by their names. The files of weights tell none of it.
type OpenAI struct {
	ImageSize            int     `json:"image_size"`
	NumChannels          int     `json:"num_channels"`          // width w; the time embedding's, too
	ChannelMult          []int   `json:"channel_mult"`          // channels of each level in units of w
	NumResBlocks         int     `json:"num_res_blocks"`        // residual blocks a level
	AttentionResolutions []int   `json:"attention_resolutions"` // image sizes at which there is attention
	NumHeads             int     `json:"num_heads"`             // unless NumHeadChannels is set
	NumHeadChannels      int     `json:"num_head_channels"`     // width of a head; 0: their number is fixed
	ScaleShift           bool    `json:"use_scale_shift_norm"`
	ResblockUpdown       bool    `json:"resblock_updown"`
	NewAttentionOrder    bool    `json:"use_new_attention_order"`
	LearnSigma           bool    `json:"learn_sigma"`
	Dropout              float64 `json:"dropout"`
	DiffusionSteps       int     `json:"diffusion_steps"`
	NoiseSchedule        string  `json:"noise_schedule"` // linear or cosine
	RescaleTimesteps     bool    `json:"rescale_timesteps"`
	PredictXStart        bool    `json:"predict_xstart"`
}

const openaiChannels = 3 // of an image

// network returns the settings of the network, which is the library's UNet2DModel,
// and checks the flags.
func (f OpenAI) network() (*network, error) {
	levels := len(f.ChannelMult)
	const most = 1 << 13
	if levels < 1 || levels > 10 || f.NumChannels < 1 || f.NumChannels > most || f.ImageSize < 1 || f.ImageSize > most {
		return nil, configs.Usagef("channel_mult, num_channels, image_size: want 1 to 10 levels and sizes from 1 to %d, got %d, %d and %d", most, levels, f.NumChannels, f.ImageSize)
	}
	u := configs.DefaultUNet2D()
	u.LayersPerBlock, u.Dropout, u.LearnedVariance = f.NumResBlocks, f.Dropout, f.LearnSigma
	u.AttentionHeadDim, u.Heads = f.NumHeadChannels, 0
	if f.NumHeadChannels == 0 {
		if u.Heads = f.NumHeads; u.Heads < 1 {
			return nil, configs.Usagef("num_heads: %d: want at least 1, or num_head_channels", f.NumHeads)
		}
	}
	u.NormNumGroups, u.AttnNormGroups, u.Embedding = 32, 32, f.NumChannels
	if f.ScaleShift {
		u.TimeScaleShift = "scale_shift"
	}
	down, up := "DownBlock2D", "UpBlock2D"
	if f.ResblockUpdown {
		u.DownsampleType, u.UpsampleType = "resnet", "resnet"
		down, up = "ResnetDownsampleBlock2D", "ResnetUpsampleBlock2D"
	}
	if f.RescaleTimesteps {
		const scale = 1000
		if f.DiffusionSteps < 1 {
			return nil, configs.Usagef("diffusion_steps: %d: want at least 1", f.DiffusionSteps)
		}
		u.TimeFactor = scale / float64(f.DiffusionSteps)
	}
	u.BlockOutChannels = nil
	u.DownBlockTypes, u.UpBlockTypes = slices.Repeat([]string{down}, levels), slices.Repeat([]string{up}, levels)
	for i, m := range f.ChannelMult {
		if m < 1 || m > most {
			return nil, configs.Usagef("channel_mult: %d: want 1 to %d", m, most)
		}
		u.BlockOutChannels = append(u.BlockOutChannels, m*f.NumChannels)
		if slices.ContainsFunc(f.AttentionResolutions, func(r int) bool { return r > 0 && f.ImageSize/r == 1<<i && f.ImageSize%r == 0 }) {
			u.DownBlockTypes[i], u.UpBlockTypes[levels-1-i] = "AttnDownBlock2D", "AttnUpBlock2D"
		}
	}
	if err := u.Validate(); err != nil {
		return nil, configs.Usagef("%s", settingsLine(err))
	}
	return &network{unet: u, channels: openaiChannels, size: [2]int{f.ImageSize, f.ImageSize}}, nil
}

// scheduler returns the schedule and what is predicted.
func (f OpenAI) scheduler() (*scheduler, error) {
	s := &scheduler{target: "epsilon", clip: Clip{true, 1}, variance: "learned_range"}
	if f.PredictXStart {
		s.target = "x0"
	}
	n := f.DiffusionSteps
	switch s.schedule.Steps = n; f.NoiseSchedule {
	case "cosine":
		s.schedule.Kind = "cosine"
	case "linear": // 0.0001 to 0.02 at 1000 levels
		if n < 21 {
			return nil, configs.Usagef("diffusion_steps: %d: linear β, which end at 20/T, want at least 21", n)
		}
		s.schedule = configs.Schedule{Kind: "linear", Steps: n, BetaStart: 0.1 / float64(n), BetaEnd: 20 / float64(n)}
	default:
		return nil, configs.Usagef("noise_schedule: %q: want linear or cosine", f.NoiseSchedule)
	}
	if err := s.finish(false); err != nil {
		return nil, fmt.Errorf("diffusion_steps: %w", err)
	}
	return s, nil
}

// scheme returns how files name and order tensors.
func (f OpenAI) scheme() scheme {
	if f.NewAttentionOrder {
		return openaiNew
	}
	return openaiLegacy
}
