package pretrained

import (
	"regexp"

	"github.com/condmean/condmean/checkpoint/weights"
)

// oldNames are the names that tensors had: of attention before diffusers 0.17, of
// blocks in mid 2022.
func oldNames() weights.KeyMap {
	rule := func(match, replace string) weights.Rule {
		return weights.Rule{Match: regexp.MustCompile(match), Replace: replace}
	}
	return weights.KeyMap{
		rule(`^time_steps\.`, `time_proj.`),
		rule(`^mid\.`, `mid_block.`),
		rule(`^downsample_blocks\.`, `down_blocks.`),
		rule(`^upsample_blocks\.`, `up_blocks.`),
		rule(`(\.attentions\.\d+)\.query\.`, `$1.to_q.`),
		rule(`(\.attentions\.\d+)\.key\.`, `$1.to_k.`),
		rule(`(\.attentions\.\d+)\.value\.`, `$1.to_v.`),
		rule(`(\.attentions\.\d+)\.proj_attn\.`, `$1.to_out.0.`),
	}
}

// copied are second names that files of 2022 have for the convolution of a
// downsampler, mostly beside the first.
var copied = regexp.MustCompile(`^(.*\.downsamplers\.\d+)\.(?:op|Conv2d_0)\.(weight|bias)$`)

// rename returns the file's tensors by today's names.
func rename(keys []weights.Key) (today map[string]weights.Key, twice []string) {
	today = map[string]weights.Key{}
	old := oldNames()
	var copies []weights.Key
	for _, k := range keys {
		name, _ := old.Apply(k.Name)
		if copied.MatchString(name) {
			copies = append(copies, k)
			continue
		}
		if _, there := today[name]; there {
			twice = append(twice, k.Name)
		}
		today[name] = k
	}
	for _, k := range copies {
		name, _ := old.Apply(k.Name)
		name = copied.ReplaceAllString(name, "$1.conv.$2")
		if _, there := today[name]; !there {
			today[name] = k
		}
	}
	return today, twice
}
