package train

import (
	"context"
	"fmt"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/data"
)

// Policy says what a step that is not finite does to the run. In no
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

// broken does with a step that is not finite what the policy says, which goes on
// with the data behind the batch.
func (r *run) broken(ctx context.Context, bad *NonFiniteError) error {
	limit := r.cfg.Train.MaxNonFinite
	goesOn := r.policy == PolicySkip && r.at.SkippedInRow < limit || r.policy == PolicyRollback && r.at.Rollbacks < limit
	kept := ""
	if first := r.at.Skipped+r.at.Rollbacks == 0; r.leads() && (first || !goesOn) {
		name, err := r.keepBatch(bad)
		if err != nil {
			r.log.Warn("the batch could not be kept", "error", err)
		} else {
			kept = "; the batch is kept in " + name
		}
	}
	switch {
	case goesOn && r.policy == PolicySkip:
		r.log.Warn("step left out"+kept, "reason", bad)
		r.at.skip(bad.fed.next)
		r.progress.At(r.at.Step)
		return nil
	case goesOn:
		r.log.Warn("going back to the last checkpoint"+kept, "reason", bad)
		return r.rollback(ctx, bad.fed.next)
	case r.policy == PolicySkip:
		return fmt.Errorf("train: %w; %d steps in a row were left out already%s", bad, r.at.SkippedInRow, kept)
	case r.policy == PolicyRollback:
		return fmt.Errorf("train: %w; the run went back %d times already%s", bad, r.at.Rollbacks, kept)
	}
	return fmt.Errorf("train: %w; the last checkpoint is good; lower train.lr or set train.clip%s", bad, kept)
}

// rollback restores the last checkpoint and continues with the data at next,
// so that the same batch does not come again.
func (r *run) rollback(ctx context.Context, next data.Cursor) error {
	if err := r.alone(ctx).Err(); err != nil {
		return err
	}
	at := state{}
	if r.leads() {
		var err error
		if at, err = r.restore(); err != nil {
			return err
		}
	}
	if err := shareState(r.group, r.learner, &at); err != nil {
		return err
	}
	at.Rollbacks, at.Cursor, at.Device = r.at.Rollbacks+1, next, r.at.Device
	r.at = at
	r.progress.At(r.at.Step)
	loader, err := r.set.Loader(r.cfg.Train.Batch, r.cfg.Seed, next)
	if err != nil {
		return err
	}
	r.loader.Close()
	r.loader = loader
	r.clock.mark(r.at.Step, r.loader.Waited())
	return nil
}

// restore lets the learner go back to the last checkpoint, and the folder with it, and
// returns the state there.
func (r *run) restore() (state, error) {
	dir, err := r.folder.checkpoints.LastGood()
	if err != nil {
		return state{}, err
	}
	s, err := checkpoint.Read(dir)
	if err != nil {
		return state{}, err
	}
	at, l, err := unpack(s)
	if err != nil {
		return state{}, err
	}
	if err := r.learner.Load(l); err != nil {
		return state{}, err
	}
	r.folder.saved.step = -1 // what is at this step now differs from the checkpoint
	return at, r.folder.metrics.truncate(at.Step)
}
