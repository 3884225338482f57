package train

import (
	"strings"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/checkpoint/pretrained"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
)

// Inherit returns the configuration of a run whose init.from may name a network of
// another library. The settings of the network, its schedule, what it predicts and
// how its data are normalised then are the library's where the configuration does not
// name them, and a configuration that says otherwise is refused: load reads it over
// given settings. Other levels are for runs that remap them, and other networks for
// those that take what fits.
func Inherit(load func(base configs.Config) (configs.Config, error), remap bool) (configs.Config, error) {
	cfg, err := load(configs.Default())
	if err != nil || cfg.Init.From == "" {
		return cfg, err
	}
	told, err := pretrained.ParseOptions(cfg.Init.Preset)
	if err != nil {
		return cfg, configs.Usagef("init.preset: %w", err)
	}
	src, err := checkpoint.Foreign(cfg.Init.From, told)
	if err != nil {
		return cfg, configs.Usagef("init.from: %w", err)
	}
	if src == nil {
		return cfg, nil
	}
	base := configs.Default()
	base.Model, base.Schedule, base.Objective.Target, base.Data.Normalize = src.Config.Model, src.Config.Schedule, src.Config.Objective.Target, src.Config.Data.Normalize
	if cfg.Data.Kind == "folder" { // of pictures of any size
		base.Data.Size, base.Data.Channels = src.Config.Data.Size, src.Config.Data.Channels
	}
	if cfg, err = load(base.Clone()); err != nil {
		return cfg, err
	}
	was, is := essence(base), essence(cfg)
	if cfg.Init.Partial {
		was.Model = is.Model
	}
	if remap || cfg.Adapt.Remapped() {
		was.Schedule = is.Schedule
	}
	differ := configs.Diff(was, is)
	if len(differ) == 0 {
		return cfg, nil
	}
	d, hint := differ[0], "leave it out, it is taken from there"
	if strings.HasPrefix(d.Key, "schedule.") {
		hint = "leave it out, or feed the network the levels of equal SNR by --remap-levels"
	}
	return cfg, configs.Usagef("init.from: %s: %s is %s there, %s in the configuration: %s", foreign.Name(cfg.Init.From), d.Key, d.A, d.B, hint)
}

// essence is what weights of a network depend on. Dropout is not among it.
func essence(c configs.Config) (e configs.Config) {
	e.Model = c.Model.ReadBy(c.Model.Kind)
	e.Model.Dropout, e.Model.UNet2D.Dropout, e.Model.Lucidrains.Dropout = 0, 0, 0
	e.Schedule, e.Objective.Target, e.Data.Normalize = c.Schedule, c.Objective.Target, c.Data.Normalize
	return e
}
