package train

import (
	"context"

	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/model"
)

// learner takes training steps. It holds all numbers that training moves, and
// alone knows where they are and who computes them; the run around it knows the
// folder, the place in the data, and what becomes of steps that fail.
type learner interface {
	// Step takes a step along the mean gradient of the next batches and returns the
	// place in the data behind them. If ctx ends before the first of them, the error
	// wraps ctx.Err(); after that, the step is finished first. With any error all
	// numbers stay as they were; it is a [NonFiniteError] where the step would have
	// spoilt them.
	Step(ctx context.Context, t turn, from batches) (data.Cursor, error)
	// Measure returns the mean loss of the steps since the last call, and the norm
	// of the gradient of the last step before clipping.
	Measure() (loss, norm float64, err error)
	// Networks returns the network with its present weights and with the averaged
	// ones, nil where nothing is averaged, as they are until the next step.
	Networks() (present, averaged *model.Network, err error)
	// State returns all that continues the training. Its tensors may be the
	// learner's own, which the next step changes.
	State() (learned, error)
	// Load goes on from a State, or fails where that is another learner's.
	Load(learned) error
	// Close releases what the learner holds.
	Close() error
}

// batches is where a learner takes its samples from.
type batches interface {
	// Next returns the next batch, which is valid until the next call.
	Next(ctx context.Context) (*data.Batch, error)
}

var _ batches = (*data.Loader)(nil)

// turn is what a step depends on beside the learner's state and the batches.
type turn struct {
	step   int     // counted from 1; its random numbers derive from it
	update int     // likewise, but for steps that were left out
	lr     float64 // learning rate
}

// learned is what a learner has learnt, as a checkpoint keeps it.
type learned struct {
	weights   []model.Tensor
	averaged  []model.Tensor // nil where nothing is averaged
	optimizer []model.Tensor
	adapters  []model.Tensor // nil where there are none
	losses    losses
}

// losses are those of the steps since the last line of metrics.
type losses struct {
	Sum   float64 `json:"loss_sum"`
	Steps int     `json:"loss_steps"`
}

func (l *losses) add(loss float64) {
	l.Sum += loss
	l.Steps++
}

// mean returns the mean loss since the last call and begins anew.
func (l *losses) mean() float64 {
	mean := l.Sum / float64(max(l.Steps, 1))
	*l = losses{}
	return mean
}
