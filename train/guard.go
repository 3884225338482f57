package train

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/model"
)

// Policy says what a loss or gradient that is not finite does to the run. In no
// case does it change weights, averages or running statistics.
type Policy string

const (
	PolicyStop     Policy = "stop"     // end the run with a NonFiniteError (default)
	PolicySkip     Policy = "skip"     // leave the batch out
	PolicyRollback Policy = "rollback" // go back to the last checkpoint and continue after the batch
)

// ParsePolicy reads a Policy; "" is PolicyStop.
func ParsePolicy(s string) (Policy, error) {
	switch p := Policy(s); p {
	case "":
		return PolicyStop, nil
	case PolicyStop, PolicySkip, PolicyRollback:
		return p, nil
	}
	return "", fmt.Errorf("train.on_nonfinite: %q is unknown, want stop, skip or rollback", s)
}

// NonFiniteError describes a step whose loss or gradient is not finite.
type NonFiniteError struct {
	Step    int
	What    string // "loss is NaN", or which gradient
	Samples []int  // of the batch, as indices of the train split
	Bad     []int  // those among them whose own input is not finite

	run  uint64      // what the graph's random numbers derive from
	next data.Cursor // behind the batch
}

// Error implements error.
func (e *NonFiniteError) Error() string {
	const shown = 16
	which, ids := "samples", e.Samples
	if len(e.Bad) > 0 {
		which, ids = "samples with values that are not finite:", e.Bad
	}
	list := strings.Trim(fmt.Sprint(ids[:min(len(ids), shown)]), "[]")
	if more := len(ids) - shown; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("step %d: %s (%s %s of the train split)", e.Step, e.What, which, list)
}

// nonFinite finds out what is not finite.
func nonFinite(step int, loss float64, grads []*model.Tensor, e example, ids []int) *NonFiniteError {
	err := &NonFiniteError{Step: step, What: fmt.Sprintf("the loss is %v", loss), Samples: slices.Clone(ids)}
	if finite(loss) {
		for _, g := range grads {
			if !allFinite(g.Data) {
				err.What = "the gradient of " + g.Name + " is not finite"
				break
			}
		}
	}
	dim := len(e.x) / len(ids)
	for i, id := range ids {
		if !allFinite(e.x[i*dim:][:dim]) || !allFinite(e.target[i*dim:][:dim]) {
			err.Bad = append(err.Bad, id)
		}
	}
	return err
}

func allFinite(x []float32) bool {
	return !slices.ContainsFunc(x, func(v float32) bool { return !finite(float64(v)) })
}

// guard keeps what the forward pass of a step changes: the running statistics.
type guard struct{ kept [][]float32 }

func (g *guard) keep(buffers []*model.Tensor) {
	if g.kept == nil {
		g.kept = make([][]float32, len(buffers))
	}
	for i, b := range buffers {
		g.kept[i] = append(g.kept[i][:0], b.Data...)
	}
}

func (g *guard) restore(buffers []*model.Tensor) {
	for i, b := range buffers {
		copy(b.Data, g.kept[i])
	}
}

// broken undoes a step that is not finite and does what the policy says, which
// goes on with the data behind the batch.
func (t *trainer) broken(ctx context.Context, bad *NonFiniteError) error {
	t.guard.restore(t.net.Buffers())
	limit := t.cfg.Train.MaxNonFinite
	goesOn := t.policy == PolicySkip && t.at.SkippedInRow < limit || t.policy == PolicyRollback && t.at.Rollbacks < limit
	kept := ""
	if first := t.at.Skipped+t.at.Rollbacks == 0; first || !goesOn {
		name, err := t.keepBatch(bad)
		if err != nil {
			t.log.Warn("the batch could not be kept", "error", err)
		} else {
			kept = "; the batch is kept in " + name
		}
	}
	switch {
	case goesOn && t.policy == PolicySkip:
		t.log.Warn("step left out"+kept, "reason", bad)
		t.at.skip(bad.next)
		t.progress.At(t.at.Step)
		return nil
	case goesOn:
		t.log.Warn("going back to the last checkpoint"+kept, "reason", bad)
		return t.rollback(ctx, bad.next)
	case t.policy == PolicySkip:
		return fmt.Errorf("train: %w; %d steps in a row were left out already%s", bad, t.at.SkippedInRow, kept)
	case t.policy == PolicyRollback:
		return fmt.Errorf("train: %w; the run went back %d times already%s", bad, t.at.Rollbacks, kept)
	}
	return fmt.Errorf("train: %w; the last checkpoint is good; lower train.lr or set train.clip%s", bad, kept)
}

// rollback restores the last checkpoint and continues with the data at next,
// so that the same batch does not come again.
func (t *trainer) rollback(ctx context.Context, next data.Cursor) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	dir, err := t.run.LastGood()
	if err != nil {
		return err
	}
	s, err := checkpoint.Read(dir)
	if err != nil {
		return err
	}
	rollbacks := t.at.Rollbacks + 1
	if err := t.restore(s); err != nil {
		return err
	}
	t.at.Rollbacks, t.at.Cursor = rollbacks, next
	t.savedStep = -1 // what is at this step now differs from the checkpoint
	if err := t.metrics.truncate(t.at.Step); err != nil {
		return err
	}
	t.progress.At(t.at.Step)
	t.loader.Close()
	if t.loader, err = t.set.Loader(t.cfg.Train.Batch, t.cfg.Seed, next); err != nil {
		return err
	}
	t.mark()
	return nil
}
