package train

import (
	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/checkpoint/pretrained"
	"github.com/condmean/condmean/configs"
)

// readSource reads what init.from names: whatever checkpoint.Import takes.
func readSource(init configs.Init) (*checkpoint.Imported, error) {
	told, err := pretrained.ParseOptions(init.Preset)
	if err != nil {
		return nil, configs.Usagef("init.preset: %w", err)
	}
	src, err := checkpoint.Import(init.From, checkpoint.Told(told))
	if err != nil {
		return nil, configs.Usagef("init.from: %w", err)
	}
	return src, nil
}

// levelsOf is the schedule whose indices a source's network was fed.
func levelsOf(c *configs.Config) configs.Schedule {
	if c.Adapt.Remapped() {
		return c.Adapt.Levels
	}
	return c.Schedule
}

// Levels returns the schedule that weights were trained on, for adapt.levels,
// where what init.from names tells it.
func Levels(init configs.Init) (configs.Schedule, error) {
	src, err := readSource(init)
	if err != nil {
		return configs.Schedule{}, err
	}
	if src.Config == nil {
		return configs.Schedule{}, configs.Usagef("--remap-levels: %s does not tell the schedule its weights were trained on; give it as --set adapt.levels.kind=…, adapt.levels.steps=… instead", init.From)
	}
	return levelsOf(src.Config), nil
}
