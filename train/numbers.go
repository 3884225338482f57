package train

import (
	"errors"
	"fmt"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
)

// numbers are all that training moves, in the memory of this process: network,
// optimizer, averages, adapters, and the losses since the last line of metrics.
type numbers struct {
	net       *model.Network
	lora      *lora // nil: the network's parameters themselves are trained
	optimizer optimizer
	clip      float64  // limit of the gradient's norm; 0: none
	average   *average // nil: nothing is averaged
	losses    losses
	norm      float64 // of the last step's gradient
}

// newNumbers returns those at the beginning of a training on samples of the given
// shape. Settings that do not fit each other are usage errors.
func newNumbers(rt *op.Runtime, cfg configs.Config, shape []int) (*numbers, error) {
	net, err := newNetwork(rt, cfg, shape)
	if err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	if len(net.Trainable()) == 0 {
		return nil, &configs.UsageError{Err: errors.New("model: all parameters are held; there is nothing to train")}
	}
	n := &numbers{net: net, clip: cfg.Train.Clip}
	if cfg.Adapt.LoRA.Rank > 0 {
		if n.lora, err = newLoRA(cfg.Adapt.LoRA, rt.Pool(), net, cfg.Seed); err != nil {
			return nil, &configs.UsageError{Err: err}
		}
	}
	if n.optimizer, err = newOptimizer(cfg.Train, rt, n.params()); err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	if cfg.Train.EMA > 0 {
		n.average, err = newAverage(cfg, net, newChunks(rt.Pool(), net.Trainable()))
	}
	return n, err
}

// params are what the optimizer moves.
func (n *numbers) params() []*model.Tensor {
	if n.lora != nil {
		return n.lora.params
	}
	return n.net.Trainable()
}

// trainable returns how many values the optimizer moves.
func (n *numbers) trainable() int {
	count := 0
	for _, p := range n.params() {
		count += len(p.Data)
	}
	return count
}

// network is the one that is trained.
func (n *numbers) network() *model.Network { return n.net }

// Measure implements learner.
func (n *numbers) Measure() (loss, norm float64, err error) {
	return n.losses.mean(), n.norm, nil
}

// Networks implements learner.
func (n *numbers) Networks() (present, averaged *model.Network, err error) {
	if n.average != nil {
		averaged = n.average.net
	}
	return n.net, averaged, nil
}

// State implements learner.
func (n *numbers) State() (learned, error) {
	s := learned{weights: n.net.State(), optimizer: n.optimizer.State(), losses: n.losses}
	if n.average != nil {
		s.averaged = n.average.net.State()
	}
	if n.lora != nil {
		s.adapters = n.lora.state()
	}
	return s, nil
}

// Load implements learner.
func (n *numbers) Load(s learned) error {
	if err := n.net.Load(s.weights); err != nil {
		return err
	}
	if n.average != nil {
		if err := n.average.net.Load(s.averaged); err != nil {
			return err
		}
	}
	if n.lora != nil {
		// The merged weights came with the network's.
		if err := loadTensors(n.lora.state(), s.adapters); err != nil {
			return fmt.Errorf("adapters: %w", err)
		}
	}
	if err := loadTensors(n.optimizer.State(), s.optimizer); err != nil {
		return fmt.Errorf("optimizer state: %w", err)
	}
	n.losses = s.losses
	return nil
}
