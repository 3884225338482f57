package cli

import (
	"strings"

	"github.com/spf13/pflag"
)

// PresetFlag adds --preset: what files of weights from other libraries do not tell,
// as words. The names are those of published networks.
func PresetFlag(fs *pflag.FlagSet, words *[]string, names []string) {
	fs.StringArrayVar(words, "preset", nil, "`NAME or key=value` that a file of another library's weights does not tell; may be repeated. "+
		"Networks of OpenAI's code need a name ("+strings.Join(names, ", ")+") or the flags of its scripts, as in num_heads=4; "+
		"files of denoising-diffusion-pytorch need size=64 or size=HEIGHT,WIDTH and may need version=1.5.8, objective=pred_noise|pred_x0|pred_v, "+
		"beta_schedule=linear|cosine|sigmoid, timesteps=1000 or attn_dim_head=32; folders of diffusers may take size, variant=fp16 or ema=true")
}
