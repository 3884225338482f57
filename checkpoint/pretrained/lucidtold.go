package pretrained

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
)

// LucidrainsTold is what a file of denoising-diffusion-pytorch may not tell, by the
// names of the library's arguments. What the file does tell is not changed by it:
// another value is refused. The zero value says nothing.
type LucidrainsTold struct {
	Version      string // of the library, such as 0.30.0
	Objective    string // pred_noise, pred_x0 or pred_v
	BetaSchedule string // linear, cosine or sigmoid
	Timesteps    int
	AttnDimHead  int // width of a head of attention
}

// objectives are the library's, by what configs.Objective calls them.
var objectives = map[string]string{"pred_noise": "epsilon", "pred_x0": "x0", "pred_v": "v"}

// check refuses words that the library does not have.
func (t LucidrainsTold) check() error {
	if t.Version != "" {
		if _, err := parseVersion(t.Version); err != nil {
			return err
		}
	}
	if names := slices.Sorted(maps.Keys(objectives)); t.Objective != "" && objectives[t.Objective] == "" {
		return configs.Usagef("objective=%s: want %s", foreign.Line(t.Objective, foreign.Limit), strings.Join(names, " or "))
	}
	if names := []string{"linear", "cosine", "sigmoid"}; t.BetaSchedule != "" && !slices.Contains(names, t.BetaSchedule) {
		return configs.Usagef("beta_schedule=%s: want %s", foreign.Line(t.BetaSchedule, foreign.Limit), strings.Join(names, " or "))
	}
	if t.Timesteps < 0 || t.AttnDimHead < 0 {
		return configs.Usagef("timesteps, attn_dim_head: %d and %d: want numbers from 1 on", t.Timesteps, t.AttnDimHead)
	}
	return nil
}

// version returns that of the file, "" where neither it nor anybody tells.
func (t LucidrainsTold) version(file string) (string, version, error) {
	if file != "" && t.Version != "" && file != t.Version {
		return "", version{}, configs.Usagef("version=%s: the file says that it is of version %s", t.Version, foreign.Quote(file))
	}
	text := cmp.Or(file, t.Version)
	if text == "" {
		return "", version{}, nil
	}
	v, err := parseVersion(text)
	return text, v, err
}

// target returns what is predicted, of what the file tells, "" for nothing.
func (t LucidrainsTold) target(file string) (string, error) {
	told := objectives[t.Objective]
	if file != "" && told != "" && file != told {
		return "", configs.Usagef("objective=%s: the weights of the loss in the file are those of %s", t.Objective, objectiveOf(file))
	}
	return cmp.Or(file, told), nil
}

// objectiveOf is the inverse of objectives.
func objectiveOf(target string) string {
	for name, t := range objectives {
		if t == target {
			return name
		}
	}
	return target
}

// betas returns the schedule of a file without one, of so many levels as the library
// has by default, and of the kind that it has.
func (t LucidrainsTold) betas(v version) configs.Schedule {
	n := cmp.Or(t.Timesteps, 1000)
	kind := "cosine"
	if !v.before(1, 0, 0) {
		kind = "sigmoid"
	}
	switch cmp.Or(t.BetaSchedule, kind) {
	case "linear":
		return lucidLinear(n)
	case "sigmoid":
		return configs.Schedule{Kind: "custom", Steps: n, Betas: lucidSigmoid(n)}
	}
	return configs.Schedule{Kind: "cosine", Steps: n}
}
