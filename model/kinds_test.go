package model_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
)

// The kinds that configurations may name are those that there are.
func TestKindsAgree(t *testing.T) {
	if words := configs.Words("model.kind"); !slices.Equal(words, model.Kinds()) {
		t.Errorf("model.kind may be %v, want %v", words, model.Kinds())
	}
	rt := newRuntime(t, 1)
	for _, norm := range append(configs.Words("model.norm"), "zebra") {
		_, err := model.New(rt, configs.Model{Kind: "unet", Channels: 8, Multipliers: []int{1}, Blocks: 1, Norm: norm}, []int{1, 8}, 1)
		if (err == nil) != (norm != "zebra") {
			t.Errorf("model.norm = %s: %v", norm, err)
		}
	}
	for _, kind := range model.Kinds() {
		c := configs.Default()
		c.Model.Kind = kind
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		shape := []int{2, 64}
		if kind == "unet2d" || kind == "lucidrains" { // for images alone
			shape = []int{2, 16, 8}
			c.Model.UNet2D.BlockOutChannels = []int{32, 32, 32, 32}
			c.Model.Lucidrains.Dim = 8
		}
		net, err := model.New(rt, c.Model, shape, 1)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		// What a kind does not read does not change it.
		alone, err := model.New(rt, c.Model.ReadBy(kind), shape, 1)
		if err != nil || alone.NumParams() != net.NumParams() {
			t.Errorf("%s: settings of other kinds matter: %v", kind, err)
		}
		// Only the UNet is part of the paper's published code.
		if _, err := model.Published(c.Model, shape); (err == nil) != (kind == "unet") {
			t.Errorf("%s as published: %v", kind, err)
		}
	}
}

// Settings obey the rules of a configuration before anything is sized by them,
// wherever they come from.
func TestSettingsAreChecked(t *testing.T) {
	good := configs.Model{Kind: "unet", Channels: 8, Multipliers: []int{1, 2}, Blocks: 1, Norm: "group"}
	many := make([]int, 65)
	for i := range many {
		many[i] = 1
	}
	for _, c := range []struct {
		name, want string
		change     func(c *configs.Model, shape *[]int)
	}{
		{"65 levels", "model.multipliers", func(c *configs.Model, _ *[]int) { c.Multipliers = many }},
		{"blocks", "model.blocks", func(c *configs.Model, _ *[]int) { c.Blocks = 1e7 }},
		{"channels", "model.channels", func(c *configs.Model, _ *[]int) { c.Channels = 1 << 40 }},
		{"negative multiplier", "model.multipliers[1]", func(c *configs.Model, _ *[]int) { c.Multipliers = []int{1, -1} }},
		{"groups of the first level", "model.channels", func(c *configs.Model, _ *[]int) { c.Channels, c.Multipliers = 12, []int{2, 2} }},
		{"values of a network", "at most 1073741824 are supported", func(c *configs.Model, _ *[]int) { c.Channels, c.Multipliers = 4096, []int{1, 1, 1} }},
		{"values of a sample", "[1 1073741824 2]", func(_ *configs.Model, s *[]int) { *s = []int{1, 1 << 30, 2} }},
		{"overflow", "samples of shape", func(_ *configs.Model, s *[]int) { *s = []int{1 << 62, 2, 2} }},
		{"a size of lucidrains", "model.lucidrains.dim_mults", func(c *configs.Model, s *[]int) {
			*c, *s = configs.Model{Kind: "lucidrains", Lucidrains: configs.DefaultLucidrains()}, []int{3, 16, 20}
		}},
		{"negative size", "samples of shape", func(_ *configs.Model, s *[]int) { *s = []int{-1, -8} }},
	} {
		m, shape := good, []int{1, 8}
		c.change(&m, &shape)
		if _, _, err := model.Declare(m, shape); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one that names %s", c.name, err, c.want)
		}
	}
}
