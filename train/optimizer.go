package train

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
)

// Optimizer moves parameters along their gradients. It works in float32 and in
// PyTorch's order of operations. Its state is exported, so that a checkpoint
// continues exactly.
type Optimizer interface {
	// Step moves the parameters by grads, which are aligned with them, times
	// scale. update counts from 1.
	Step(grads []*model.Tensor, update int, lr, scale float64)
	// State returns the state's tensors; they are the optimizer's own.
	State() []model.Tensor
}

// Group gives some parameters settings of their own.
type Group struct {
	Match       *regexp.Regexp // of the parameter's name
	LR          float64        // factor of the learning rate; 0 freezes
	WeightDecay float64
}

// Groups are asked in turn; the first one that matches decides.
type Groups []Group

// perTensor resolves the groups for each parameter. Those in no group have
// factor 1 and the given weight decay.
func (g Groups) perTensor(params []*model.Tensor, decay float64) []Group {
	of := make([]Group, len(params))
	for i, p := range params {
		of[i] = Group{LR: 1, WeightDecay: decay}
		for _, group := range g {
			if group.Match.MatchString(p.Name) {
				of[i] = group
				break
			}
		}
	}
	return of
}

// newOptimizer returns the optimizer that a configuration describes.
func newOptimizer(c configs.Train, rt *op.Runtime, params []*model.Tensor) (optimizer, error) {
	pool := rt.Pool()
	decay := 0.0
	if c.WeightDecay != nil {
		decay = *c.WeightDecay
	} else if c.Optimizer == "adamw" {
		decay = 0.01 // as in PyTorch
	}
	groups, err := newGroups(c.Groups, decay, params)
	if err != nil {
		return nil, err
	}
	switch c.Optimizer {
	case "adam", "":
		return NewAdam(pool, params, AdamOptions{Beta2: c.Beta2, WeightDecay: decay, Groups: groups, Update: rt.Adam}), nil
	case "adamw":
		return NewAdam(pool, params, AdamOptions{Decoupled: true, Beta2: c.Beta2, WeightDecay: decay, Groups: groups, Update: rt.Adam}), nil
	case "sgd":
		return NewSGD(pool, params, SGDOptions{Momentum: c.Momentum, WeightDecay: decay, Groups: groups}), nil
	}
	return nil, fmt.Errorf("train.optimizer: %q is unknown, want adam, adamw or sgd", c.Optimizer)
}

// newGroups reads the groups of a configuration and refuses those that no
// parameter belongs to.
func newGroups(list []configs.ParamGroup, decay float64, params []*model.Tensor) (Groups, error) {
	var groups Groups
	for i, c := range list {
		match, err := regexp.Compile(c.Match)
		if err != nil {
			return nil, fmt.Errorf("train.groups[%d].match: %w", i, err)
		}
		if !slices.ContainsFunc(params, func(p *model.Tensor) bool { return match.MatchString(p.Name) }) {
			return nil, fmt.Errorf("train.groups[%d].match: %q is in the name of no parameter; they are named like %s", i, c.Match, params[0].Name)
		}
		g := Group{Match: match, LR: 1, WeightDecay: decay}
		if c.LR != nil {
			g.LR = *c.LR
		}
		if c.WeightDecay != nil {
			g.WeightDecay = *c.WeightDecay
		}
		groups = append(groups, g)
	}
	return groups, nil
}
