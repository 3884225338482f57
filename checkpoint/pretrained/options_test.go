package pretrained

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Words of a user are options: a name, keys, flags one by one or as one text.
func TestParseOptions(t *testing.T) {
	ffhq, err := Preset("ffhq_10m")
	if err != nil {
		t.Fatal(err)
	}
	narrow, fixed := ffhq, ffhq
	narrow.NumHeadChannels = 32
	fixed.NumHeads, fixed.NumHeadChannels, fixed.ImageSize = 4, 0, 128
	small := *fixtures[8].options.OpenAI
	flags := "--image_size 8 --num_channels 32 --channel_mult 1,1 --num_res_blocks 1 --attention_resolutions 4 --num_head_channels 16 " +
		"--use_scale_shift_norm True --resblock_updown True --learn_sigma True --diffusion_steps 1000 --noise_schedule linear --rescale_timesteps False"
	one := strings.Split(strings.ReplaceAll(strings.ReplaceAll(flags, "--", ""), " ", "="), "=")
	var each []string
	for i := 0; i < len(one); i += 2 {
		each = append(each, one[i]+"="+one[i+1])
	}
	for _, c := range []struct {
		words []string
		want  Options
	}{
		{nil, Options{}},
		{[]string{"ffhq_10m"}, Options{Preset: "ffhq_10m"}},
		{[]string{"size=28"}, Options{Size: []int{28, 28}}},
		{[]string{"size=16,24", "variant=fp16", "ema=true"}, Options{Size: []int{16, 24}, Variant: "fp16", EMA: true}},
		{[]string{"version=0.30.0", "objective=pred_x0", "beta_schedule=cosine", "timesteps=500", "attn_dim_head=16"},
			Options{Lucidrains: LucidrainsTold{Version: "0.30.0", Objective: "pred_x0", BetaSchedule: "cosine", Timesteps: 500, AttnDimHead: 16}}},
		{[]string{"ffhq_10m", "num_head_channels=32", "size=64"}, Options{OpenAI: &narrow, Size: []int{64, 64}}},
		{[]string{"num_heads=4", "ffhq_10m", "image_size=128"}, Options{OpenAI: &fixed}},
		{[]string{flags}, Options{OpenAI: &small}},
		{each, Options{OpenAI: &small}},
	} {
		got, err := ParseOptions(c.words)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %+v (%+v), %v", c.words, got, got.OpenAI, err)
		}
		if got.None() != (c.words == nil) {
			t.Errorf("%q: none is %v", c.words, got.None())
		}
	}
	for want, words := range map[string][]string{
		`preset "ffhq" is unknown`:               {"ffhq"},
		"two networks":                           {"ffhq_10m", "lsun_cat"},
		"--image_size is missing":                {"num_heads=4"},
		"size=0: want one size":                  {"size=0"},
		"size=1,2,3":                             {"size=1,2,3"},
		"ema=maybe":                              {"ema=maybe"},
		"version \"latest\": want three numbers": {"version=latest"},
		"objective=noise: want pred_noise or":    {"objective=noise"},
		"beta_schedule=cos: want linear or":      {"beta_schedule=cos"},
		"timesteps=0: want a number from 1 on":   {"timesteps=0"},
		"attn_dim_head=x: want a number":         {"attn_dim_head=x"},
		"flag --nonsense is unknown":             {"ffhq_10m", "nonsense=1"},
		`"=4": want the name`:                    {"=4"},
		`"": want the name`:                      {""},
		"num_heads is set twice":                 {"ffhq_10m", "num_heads=4", "num_heads=8"},
		`"num_heads=4 num_heads=8": want the na`: {"num_heads=4 num_heads=8"},
	} {
		_, err := ParseOptions(words)
		oneLine(t, strings.Join(words, " "), err, want)
	}
}

// A file that does not tell its network names the presets that have its tensors, and
// so does one that is opened as another network.
func TestFittingPresets(t *testing.T) {
	flags, err := Preset("cifar10_uncond_50M_500K")
	if err != nil {
		t.Fatal(err)
	}
	n, err := flags.network()
	if err != nil {
		t.Fatal(err)
	}
	shapes := map[string][]int{}
	for _, k := range fileKeys(pieces(n.unet, n.channels, flags.scheme())) {
		shapes[k.Name] = k.Shape
	}
	file := torchFile(t, "model.pt", shapes)
	for _, preset := range []string{"", "imagenet64_uncond_100M_1500K"} {
		_, err := Open(file, Options{Preset: preset})
		oneLine(t, "preset "+preset, err, "the presets with these tensors are cifar10_uncond_50M_500K, cifar10_uncond_vlb_50M_500K")
	}
	if m, err := Open(file, Options{Preset: "cifar10_uncond_50M_500K"}); err != nil {
		t.Error(err)
	} else if err := m.Close(); err != nil {
		t.Error(err)
	}
}

// Sizes that the network cannot halve become the next ones, which a note says.
func TestSizes(t *testing.T) {
	for _, c := range []struct {
		size []int
		want []int
		note bool
	}{{nil, []int{1, 28, 28}, false}, {[]int{30, 28}, []int{1, 32, 28}, true}, {[]int{45, 61}, []int{1, 48, 64}, true}, {[]int{64, 64}, []int{1, 64, 64}, false}} {
		m, err := Open("testdata/mnist-28", Options{Size: c.size})
		if err != nil {
			t.Fatal(err)
		}
		noted := slices.ContainsFunc(m.Notes, func(n string) bool { return strings.Contains(n, "continued by reflection to") })
		if !slices.Equal(m.Sample, c.want) || noted != c.note {
			t.Errorf("%v: sample %v, notes %q", c.size, m.Sample, m.Notes)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, size := range [][]int{{1 << 62, 8}, {1 << 23, 1 << 23}} {
		_, err := Open("testdata/mnist-28", Options{Size: size})
		oneLine(t, "large", err, "sample shape")
	}
}

// Options that have no meaning for a source are refused.
func TestOptionsOfOthers(t *testing.T) {
	for _, c := range []struct {
		path, want string
		o          Options
	}{
		{fixtures[0].path(), "tells its network", Options{Preset: "ffhq_10m"}},
		{fixtures[8].path(), "variant and ema", Options{OpenAI: fixtures[8].options.OpenAI, Variant: "fp16"}},
		{"testdata/lucid-2.3.1/model-1.pt", "denoising-diffusion-pytorch", Options{Preset: "ffhq_10m"}},
		{"testdata/lucid-2.3.1/model-1.pt", "variant and ema", Options{EMA: true}},
		{fixtures[0].path(), "denoising-diffusion-pytorch", Options{Lucidrains: LucidrainsTold{Timesteps: 10}}},
		{fixtures[8].path(), "denoising-diffusion-pytorch", Options{OpenAI: fixtures[8].options.OpenAI, Lucidrains: LucidrainsTold{Objective: "pred_v"}}},
	} {
		_, err := Open(c.path, c.o)
		oneLine(t, c.path, err, c.want)
	}
}
