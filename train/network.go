package train

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
)

// newNetwork returns the network of a configuration, of which the tensors that
// adapt.freeze names are held and, under low-rank adapters, all parameters but
// their targets and those trained beside them. Its steps obey train.checkpointing.
func newNetwork(rt *op.Runtime, cfg configs.Config, shape []int) (*model.Network, error) {
	net, err := model.New(rt, cfg.Model, shape, cfg.Seed)
	if err != nil {
		return nil, err
	}
	if err := tellLevels(cfg, net); err != nil {
		return nil, err
	}
	hold, err := holding(cfg.Adapt, net)
	if err != nil {
		return nil, err
	}
	net.Hold(hold)
	net.Checkpoint(cfg.Train.Checkpointing)
	return net, nil
}

// holding tells which tensors a run leaves as they are.
func holding(c configs.Adapt, net *model.Network) (func(name string) bool, error) {
	var freeze []*regexp.Regexp
	for i, text := range c.Freeze {
		re, err := regexp.Compile(text)
		if err != nil {
			return nil, fmt.Errorf("adapt.freeze[%d]: %w", i, err)
		}
		if state := net.State(); !slices.ContainsFunc(state, func(t model.Tensor) bool { return re.MatchString(t.Name) }) {
			return nil, fmt.Errorf("adapt.freeze[%d]: %q is in the name of no tensor; they are named like %s", i, text, state[0].Name)
		}
		freeze = append(freeze, re)
	}
	frozen := func(name string) bool {
		return slices.ContainsFunc(freeze, func(re *regexp.Regexp) bool { return re.MatchString(name) })
	}
	if c.LoRA.Rank == 0 {
		return frozen, nil
	}
	targets, err := loraTargets(c.LoRA, net, frozen)
	if err != nil {
		return nil, err
	}
	train, err := regexp.Compile(c.LoRA.Train)
	if err != nil {
		return nil, fmt.Errorf("adapt.lora.train: %w", err)
	}
	held := map[string]bool{}
	for _, p := range net.Params() {
		held[p.Name] = !slices.Contains(targets, p) && (c.LoRA.Train == "" || !train.MatchString(p.Name))
	}
	return func(name string) bool { return held[name] || frozen(name) }, nil
}
