package train

import (
	"fmt"
	"os"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
)

// source is what a run begins with.
type source struct {
	arrays []weights.Array
	ema    []weights.Array // averaged weights, if there are any
	// The settings that the weights were trained with; nil where the file does
	// not tell.
	config *configs.Config
}

// readSource reads what init.from names: a checkpoint or the folder of a run, a
// run folder of the paper's published code, or a weight file.
func readSource(path string) (*source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, configs.Usagef("init.from: %w", err)
	}
	switch {
	case !info.IsDir():
		arrays, err := weights.ReadFile(path)
		if err != nil {
			return nil, configs.Usagef("init.from: %w", err)
		}
		return &source{arrays: arrays}, nil
	case weights.IsAuthors(path):
		a, err := weights.ReadAuthors(path)
		if err != nil {
			return nil, configs.Usagef("init.from: %w", err)
		}
		c := configs.Default()
		c.Schedule, c.Model, c.Objective = a.Schedule, a.Model, a.Objective
		return &source{arrays: a.Weights, config: &c}, nil
	}
	s, dir, err := checkpoint.Load(path)
	if err != nil {
		return nil, configs.Usagef("init.from: %w", err)
	}
	c, err := configs.Parse(dir, []byte(s.Config))
	if err != nil {
		return nil, fmt.Errorf("init.from: %w", err)
	}
	src := &source{arrays: checkpoint.Arrays(s.Weights), config: &c}
	if s.EMA != nil {
		src.ema = checkpoint.Arrays(s.EMA)
	}
	return src, nil
}

// levels is the schedule whose indices the network was fed.
func (s *source) levels() (configs.Schedule, bool) {
	switch {
	case s.config == nil:
		return configs.Schedule{}, false
	case s.config.Adapt.Remapped():
		return s.config.Adapt.Levels, true
	}
	return s.config.Schedule, true
}

// Levels returns the schedule that weights were trained on, for adapt.levels,
// where the path (as in init.from) tells it.
func Levels(path string) (configs.Schedule, error) {
	s, err := readSource(path)
	if err != nil {
		return configs.Schedule{}, err
	}
	levels, ok := s.levels()
	if !ok {
		return levels, configs.Usagef("--remap-levels: %s does not tell the schedule its weights were trained on; give it as --set adapt.levels.kind=…, adapt.levels.steps=… instead", path)
	}
	return levels, nil
}
