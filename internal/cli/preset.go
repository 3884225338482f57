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
		"others may take size=64 or size=HEIGHT,WIDTH, folders of diffusers variant=fp16 or ema=true")
}
