package train

import (
	"fmt"
	"regexp"

	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/model"
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

// newOptimizer returns the optimizer that a configuration names.
func newOptimizer(name string, pool *par.Pool, params []*model.Tensor) (Optimizer, error) {
	switch name {
	case "adam", "":
		return NewAdam(pool, params, AdamOptions{}), nil
	case "adamw":
		return NewAdam(pool, params, AdamOptions{Decoupled: true, WeightDecay: 0.01}), nil
	case "sgd":
		return NewSGD(pool, params, SGDOptions{Momentum: 0.9}), nil
	}
	return nil, fmt.Errorf("train.optimizer: %q is unknown, want adam, adamw or sgd", name)
}

// zerosLike returns a state tensor for each parameter.
func zerosLike(params []*model.Tensor, suffix string) []model.Tensor {
	z := make([]model.Tensor, len(params))
	for i, p := range params {
		z[i] = model.Tensor{Name: p.Name + suffix, Shape: p.Shape, Data: make([]float32, len(p.Data))}
	}
	return z
}

// loadState copies saved tensors into an optimizer's state.
func loadState(o Optimizer, saved []model.Tensor) error {
	byName := make(map[string]model.Tensor, len(saved))
	for _, t := range saved {
		byName[t.Name] = t
	}
	state := o.State()
	if len(saved) != len(state) {
		return fmt.Errorf("optimizer state of %d tensors, want %d", len(saved), len(state))
	}
	for _, t := range state {
		s, ok := byName[t.Name]
		if !ok || len(s.Data) != len(t.Data) {
			return fmt.Errorf("optimizer state %s is missing or has another size", t.Name)
		}
	}
	for _, t := range state {
		copy(t.Data, byName[t.Name].Data)
	}
	return nil
}
