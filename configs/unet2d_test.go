package configs

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestUNet2DIsValid(t *testing.T) {
	for name, change := range map[string]func(*UNet2D){
		"default":          func(*UNet2D) {},
		"one level":        func(u *UNet2D) { levels(u, 32) },
		"no middle":        func(u *UNet2D) { u.MidBlockType = "none" },
		"google":           func(u *UNet2D) { u.AttentionHeadDim, u.DownsamplePad, u.FlipSinToCos, u.FreqShift = 0, 0, false, 1 },
		"inner ≠ channels": func(u *UNet2D) { u.AttentionHeadDim, u.NormNumGroups = 5, 4 },
		"openai":           func(u *UNet2D) { u.Heads, u.AttentionHeadDim, u.Embedding, u.TimeFactor = 4, 0, 128, 0.25 },
		"learned":          func(u *UNet2D) { u.TimeEmbedding, u.TrainTimesteps = "learned", 1000 },
		"fourier":          func(u *UNet2D) { u.TimeEmbedding = "fourier" },
		"narrow, unattended": func(u *UNet2D) { // heads matter where there is attention alone
			levels(u, 4, 64)
			u.NormNumGroups, u.AttentionHeadDim = 2, 64
		},
	} {
		u := DefaultUNet2D()
		change(&u)
		if err := u.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// levels gives u levels of these widths without attention.
func levels(u *UNet2D, widths ...int) {
	u.BlockOutChannels = widths
	u.DownBlockTypes = slices.Repeat([]string{"DownBlock2D"}, len(widths))
	u.UpBlockTypes = slices.Repeat([]string{"UpBlock2D"}, len(widths))
}

// Each broken rule names its key; sizes are refused before anything is computed
// from them.
func TestUNet2DIsRefused(t *testing.T) {
	for key, change := range map[string]func(*UNet2D){
		"block_out_channels":      func(u *UNet2D) { levels(u, slices.Repeat([]int{32}, 65)...) },
		"block_out_channels[1]":   func(u *UNet2D) { u.BlockOutChannels[1] = 1 << 40 },
		"block_out_channels[2]":   func(u *UNet2D) { u.BlockOutChannels[2] = 100 },
		"block_out_channels[0]":   func(u *UNet2D) { u.BlockOutChannels[0], u.NormNumGroups = 1, 1 },
		"layers_per_block":        func(u *UNet2D) { u.LayersPerBlock = 1e9 },
		"down_block_types":        func(u *UNet2D) { u.DownBlockTypes[3] = "SkipDownBlock2D" },
		"up_block_types":          func(u *UNet2D) { u.UpBlockTypes = u.UpBlockTypes[1:] },
		"mid_block_type":          func(u *UNet2D) { u.MidBlockType = "" },
		"mid_block_scale_factor":  func(u *UNet2D) { u.MidBlockScale = 0 },
		"attention_head_dim":      func(u *UNet2D) { u.AttentionHeadDim = 512 },
		"heads":                   func(u *UNet2D) { u.AttentionHeadDim, u.Heads = 0, 3 },
		"norm_num_groups":         func(u *UNet2D) { u.NormNumGroups = 0 },
		"attn_norm_num_groups":    func(u *UNet2D) { u.AttnNormGroups = 48 },
		"norm_eps":                func(u *UNet2D) { u.NormEps = math.NaN() },
		"dropout":                 func(u *UNet2D) { u.Dropout = 1 },
		"resnet_time_scale_shift": func(u *UNet2D) { u.TimeScaleShift = "ada_group" },
		"downsample_type":         func(u *UNet2D) { u.DownsampleType = "fir" },
		"upsample_type":           func(u *UNet2D) { u.UpsampleType = "\x1b[2J" },
		"downsample_padding":      func(u *UNet2D) { u.DownsamplePad = 2 },
		"time_embedding_type":     func(u *UNet2D) { u.TimeEmbedding = "none" },
		"time_embedding_dim":      func(u *UNet2D) { u.TimeEmbeddingDim = -1 },
		"embedding":               func(u *UNet2D) { u.Embedding = 1 },
		"freq_shift":              func(u *UNet2D) { u.FreqShift = 32 },
		"num_train_timesteps":     func(u *UNet2D) { u.TimeEmbedding = "learned" },
		"time_factor":             func(u *UNet2D) { u.TimeFactor = math.Inf(1) },
	} {
		u := DefaultUNet2D()
		change(&u)
		err := u.Validate()
		if err == nil || !IsUsage(err) || !strings.Contains(err.Error(), "model.unet2d."+key+" = ") {
			t.Errorf("%s: error %v", key, err)
		} else if s := err.Error(); len(s) > 1<<14 || strings.Contains(s, "\x1b") {
			t.Errorf("%s: a message of %d bytes", key, len(s))
		}
	}
}

// Every setting is read back as it was written, and a copy shares nothing.
func TestUNet2DMarshal(t *testing.T) {
	want := Default()
	want.Model.Kind = "unet2d"
	u := &want.Model.UNet2D
	*u = UNet2D{BlockOutChannels: []int{8, 12}, LayersPerBlock: 1, DownBlockTypes: []string{"ResnetDownsampleBlock2D", "AttnDownBlock2D"},
		UpBlockTypes: []string{"UpBlock2D", "ResnetUpsampleBlock2D"}, MidBlockType: "none", MidBlockScale: math.Sqrt2, AddAttention: false,
		AttentionHeadDim: 3, Heads: 2, NormNumGroups: 4, AttnNormGroups: 6, NormEps: 1e-6, Dropout: 0.1, TimeScaleShift: "scale_shift",
		DownsampleType: "resnet", UpsampleType: "resnet", DownsamplePad: 1, CenterInput: true, LearnedVariance: true, TimeEmbedding: "learned",
		TimeEmbeddingDim: 24, Embedding: 16, FlipSinToCos: true, FreqShift: 1, TrainTimesteps: 7, TimeFactor: 0.25}
	text, err := Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse("test", text)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%v\n%s", err, text)
	}
	copied := want.Clone()
	copied.Model.UNet2D.BlockOutChannels[0], copied.Model.UNet2D.DownBlockTypes[0], copied.Model.UNet2D.UpBlockTypes[0] = 1, "a", "b"
	if !reflect.DeepEqual(got, want) {
		t.Error("a copy shares memory")
	}
}

func TestUNet2DSizes(t *testing.T) {
	u := DefaultUNet2D()
	for _, c := range []struct {
		change             func(*UNet2D)
		heads, width       int
		groups, e, eOutput int
	}{
		{func(*UNet2D) {}, 12, 8, 32, 64, 256},
		{func(u *UNet2D) { u.AttentionHeadDim = 0 }, 1, 96, 32, 64, 256},
		{func(u *UNet2D) { u.AttentionHeadDim, u.Heads = 0, 4 }, 4, 24, 32, 64, 256},
		{func(u *UNet2D) { u.AttentionHeadDim = 7 }, 13, 7, 32, 64, 256},
		{func(u *UNet2D) { u.TimeScaleShift, u.Embedding = "scale_shift", 16 }, 12, 8, 0, 16, 64},
		{func(u *UNet2D) { u.TimeScaleShift, u.AttnNormGroups, u.TimeEmbeddingDim = "scale_shift", 16, 20 }, 12, 8, 16, 64, 20},
	} {
		v := u.Clone()
		c.change(&v)
		heads, width := v.HeadsAt(96)
		got := fmt.Sprint(heads, width, v.MiddleGroups(), v.EmbeddingWidth(), v.EmbeddingOut())
		if want := fmt.Sprint(c.heads, c.width, c.groups, c.e, c.eOutput); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for _, shape := range [][]int{{3, 32, 32}, {1, 8, 40}} {
		if err := u.CheckSample(shape); err != nil {
			t.Error(err)
		}
	}
	for _, shape := range [][]int{nil, {2, 64}, {3, 28, 28}, {3, 32, 36}, {3, 1 << 20, 1 << 20}} {
		if err := u.CheckSample(shape); err == nil {
			t.Errorf("%v is accepted", shape)
		}
	}
}

// A schedule that lists its levels is read back exactly; one that is broken is
// refused in a bounded message.
func TestCustomSchedule(t *testing.T) {
	c := Default()
	c.Schedule = Schedule{Kind: "custom", Steps: 3, Betas: []float64{0.1, 1.0 / 3, math.Nextafter(1, 0)}}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	text, err := Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Parse("test", text); err != nil || !reflect.DeepEqual(got, c) {
		t.Errorf("%v\n%s", err, text)
	}
	long := Schedule{Kind: "custom", Steps: maxListed, Betas: slices.Repeat([]float64{0.12345678901234567}, maxListed)}
	c.Schedule, c.Adapt.Levels = long, long
	if text, err = Marshal(c); err != nil || len(text) > maxFile {
		t.Errorf("%d bytes, %v: more than is read", len(text), err)
	}
	for key, s := range map[string]Schedule{
		"schedule.betas = ":       {Kind: "custom", Steps: 3, Betas: []float64{0.1, 0.2}},
		"schedule.betas = 1: ":    {Kind: "linear", Steps: 3, Betas: []float64{0.1}},
		"schedule.betas = 20001":  {Kind: "custom", Steps: maxListed + 1, Betas: make([]float64, maxListed+1)},
		"schedule.betas[1] = NaN": {Kind: "custom", Steps: 3, Betas: []float64{0.1, math.NaN(), 0.1}},
		"schedule.betas[0] = 1":   {Kind: "custom", Steps: 2, Betas: []float64{1, 1}},
		"schedule.betas[19] = 0":  {Kind: "custom", Steps: maxListed, Betas: make([]float64, maxListed)},
		"schedule.kind = ":        {Kind: "custom", Steps: 2, BetaEnd: 0.2, Betas: []float64{0.1, 0.1}},
	} {
		c.Schedule = s
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), key) || len(err.Error()) > 1<<14 {
			t.Errorf("%s: error %.300v", key, err)
		}
	}
}
