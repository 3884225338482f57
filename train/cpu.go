package train

import (
	"context"
	"errors"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/op"
)

// cpuLearner is a learner on the threads of its runtime, for all of a batch or, in a
// group, for its share: gradients come as sums over the group, and all else is the
// same on every rank.
type cpuLearner struct {
	*numbers
	group     dist.Group // whose learners take each step together
	gradients *gradients
	guard     guard
}

var _ trainer = (*cpuLearner)(nil)

// newCPULearner returns a learner at its beginning, for samples of the given
// shape. Settings that do not fit each other are usage errors.
func newCPULearner(rt *op.Runtime, cfg configs.Config, shape []int) (*cpuLearner, error) {
	n, err := newNumbers(rt, cfg, shape)
	if err != nil {
		return nil, err
	}
	g, err := newGradients(rt, cfg, n.net)
	if err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	return &cpuLearner{numbers: n, group: rt.Group(), gradients: g}, nil
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

// memory implements trainer.
func (l *cpuLearner) memory() int { return l.gradients.graph.Memory() }

// Close implements learner.
func (l *cpuLearner) Close() error { return l.gradients.graph.Close() }
