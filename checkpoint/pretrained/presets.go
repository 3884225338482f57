package pretrained

import (
	"slices"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/nearest"
)

// presets are the published networks that can be opened: the names of their files
// and the flags that they were trained with.
var presets = []struct {
	names []string
	flags OpenAI
}{
	{
		[]string{"256x256_diffusion_uncond", "lsun_bedroom", "lsun_cat", "lsun_horse", "lsun_horse_nodropout"},
		OpenAI{ImageSize: 256, NumChannels: 256, ChannelMult: []int{1, 1, 2, 2, 4, 4}, NumResBlocks: 2, AttentionResolutions: []int{32, 16, 8},
			NumHeadChannels: 64, ScaleShift: true, ResblockUpdown: true, LearnSigma: true, DiffusionSteps: 1000, NoiseSchedule: "linear"},
	},
	{
		[]string{"ffhq_10m", "diffusion_ffhq_10m"},
		OpenAI{ImageSize: 256, NumChannels: 128, ChannelMult: []int{1, 1, 2, 2, 4, 4}, NumResBlocks: 1, AttentionResolutions: []int{16},
			NumHeadChannels: 64, ScaleShift: true, ResblockUpdown: true, LearnSigma: true, DiffusionSteps: 1000, NoiseSchedule: "linear"},
	},
	{
		[]string{"cifar10_uncond_50M_500K", "cifar10_uncond_vlb_50M_500K"},
		OpenAI{ImageSize: 32, NumChannels: 128, ChannelMult: []int{1, 2, 2, 2}, NumResBlocks: 3, AttentionResolutions: []int{16, 8},
			NumHeads: 4, ScaleShift: true, LearnSigma: true, DiffusionSteps: 4000, NoiseSchedule: "cosine", RescaleTimesteps: true},
	},
	{
		[]string{"imagenet64_uncond_100M_1500K", "imagenet64_uncond_vlb_100M_1500K"},
		OpenAI{ImageSize: 64, NumChannels: 128, ChannelMult: []int{1, 2, 3, 4}, NumResBlocks: 3, AttentionResolutions: []int{16, 8},
			NumHeads: 4, ScaleShift: true, LearnSigma: true, DiffusionSteps: 4000, NoiseSchedule: "cosine", RescaleTimesteps: true},
	},
	{
		[]string{"lsun_uncond_100M_1200K_bs128", "lsun_uncond_100M_2400K_bs64"},
		OpenAI{ImageSize: 256, NumChannels: 128, ChannelMult: []int{1, 1, 2, 2, 4, 4}, NumResBlocks: 2, AttentionResolutions: []int{16},
			NumHeads: 1, LearnSigma: true, DiffusionSteps: 1000, NoiseSchedule: "linear"},
	},
}

// Presets lists the names of published networks of OpenAI's code, those of their
// files without the extension.
func Presets() []string {
	var names []string
	for _, p := range presets {
		names = append(names, p.names...)
	}
	return names
}

// Preset returns the flags that a published network was trained with.
func Preset(name string) (OpenAI, error) {
	for _, p := range presets {
		if slices.Contains(p.names, name) {
			f := p.flags
			f.ChannelMult, f.AttentionResolutions = slices.Clone(f.ChannelMult), slices.Clone(f.AttentionResolutions)
			return f, nil
		}
	}
	return OpenAI{}, configs.Usagef("preset %s is unknown, want one of %s%s", foreign.Quote(name), strings.Join(Presets(), ", "), nearest.Hint(name, Presets()))
}
