package configs

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// Settings that come with weights meet the same bounds as a configuration, in a
// message of bounded size; those of data that are elsewhere do not matter.
func TestValidateNetwork(t *testing.T) {
	base := Default()
	base.Data.Kind, base.Data.Dir = "npy", ""
	if err := base.ValidateNetwork(); err != nil {
		t.Fatal(err)
	}
	for key, change := range map[string]func(*Config){
		"model.multipliers":             func(c *Config) { c.Model.Multipliers = slices.Repeat([]int{1}, 65) },
		"model.multipliers[1]":          func(c *Config) { c.Model.Multipliers = []int{1, 1 << 40} },
		"model.blocks":                  func(c *Config) { c.Model.Blocks = 1e7 },
		"model.channels":                func(c *Config) { c.Model.Channels = -2 },
		"model.dropout":                 func(c *Config) { c.Model.Dropout = math.NaN() },
		"model.norm":                    func(c *Config) { c.Model.Norm = strings.Repeat("batch\n", 1<<16) },
		"model.kind":                    func(c *Config) { c.Model.Kind = "transformer" },
		"model.cnn.pre, model.cnn.post": func(c *Config) { c.Model.Kind, c.Model.CNN.Pre = "cnn", make([]int, 1<<20) },
		"schedule.steps":                func(c *Config) { c.Schedule.Steps = 1e8 },
		"schedule.beta_start":           func(c *Config) { c.Schedule.BetaStart = math.NaN() },
		"schedule.beta_end":             func(c *Config) { c.Schedule.BetaEnd = math.Inf(1) },
		"schedule.kind":                 func(c *Config) { c.Schedule.Kind = "\x1b[2J" },
		"objective.target":              func(c *Config) { c.Objective.Target = "y" },
		"adapt.lora.rank":               func(c *Config) { c.Adapt.LoRA.Rank = 1 << 40 },
		"adapt.freeze[19]":              func(c *Config) { c.Adapt.Freeze = slices.Repeat([]string{"("}, 1<<20) },
		"adapt.levels.steps":            func(c *Config) { c.Adapt.Levels = Schedule{Kind: "linear", Steps: 1e9} },
		"data.noise":                    func(c *Config) { c.Data.Noise = "pink" },
	} {
		c := base
		change(&c)
		err := c.ValidateNetwork()
		if err == nil || !strings.Contains(err.Error(), key+" = ") || !IsUsage(err) {
			t.Errorf("%s: error %.200v", key, err)
			continue
		}
		if s := err.Error(); len(s) > 1<<14 || strings.Contains(s, "\x1b") || strings.Count(s, "\n") > maxErrors {
			t.Errorf("%s: a message of %d bytes", key, len(s))
		}
	}
}

func TestCheckSample(t *testing.T) {
	for _, good := range [][]int{{1, 1}, {2, 64}, {3, 1024, 1024}, {1, MaxSampleValues}} {
		if err := CheckSample(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range [][]int{nil, {}, {4}, {1, 2, 3, 4}, {0, 4}, {1, -4}, {1, MaxSampleValues + 1}, {4, 1024, 1025},
		{math.MaxInt, math.MaxInt, math.MaxInt}, slices.Repeat([]int{1}, 1<<20)} {
		if err := CheckSample(bad); err == nil || len(err.Error()) > 300 {
			t.Errorf("%.50v: error %.300v", bad, err)
		}
	}
}

func TestCheckNorm(t *testing.T) {
	shape := []int{1, 2}
	for name, c := range map[string]struct {
		norm map[string][]float64
		want string
	}{
		"none":          {nil, ""},
		"one scale":     {map[string][]float64{"mean": {1, 2}, "scale": {3}}, ""},
		"scale a value": {map[string][]float64{"mean": {1, 2}, "scale": {3, 4}}, ""},
		"range":         {map[string][]float64{"mean": {1, 2}, "scale": {3}, "range": {0, 255}}, ""},
		"turned range":  {map[string][]float64{"mean": {1, 2}, "scale": {3}, "range": {255, 0}}, "range has 2 numbers"},
		"NaN range":     {map[string][]float64{"mean": {1, 2}, "scale": {3}, "range": {0, math.NaN()}}, "range has 2 numbers"},
		"long range":    {map[string][]float64{"mean": {1, 2}, "scale": {3}, "range": {0, 1, 2}}, "range has 3 numbers"},
		"range alone":   {map[string][]float64{"range": {0, 255}}, "belong together"},
		"short mean":    {map[string][]float64{"mean": {1}, "scale": {3}}, "mean has 1 numbers, samples of shape [1 2] have 2"},
		"long scale":    {map[string][]float64{"mean": {1, 2}, "scale": {3, 4, 5}}, "scale has 3 numbers"},
		"NaN":           {map[string][]float64{"mean": {1, math.NaN()}, "scale": {3}}, "mean holds numbers that are not finite"},
		"infinite":      {map[string][]float64{"mean": {1, 2}, "scale": {math.Inf(1)}}, "scale holds numbers"},
		"no scale":      {map[string][]float64{"mean": {1, 2}, "scale": {0}}, "not positive"},
		"mean alone":    {map[string][]float64{"mean": {1, 2}}, "belong together"},
		"another":       {map[string][]float64{"mean": {1, 2}, "scale": {3}, "a\nb": {1}}, `"a\nb" is neither mean nor scale nor range`},
	} {
		if err := CheckNorm(c.norm, shape); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}
