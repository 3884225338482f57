package main

import (
	"encoding/json"

	"github.com/spf13/pflag"

	"github.com/condmean/condmean/checkpoint/pretrained"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/cli"
	"github.com/condmean/condmean/train"
)

// adaptFlags are the flags of runs that begin with given weights. All but
// --remap-levels are short for settings.
type adaptFlags struct {
	flags                  *pflag.FlagSet
	from, weights, keyMap  string
	freeze, shapes, preset []string
	strict, partial, remap bool
}

func (a *adaptFlags) register(flags *pflag.FlagSet) {
	a.flags = flags
	flags.StringVar(&a.from, "init-from", "", "begin with the `weights` of a run, checkpoint, built-in name, .npz, .safetensors, .pt, folder of diffusers, or run folder of the paper's code (init.from)")
	flags.StringVar(&a.weights, "init-weights", "ema", "which weights of a checkpoint that has both: `ema|raw` (init.weights)")
	flags.BoolVar(&a.strict, "strict", true, "refuse weights unless every tensor finds its place")
	flags.BoolVar(&a.partial, "partial", false, "take the tensors that fit (init.partial)")
	flags.StringVar(&a.keyMap, "key-map", "", "YAML `file` with rules that rename tensors (init.key_map)")
	flags.StringSliceVar(&a.shapes, "adapt", nil, "let the `first,last` convolution take another number of channels (init.shapes)")
	flags.StringArrayVar(&a.freeze, "freeze", nil, "leave tensors whose names match this `regex` as they are; may be repeated (adapt.freeze)")
	flags.BoolVar(&a.remap, "remap-levels", false, "feed the network the levels it was trained on, at equal SNR, under another schedule (adapt.levels)")
	cli.PresetFlag(flags, &a.preset, pretrained.Presets())
	flags.Lookup("preset").Usage += " (init.preset)"
}

// given are the names of the flags that were used.
func (a *adaptFlags) given() []string {
	var names []string
	for _, name := range []string{"init-from", "preset", "init-weights", "strict", "partial", "key-map", "adapt", "freeze", "remap-levels"} {
		if a.flags.Changed(name) {
			names = append(names, name)
		}
	}
	return names
}

// settings returns the flags as overrides of settings.
func (a *adaptFlags) settings() ([]string, error) {
	if a.strict && a.partial && a.flags.Changed("strict") {
		return nil, configs.Usagef("--strict and --partial exclude each other")
	}
	if !a.strict {
		a.partial = true
	}
	var set []string
	for _, s := range []struct{ flag, key, value string }{
		{"init-from", "init.from", a.from}, {"init-weights", "init.weights", a.weights}, {"key-map", "init.key_map", a.keyMap},
	} {
		if a.flags.Changed(s.flag) {
			set = append(set, s.key+"="+s.value)
		}
	}
	if a.partial {
		set = append(set, "init.partial=true")
	}
	for key, list := range map[string][]string{"init.shapes": a.shapes, "init.preset": a.preset, "adapt.freeze": a.freeze} {
		if list == nil {
			continue
		}
		text, err := json.Marshal(list) // which is YAML as well
		if err != nil {
			return nil, err
		}
		set = append(set, key+"="+string(text))
	}
	return set, nil
}

// remapLevels keeps the schedule that the weights were trained on among the
// settings.
func (a *adaptFlags) remapLevels(cfg *configs.Config) error {
	if !a.remap {
		return nil
	}
	if cfg.Init.From == "" {
		return configs.Usagef("--remap-levels: there are no weights to begin with; name some by --init-from")
	}
	levels, err := train.Levels(cfg.Init)
	if err != nil {
		return err
	}
	cfg.Adapt.Levels = levels
	return cfg.Validate()
}
