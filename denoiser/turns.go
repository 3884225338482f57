package denoiser

import (
	"context"
	"errors"

	"github.com/condmean/condmean/sched"
)

// ErrClosed is wrapped by errors of calls after Close.
var ErrClosed = errors.New("denoiser: closed")

// turns lets one prediction at a time through to a predictor, which works on
// memory and threads of its own. Predictions depend on their arguments alone, so
// that their order does not matter.
type turns struct {
	sched.Predictor
	turn   chan struct{} // holds one element while a prediction runs
	closed bool          // changed by the holder of the turn
}

var _ sched.Predictor = (*turns)(nil)

func newTurns(p sched.Predictor) *turns { return &turns{Predictor: p, turn: make(chan struct{}, 1)} }

// PredictNoise waits for its turn, or for the end of ctx.
func (t *turns) PredictNoise(ctx context.Context, eps, x []float64, at sched.Level) error {
	select {
	case t.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-t.turn }()
	if t.closed {
		return ErrClosed
	}
	return t.Predictor.PredictNoise(ctx, eps, x, at)
}

// end lets no prediction through from now on, and tells whether one could pass
// before.
func (t *turns) end() (first bool) {
	t.turn <- struct{}{}
	defer func() { <-t.turn }()
	first, t.closed = !t.closed, true
	return first
}
