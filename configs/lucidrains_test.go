package configs

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestLucidrainsIsRefused(t *testing.T) {
	if err := DefaultLucidrains().Validate(); err != nil {
		t.Fatal(err)
	}
	for key, change := range map[string]func(*Lucidrains){
		"dim":           func(l *Lucidrains) { l.Dim = 5 },
		"init_dim":      func(l *Lucidrains) { l.InitDim = -1 },
		"dim_mults":     func(l *Lucidrains) { l.DimMults = slices.Repeat([]int{1}, 65) },
		"dim_mults[1]":  func(l *Lucidrains) { l.DimMults[1] = 1 << 40 },
		"attn_heads":    func(l *Lucidrains) { l.AttnHeads = 0 },
		"attn_dim_head": func(l *Lucidrains) { l.AttnDimHead = 1 << 40 },
		"full_attn":     func(l *Lucidrains) { l.FullAttn = nil },
		"num_mem_kv":    func(l *Lucidrains) { l.NumMemKV = -1 },
		"block_norm":    func(l *Lucidrains) { l.BlockNorm, l.Dim, l.InitDim = "group", 8, 12 },
		"attn_norm":     func(l *Lucidrains) { l.AttnNorm = "" },
		"downsample":    func(l *Lucidrains) { l.Downsample = "\x1b" },
		"standardize":   func(l *Lucidrains) { l.Standardize = "" },
		"unit_scale":    func(l *Lucidrains) { l.UnitScale = math.NaN() },
		"dropout":       func(l *Lucidrains) { l.Dropout = 1 },
	} {
		l := DefaultLucidrains()
		change(&l)
		if err := l.Validate(); err == nil || !IsUsage(err) || !strings.Contains(err.Error(), "model.lucidrains."+key+" = ") || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%s: error %v", key, err)
		}
	}
}

func TestLucidrainsMarshal(t *testing.T) {
	want := Default()
	want.Model.Kind = "lucidrains"
	want.Model.Lucidrains = Lucidrains{Dim: 8, InitDim: 12, DimMults: []int{1, 3}, AttnHeads: 2, AttnDimHead: 16, FullAttn: []bool{true, false}, NumMemKV: 2,
		BlockNorm: "group", AttnNorm: "layer", Downsample: "conv", Standardize: "floor", DivideValues: true, UnitScale: 10, Dropout: 0.5, LearnedVariance: true}
	text, err := Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse("test", text)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%v\n%s", err, text)
	}
	if w := want.Model.Lucidrains.Widths(); !slices.Equal(w, []int{12, 8, 24}) {
		t.Error(w)
	}
	copied := want.Clone()
	copied.Model.Lucidrains.DimMults[0], copied.Model.Lucidrains.FullAttn[0] = 7, false
	if !reflect.DeepEqual(got, want) {
		t.Error("a copy shares memory")
	}
	l := DefaultLucidrains()
	if l.CheckSample([]int{3, 32, 40}) != nil || l.CheckSample([]int{3, 32, 36}) == nil || l.CheckSample([]int{2, 64}) == nil {
		t.Error("sizes")
	}
}
