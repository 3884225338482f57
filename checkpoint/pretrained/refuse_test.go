package pretrained

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/sched"
)

// parsedUNet is parseUNet of settings on one line, with single quotes.
func parsedUNet(text string) (*network, error) {
	o, err := parseObject(configName, []byte(strings.ReplaceAll(text, "'", `"`)))
	if err != nil {
		return nil, err
	}
	return parseUNet(o)
}

func parsedScheduler(text string) (*scheduler, error) {
	o, err := parseObject(schedulerName, []byte(strings.ReplaceAll(text, "'", `"`)))
	if err != nil {
		return nil, err
	}
	return parseScheduler(o)
}

// oneLine checks an error that a user can mend: one line that holds want.
func oneLine(t *testing.T, what string, err error, want string) {
	t.Helper()
	if err == nil || !configs.IsUsage(err) || !strings.Contains(err.Error(), want) || strings.ContainsAny(err.Error(), "\n\x1b") || len(err.Error()) > 1200 {
		t.Errorf("%.200s: error %v, want %s", what, err, want)
	}
}

const small = `'_class_name': 'UNet2DModel', 'block_out_channels': [8, 8], 'norm_num_groups': 4, ` +
	`'down_block_types': ['DownBlock2D', 'AttnDownBlock2D'], 'up_block_types': ['AttnUpBlock2D', 'UpBlock2D']`

// What cannot be computed as the library does is refused by its key, and so is what
// has no sense.
func TestConfigIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		`{` + small + `, 'class_embed_type': 'timestep'}`:                                             "class_embed_type",
		`{` + small + `, 'num_class_embeds': 10}`:                                                     "num_class_embeds",
		`{` + small + `, 'act_fn': 'mish'}`:                                                           "act_fn",
		`{` + small + `, 'resnet_time_scale_shift': 'ada_group'}`:                                     "resnet_time_scale_shift",
		`{` + small + `, 'out_channels': 1}`:                                                          "out_channels",
		`{` + small + `, 'in_channels': 6}`:                                                           "out_channels",
		`{` + small + `, 'in_channels': 0, 'out_channels': 0}`:                                        "in_channels",
		`{` + small + `, 'attention_head_dim': 16}`:                                                   "attention_head_dim",
		`{` + small + `, 'attention_head_dim': 0}`:                                                    "attention_head_dim",
		`{` + small + `, 'attention_head_dim': [8, 8]}`:                                               "attention_head_dim",
		`{` + small + `, 'mid_block_type': 'UNetMidBlock2DCrossAttn'}`:                                "mid_block_type",
		`{` + small + `, 'time_embedding_type': 'sinusoidal'}`:                                        "time_embedding_type",
		`{` + small + `, 'downsample_padding': 2}`:                                                    "downsample_padding",
		`{` + small + `, 'downsample_type': 'fir'}`:                                                   "downsample_type",
		`{` + small + `, 'layers_per_block': 1000000000}`:                                             "layers_per_block",
		`{` + small + `, 'layers_per_block': 1e300}`:                                                  "layers_per_block",
		`{` + small + `, 'layers_per_block': 1.5}`:                                                    "layers_per_block",
		`{` + small + `, 'layers_per_block': '2'}`:                                                    "layers_per_block",
		`{` + small + `, 'layers_per_block': null}`:                                                   "layers_per_block",
		`{` + small + `, 'norm_eps': 1e400}`:                                                          "norm_eps",
		`{` + small + `, 'norm_eps': NaN}`:                                                            "norm_eps",
		`{` + small + `, 'norm_eps': 0}`:                                                              "norm_eps",
		`{` + small + `, 'dropout': -1}`:                                                              "dropout",
		`{` + small + `, 'freq_shift': 4}`:                                                            "freq_shift",
		`{` + small + `, 'sample_size': [8]}`:                                                         "sample_size",
		`{` + small + `, 'sample_size': -8}`:                                                          "sample_size",
		`{` + small + `, 'sample_size': 'big'}`:                                                       "sample_size",
		`{` + small + `, 'center_input_sample': 1}`:                                                   "center_input_sample",
		`{` + small + `, 'act_fn': 'silu', 'act_fn': 'silu'}`:                                         "act_fn is set twice",
		`{` + small + `, 'attn_norm_num_groups': 3}`:                                                  "attn_norm_num_groups",
		`{'_class_name': 'UNet2DModel', 'norm_num_groups': null}`:                                     "norm_num_groups",
		`{'_class_name': 'UNet2DModel', 'block_out_channels': [100, 100, 100, 100]}`:                  "block_out_channels[0]",
		`{'_class_name': 'UNet2DModel', 'block_out_channels': [32, 1e12, 32, 32]}`:                    "block_out_channels",
		`{'_class_name': 'UNet2DModel', 'block_out_channels': [32, null, 32, 32]}`:                    "block_out_channels",
		`{'_class_name': 'UNet2DModel', 'block_out_channels': [` + strings.Repeat("32,", 1e5) + `8]}`: "block_out_channels",
		`{'_class_name': 'UNet2DModel', 'down_block_types': ['DownBlock2D']}`:                         "down_block_types",
		`{'_class_name': 'UNet2DModel', 'down_block_types': ['SkipDownBlock2D']}`:                     "NCSN++",
		`{'_class_name': 'UNet2DModel', 'down_block_types': ['AttnSkipDownBlock2D']}`:                 "NCSN++",
		`{'_class_name': 'UNet2DModel', 'up_block_types': ['SimpleCrossAttnUpBlock2D']}`:              "conditional",
		`{'_class_name': 'UNet2DModel', 'up_block_types': ['KUpBlock2D']}`:                            "k-diffusion",
		`{'_class_name': 'UNet2DModel', 'up_block_types': ['UpDecoderBlock2D']}`:                      "autoencoders",
		`{'_class_name': 'UNet2DModel', 'down_block_types': ['DownEncoderBlock2D']}`:                  "autoencoders",
		`{'_class_name': 'UNet2DModel', 'down_block_types': ['\u001b[2J', null]}`:                     "down_block_types",
		`{'_class_name': 'UNet2DConditionModel'}`:                                                     "_class_name",
		`{'_class_name': 7}`:                                                                          "_class_name",
		`{}`:                                                                                          "_class_name",
		`[]`:                                                                                          "not a JSON object",
		``:                                                                                            "not a JSON object",
		`{'a': 1`:                                                                                     "not valid JSON",
		`{'a': 1} {}`:                                                                                 "something follows",
		`{'a': ` + strings.Repeat("[", 1e5) + `}`:                                                     "not valid JSON",
	} {
		_, err := parsedUNet(text)
		oneLine(t, text, err, want)
	}
}

// Settings of mid 2022 have other names; those that are there count.
func TestOldConfig(t *testing.T) {
	n, err := parsedUNet(`{'image_size': 16, 'num_res_blocks': 1, 'block_channels': [8, 12], 'down_blocks': ['UNetResDownBlock2D', 'UNetResAttnDownBlock2D'],
		'up_blocks': ['UNetResAttnUpBlock2D', 'UNetResUpBlock2D'], 'downscale_freq_shift': 1, 'resnet_num_groups': 4, 'resnet_act_fn': 'silu', 'resnet_eps': 1e-6,
		'num_head_channels': 2, 'norm_eps': 1e-3}`)
	if err != nil {
		t.Fatal(err)
	}
	u := n.unet
	if n.size != [2]int{16, 16} || u.LayersPerBlock != 1 || !slices.Equal(u.BlockOutChannels, []int{8, 12}) || u.DownBlockTypes[1] != "AttnDownBlock2D" ||
		u.UpBlockTypes[1] != "UpBlock2D" || u.FreqShift != 1 || u.NormNumGroups != 4 || u.NormEps != 1e-3 || u.AttentionHeadDim != 2 {
		t.Errorf("%+v", n)
	}
}

func TestSchedulerIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		`{'_class_name': 'ScoreSdeVeScheduler'}`:                         "_class_name",
		`{'_class_name': 'KarrasVeScheduler'}`:                           "_class_name",
		`{'_class_name': 'CMStochasticIterativeScheduler'}`:              "_class_name",
		`{'_class_name': 'FlowMatchEulerDiscreteScheduler'}`:             "_class_name",
		`{'beta_schedule': 'laplace'}`:                                   "beta_schedule",
		`{'beta_schedule': 'exp'}`:                                       "beta_schedule",
		`{'prediction_type': 'flow_prediction'}`:                         "prediction_type",
		`{'num_train_timesteps': 1000000000}`:                            "schedule.steps",
		`{'num_train_timesteps': 1e300}`:                                 "num_train_timesteps",
		`{'num_train_timesteps': 0}`:                                     "schedule.steps",
		`{'beta_start': 0}`:                                              "beta_start",
		`{'beta_start': -1}`:                                             "beta_start",
		`{'beta_end': 1}`:                                                "beta_end",
		`{'beta_end': NaN}`:                                              "beta_end",
		`{'beta_start': 0.5, 'beta_end': 0.1}`:                           "beta_end",
		`{'beta_start': 1e-300}`:                                         "beta",
		`{'num_train_timesteps': 100000, 'beta_end': 0.99}`:              "beta",
		`{'trained_betas': [0.1, 0.2]}`:                                  "trained_betas",
		`{'trained_betas': [0.1, 2], 'num_train_timesteps': 2}`:          "betas[1]",
		`{'trained_betas': [0.1, null], 'num_train_timesteps': 2}`:       "trained_betas",
		`{'trained_betas': 'abc'}`:                                       "trained_betas",
		`{'clip_sample_range': 0}`:                                       "clip_sample_range",
		`{'rescale_betas_zero_snr': true, 'num_train_timesteps': 2}`:     "rescale_betas_zero_snr",
		`{'rescale_betas_zero_snr': true, 'num_train_timesteps': 90000}`: "",
		`{'clip_sample': 'yes'}`:                                         "clip_sample",
		`{'thresholding': 3}`:                                            "thresholding",
		`{'trained_betas': [` + strings.Repeat("0.1,", 30000) + `0.1], 'num_train_timesteps': 30001}`: "schedule.betas",
	} {
		_, err := parsedScheduler(text)
		oneLine(t, text, err, want)
	}
}

// The families and the prediction types of the library are those of the schedules.
func TestScheduler(t *testing.T) {
	for text, want := range map[string]string{
		`{}`:                         "linear 1000 0.0001 0.02 epsilon {true 1}",
		`{'predict_epsilon': false}`: "linear 1000 0.0001 0.02 x0 {true 1}",
		`{'predict_epsilon': false, 'prediction_type': 'epsilon'}`:                                             "linear 1000 0.0001 0.02 epsilon {true 1}",
		`{'_class_name': 'PNDMScheduler', 'prediction_type': 'v_prediction'}`:                                  "linear 1000 0.0001 0.02 v {false 1}",
		`{'_class_name': 'HeunDiscreteScheduler', 'prediction_type': 'sample'}`:                                "linear 1000 0.00085 0.012 x0 {false 1}",
		`{'_class_name': 'DDIMScheduler', 'beta_schedule': 'squaredcos_cap_v2', 'beta_start': 1e-4}`:           "cosine 1000 0 0 epsilon {true 1}",
		`{'beta_schedule': 'scaled_linear', 'beta_start': 0.00085, 'beta_end': 0.012, 'clip_sample_range': 2}`: "quadratic 1000 0.00085 0.012 epsilon {true 2}",
		`{'beta_schedule': 'sigmoid', 'num_train_timesteps': 200.0, 'clip_sample': false}`:                     "sigmoid 200 0.0001 0.02 epsilon {false 1}",
		`{'trained_betas': [0.1, 0.2, 0.3], 'num_train_timesteps': 3}`:                                         "custom 3 0 0 epsilon {true 1}",
		`{'trained_betas': [0.1, 0.2, 1], 'num_train_timesteps': 3}`:                                           "custom 2 0 0 epsilon {true 1}",
	} {
		s, err := parsedScheduler(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		c := s.schedule
		if got := fmt.Sprint(c.Kind, " ", c.Steps, " ", c.BetaStart, " ", c.BetaEnd, " ", s.target, " ", s.clip); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// With zero terminal SNR √ᾱ is an affine function of what it was, keeps its first
// level and would end at 0; the last level is left out.
func TestZeroTerminalSNR(t *testing.T) {
	s, err := parsedScheduler(`{'rescale_betas_zero_snr': true, 'num_train_timesteps': 100, 'beta_end': 0.2}`)
	if err != nil {
		t.Fatal(err)
	}
	before, err := sched.Family("linear", 100, 1e-4, 0.2)
	if err != nil {
		t.Fatal(err)
	}
	after, err := sched.New(s.schedule)
	if err != nil {
		t.Fatal(err)
	}
	if after.T != 99 || len(s.notes) != 1 || !strings.Contains(s.notes[0], "zero terminal SNR") {
		t.Errorf("%d levels, notes %q", after.T, s.notes)
	}
	first, last := math.Sqrt(before.AlphaBar[0]), math.Sqrt(before.AlphaBar[99])
	for i, ab := range after.AlphaBar {
		want := first * (math.Sqrt(before.AlphaBar[i]) - last) / (first - last)
		if math.Abs(math.Sqrt(ab)-want) > 1e-12*want {
			t.Errorf("level %d: √ᾱ = %v, want %v", i, math.Sqrt(ab), want)
		}
	}
}

// The middle attention of diffusers 0.11 to 0.16 had a normalisation with scale_shift,
// which today's has not: its tensors tell.
func TestMiddleNormByTensors(t *testing.T) {
	for _, old := range []bool{false, true} {
		m := open(t, fixtures[2])
		x := trained(t, m)
		if old {
			for _, name := range []string{"weight", "bias"} {
				x.Tensors = append(x.Tensors, weights.FromFloat32("mid_block.attentions.0.group_norm."+name, []int{12}, make([]float32, 12)))
			}
			x.Network.UNet2D.AttnNormGroups = 4
		}
		files, err := m.Origin.Files(x)
		if err != nil {
			t.Fatal(err)
		}
		dir := write(t, files)
		if old { // as it was written then
			replace(t, filepath.Join(dir, "unet/config.json"), `"attn_norm_num_groups": 4`, `"attn_norm_num_groups": null`)
		}
		again, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := again.Network.UNet2D.MiddleGroups(); got != map[bool]int{true: 4}[old] || len(again.Notes) > 0 != old {
			t.Errorf("%d groups, notes %v", got, again.Notes)
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}
}

// torchFile writes a .pt file of zeros.
func torchFile(t *testing.T, name string, shapes map[string][]int) string {
	t.Helper()
	var dict weights.TorchDict
	for key, shape := range shapes {
		dict = append(dict, weights.TorchItem{Key: key, Value: weights.FromFloat32(key, shape, make([]float32, dims.Count(shape)))})
	}
	name = filepath.Join(t.TempDir(), name)
	f, err := os.Create(name)
	if err == nil {
		err = weights.WriteTorch(f, dict)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func TestOpenAIIsRefused(t *testing.T) {
	in, out := []int{8, 3, 3, 3}, []int{3, 8, 3, 3}
	for _, c := range []struct {
		file   string
		shapes map[string][]int
		preset string
		want   string
	}{
		{"64x64_diffusion.pt", map[string][]int{"label_emb.weight": {10, 4}, "input_blocks.0.0.weight": in, "out.2.weight": out}, "", "label_emb.weight"},
		{"upsampler.pt", map[string][]int{"input_blocks.0.0.weight": {8, 6, 3, 3}, "out.2.weight": out}, "", "input_blocks.0.0.weight has shape [8 6 3 3]"},
		{"classifier.pt", map[string][]int{"input_blocks.0.0.weight": in}, "", "out.2.weight"},
		{"model-1.pt", map[string][]int{"ema.ema_model.model.final_res_block.mlp.1.weight": in}, "", "init_conv.weight"},
		{"other.pt", map[string][]int{"a": {1}}, "", "not the weights"},
		{"model.pt", map[string][]int{"input_blocks.0.0.weight": in, "out.2.weight": out}, "", "no preset has these tensors: give the flags"},
		{"ffhq_10m.pt", map[string][]int{"input_blocks.0.0.weight": in, "out.2.weight": out}, "", "--preset"},
		{"ffhq_10m.pt", map[string][]int{"input_blocks.0.0.weight": in, "out.2.weight": out}, "ffhq", `preset "ffhq" is unknown`},
		{"ffhq_10m.pt", map[string][]int{"input_blocks.0.0.weight": in, "out.2.weight": out}, "ffhq_10m", "missing: "},
	} {
		_, err := Open(torchFile(t, c.file, c.shapes), Options{Preset: c.preset})
		oneLine(t, c.want, err, c.want)
	}
	for want, change := range map[string]func(*OpenAI){
		"num_heads":        func(f *OpenAI) { f.NumHeadChannels, f.NumHeads = 0, 0 },
		"diffusion_steps":  func(f *OpenAI) { f.DiffusionSteps = 20 },
		"schedule.steps":   func(f *OpenAI) { f.DiffusionSteps = 1 << 40 },
		"noise_schedule":   func(f *OpenAI) { f.NoiseSchedule = "sqrt" },
		"channel_mult":     func(f *OpenAI) { f.ChannelMult = []int{1 << 40} },
		"num_channels":     func(f *OpenAI) { f.NumChannels = 1 << 40 },
		"layers_per_block": func(f *OpenAI) { f.NumResBlocks = 1 << 40 },
	} {
		flags := *fixtures[8].options.OpenAI
		change(&flags)
		_, err := Open(fixtures[8].path(), Options{OpenAI: &flags})
		oneLine(t, want, err, want)
	}
}

// Numbers that are not finite are refused by the tensor's name when it is read.
func TestNotFinite(t *testing.T) {
	m := open(t, fixtures[1])
	x := trained(t, m)
	x.Tensors[0].Float32()[3] = float32(math.NaN())
	files, err := m.Origin.Files(x)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Open(write(t, files), Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = again.Weights()
	oneLine(t, "NaN", err, "conv_in.weight holds values that are not finite")
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
