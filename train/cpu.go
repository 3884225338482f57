package train

import (
	"context"
	"errors"
	"fmt"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
)

// cpuLearner is a learner on the threads of its runtime, for all of a batch or, in a
// group, for its share: gradients come as sums over the group, and all else is the
// same on every rank.
type cpuLearner struct {
	group     dist.Group // whose learners take each step together
	net       *model.Network
	gradients *gradients
	guard     guard
	lora      *lora // nil: the network's parameters themselves are trained
	optimizer Optimizer
	clip      float64  // limit of the gradient's norm; 0: none
	average   *average // nil: nothing is averaged
	losses    losses
	norm      float64 // of the last step's gradient
}

var _ learner = (*cpuLearner)(nil)

// newCPULearner returns a learner at its beginning, for samples of the given
// shape. Settings that do not fit each other are usage errors.
func newCPULearner(rt *op.Runtime, cfg configs.Config, shape []int) (*cpuLearner, error) {
	net, err := newNetwork(rt, cfg, shape)
	if err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	trained := net.Trainable()
	var adapters *lora
	if cfg.Adapt.LoRA.Rank > 0 {
		if adapters, err = newLoRA(cfg.Adapt.LoRA, rt.Pool(), net, cfg.Seed); err != nil {
			return nil, &configs.UsageError{Err: err}
		}
		trained = adapters.params
	}
	o, err := newOptimizer(cfg.Train, rt, trained)
	if err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	g, err := newGradients(rt, cfg, net)
	if err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	var averaged *average
	if cfg.Train.EMA > 0 {
		if averaged, err = newAverage(cfg, net, g.chunks); err != nil {
			return nil, errors.Join(err, g.graph.Close())
		}
	}
	return &cpuLearner{group: rt.Group(), net: net, gradients: g, lora: adapters, optimizer: o, clip: cfg.Train.Clip, average: averaged}, nil
}

// Step implements learner.
func (l *cpuLearner) Step(ctx context.Context, t turn, from batches) (data.Cursor, error) {
	l.guard.keep(l.net.Buffers())
	g, err := l.gradient(ctx, t.step, from)
	if bad := (*NonFiniteError)(nil); errors.As(err, &bad) {
		if err := bad.gather(l.group); err != nil {
			return data.Cursor{}, err
		}
	}
	if err != nil {
		l.guard.restore(l.net.Buffers())
		return data.Cursor{}, err
	}
	l.update(g, t)
	l.losses.add(g.loss)
	l.norm = g.norm
	return g.last.next, nil
}

// gradient returns the gradient of a step for what the optimizer moves. What it
// and the running statistics hold is finite.
func (l *cpuLearner) gradient(ctx context.Context, step int, from batches) (gradient, error) {
	g, err := l.gradients.mean(ctx, step, from)
	if err != nil {
		return gradient{}, err
	}
	if l.lora != nil {
		g.of = l.lora.project(g.of)
		g.norm = l.lora.chunks.gradNorm(g.of)
	}
	if err := checkStep(step, g.loss, g.norm, g.of, g.last); err != nil {
		return gradient{}, err
	}
	// Norms hide the size of their input from loss and gradient.
	if name := firstNonFinite(l.net.Buffers()); name != "" {
		return gradient{}, nonFinite(step, "the running statistic "+name+" is not finite", g.last)
	}
	return g, nil
}

// update moves what is trained, and what follows it.
func (l *cpuLearner) update(g gradient, t turn) {
	l.optimizer.Step(g.of, t.update, t.lr, clipScale(g.norm, l.clip))
	if l.lora != nil {
		l.lora.merge()
	}
	if l.average != nil {
		l.average.follow(t.step)
	}
}

// Measure implements learner.
func (l *cpuLearner) Measure() (loss, norm float64, err error) {
	return l.losses.mean(), l.norm, nil
}

// Networks implements learner.
func (l *cpuLearner) Networks() (present, averaged *model.Network, err error) {
	if l.average != nil {
		averaged = l.average.net
	}
	return l.net, averaged, nil
}

// State implements learner.
func (l *cpuLearner) State() (learned, error) {
	s := learned{weights: l.net.State(), optimizer: l.optimizer.State(), losses: l.losses}
	if l.average != nil {
		s.averaged = l.average.net.State()
	}
	if l.lora != nil {
		s.adapters = l.lora.state()
	}
	return s, nil
}

// Load implements learner.
func (l *cpuLearner) Load(s learned) error {
	if err := l.net.Load(s.weights); err != nil {
		return err
	}
	if l.average != nil {
		if err := l.average.net.Load(s.averaged); err != nil {
			return err
		}
	}
	if l.lora != nil {
		// The merged weights came with the network's.
		if err := loadTensors(l.lora.state(), s.adapters); err != nil {
			return fmt.Errorf("adapters: %w", err)
		}
	}
	if err := loadTensors(l.optimizer.State(), s.optimizer); err != nil {
		return fmt.Errorf("optimizer state: %w", err)
	}
	l.losses = s.losses
	return nil
}

// Close implements learner.
func (l *cpuLearner) Close() error { return l.gradients.graph.Close() }

// trainable returns how many values the optimizer moves.
func (l *cpuLearner) trainable() int {
	params := l.net.Trainable()
	if l.lora != nil {
		params = l.lora.params
	}
	n := 0
	for _, p := range params {
		n += len(p.Data)
	}
	return n
}
