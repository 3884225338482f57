package pretrained

import (
	"encoding/json"
	"reflect"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/sched"
)

// libraryVersion is the version of diffusers whose settings are written for a network
// that was trained here.
const libraryVersion = "0.42.1"

const newIndex = `{
  "_class_name": "DDPMPipeline",
  "_diffusers_version": "` + libraryVersion + `",
  "scheduler": [
    "diffusers",
    "DDPMScheduler"
  ],
  "unet": [
    "diffusers",
    "UNet2DModel"
  ]
}
`

// config returns the text of config.json.
func (o Origin) config(t Trained) (string, error) {
	if o.Config == "" {
		return newConfig(t)
	}
	settings, err := parseObject(configName, []byte(o.Config))
	if err != nil {
		return "", err
	}
	n, err := parseUNet(settings)
	if err != nil {
		return "", err
	}
	u := t.Network.UNet2D
	if u.Dropout != n.unet.Dropout { // may be changed for training
		n.unet.Dropout = u.Dropout
		if err := settings.set("dropout", u.Dropout); err != nil {
			return "", err
		}
	}
	if n.unet.MiddleGroups() == 0 && u.AttnNormGroups != 0 { // the library goes by the settings
		n.unet.AttnNormGroups = u.AttnNormGroups
		if err := settings.set("attn_norm_num_groups", u.AttnNormGroups); err != nil {
			return "", err
		}
	}
	if err := same(n.unet, t.Network); err != nil {
		return "", err
	}
	if reflect.DeepEqual(unaltered(o.Config), settings.values) {
		return o.Config, nil
	}
	return settings.marshal()
}

// unaltered returns the values of a text, with those of old names under today's.
func unaltered(text string) map[string]json.RawMessage {
	o, err := parseObject(configName, []byte(text))
	if err != nil {
		return nil
	}
	for key, old := range oldKeys {
		o.alias(key, old)
	}
	return o.values
}

// same refuses settings that are not those of the origin's network.
func same(origin configs.UNet2D, m configs.Model) error {
	m.UNet2D.Dropout = origin.Dropout
	if m.Kind != "unet2d" || !reflect.DeepEqual(origin, m.UNet2D) {
		return configs.Usagef("model: the settings are not those of the network that was opened")
	}
	return nil
}

// newConfig writes config.json for a network that did not come from the library.
func newConfig(t Trained) (string, error) {
	u := t.Network.UNet2D
	width := null(u.AttentionHeadDim)
	if u.Heads > 0 {
		d := headWidth(u)
		if d == 0 {
			return "", configs.Usagef("model.unet2d.heads: %d heads at every level have different widths, which config.json cannot say", u.Heads)
		}
		width = d
	}
	switch {
	case u.EmbeddingWidth() != u.BlockOutChannels[0]:
		return "", configs.Usagef("model.unet2d.embedding: %d: config.json cannot say another width than that of the first level", u.Embedding)
	case u.TimeFactor != 1:
		return "", configs.Usagef("model.unet2d.time_factor: %v: config.json cannot say that the network is fed other times than the levels' indices", u.TimeFactor)
	}
	out := t.Sample[0]
	if u.LearnedVariance {
		out *= 2
	}
	var middle any
	if u.Middle() {
		middle = u.MidBlockType
	}
	return indent(map[string]any{
		"_class_name": unetClass, "_diffusers_version": libraryVersion,
		"sample_size": t.Sample[1:], "in_channels": t.Sample[0], "out_channels": out, "center_input_sample": u.CenterInput,
		"time_embedding_type": u.TimeEmbedding, "time_embedding_dim": null(u.TimeEmbeddingDim), "freq_shift": u.FreqShift,
		"flip_sin_to_cos": u.FlipSinToCos, "down_block_types": u.DownBlockTypes, "mid_block_type": middle, "up_block_types": u.UpBlockTypes,
		"block_out_channels": u.BlockOutChannels, "layers_per_block": u.LayersPerBlock, "mid_block_scale_factor": u.MidBlockScale,
		"downsample_padding": u.DownsamplePad, "downsample_type": u.DownsampleType, "upsample_type": u.UpsampleType, "dropout": u.Dropout,
		"act_fn": "silu", "attention_head_dim": width, "norm_num_groups": u.NormNumGroups, "attn_norm_num_groups": null(u.AttnNormGroups),
		"norm_eps": u.NormEps, "resnet_time_scale_shift": u.TimeScaleShift, "add_attention": u.AddAttention,
		"class_embed_type": nil, "num_class_embeds": nil, "num_train_timesteps": null(u.TrainTimesteps),
	})
}

// headWidth returns the width of the heads of a network with a fixed number of them,
// 0 if it is not the same at all attentions.
func headWidth(u configs.UNet2D) (width int) {
	for _, p := range partsOf(u, 1) {
		if p.joint == 0 {
			continue
		}
		if width != 0 && width != p.heads[1] {
			return 0
		}
		width = p.heads[1]
	}
	return width
}

// scheduler returns the text of scheduler_config.json.
func (o Origin) scheduler(t Trained) (string, error) {
	prediction := ""
	for name, target := range targets {
		if target == t.Objective.Target {
			prediction = name
		}
	}
	if prediction == "" {
		return "", configs.Usagef("objective.target: diffusers has no scheduler for a network that predicts %s", t.Objective.Target)
	}
	settings := &object{file: schedulerName, values: map[string]json.RawMessage{}}
	if o.Scheduler != "" {
		var err error
		if settings, err = parseObject(schedulerName, []byte(o.Scheduler)); err != nil {
			return "", err
		}
		s, err := parseScheduler(settings)
		if err != nil {
			return "", err
		}
		if s.target == t.Objective.Target && reflect.DeepEqual(s.schedule, t.Schedule) {
			return o.Scheduler, nil
		}
	}
	changes, err := schedulerChanges(t.Schedule)
	if err != nil {
		return "", err
	}
	changes = append(changes, setting{"prediction_type", prediction})
	if o.Scheduler == "" { // else the class and what concerns its sampler stay
		variance := "fixed_small"
		if t.Network.UNet2D.LearnedVariance {
			variance = "learned_range"
		}
		changes = append([]setting{{"_class_name", "DDPMScheduler"}, {"_diffusers_version", libraryVersion}, {"clip_sample", true},
			{"variance_type", variance}}, changes...)
	}
	for _, c := range changes {
		if err := settings.set(c.key, c.value); err != nil {
			return "", err
		}
	}
	return settings.marshal()
}

type setting struct {
	key   string
	value any
}

// schedulerChanges says a schedule: by its family where the library has it, else by a
// list of β.
func schedulerChanges(c configs.Schedule) ([]setting, error) {
	s, err := sched.New(c)
	if err != nil {
		return nil, err
	}
	list := []setting{{"num_train_timesteps", s.T}, {"rescale_betas_zero_snr", false}}
	for name, kind := range betaSchedules {
		if kind == c.Kind && c.SNRMaxDB == nil && (kind == "cosine" || c.BetaStart > 0 && c.BetaEnd > 0) {
			list = append(list, setting{"beta_schedule", name}, setting{"trained_betas", nil})
			if kind != "cosine" {
				list = append(list, setting{"beta_start", c.BetaStart}, setting{"beta_end", c.BetaEnd})
			}
			return list, nil
		}
	}
	return append(list, setting{"beta_schedule", "linear"}, setting{"trained_betas", s.Beta}), nil
}

// indent writes settings as the library does, sorted by their keys.
func indent(settings map[string]any) (string, error) {
	b, err := json.MarshalIndent(settings, "", "  ")
	return string(b) + "\n", err
}

// null is a number, or null where 0 stands for it.
func null(n int) any {
	if n == 0 {
		return nil
	}
	return n
}
