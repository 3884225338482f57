package train

import (
	"encoding/json"
	"fmt"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/data"
)

// state is what a checkpoint keeps beside the tensors. With the seed of the
// configuration it determines all random numbers to come.
type state struct {
	Step         int         `json:"step"`           // steps taken, skipped ones included
	Skipped      int         `json:"skipped"`        // steps left out by PolicySkip
	SkippedInRow int         `json:"skipped_in_row"` // up to now
	Rollbacks    int         `json:"rollbacks"`
	Cursor       data.Cursor `json:"cursor"`
	Best         float64     `json:"best"`      // lowest validation loss
	BestStep     int         `json:"best_step"` // 0: none yet
	LossSum      float64     `json:"loss_sum"`  // since the last line of metrics
	LossSteps    int         `json:"loss_steps"`
	Changes      []Change    `json:"changes,omitempty"`
}

// Change is a setting that was changed when a run was resumed.
type Change struct {
	Step   int    `json:"step"`
	Change string `json:"change"` // "train.steps: 2000 → 4000"
}

const stateSection = "train"

// advance notes a step taken.
func (s *state) advance(loss float64, next data.Cursor) {
	s.Step++
	s.SkippedInRow = 0
	s.Cursor = next
	s.LossSum += loss
	s.LossSteps++
}

// skip notes a step that was left out.
func (s *state) skip(next data.Cursor) {
	s.Step++
	s.Skipped++
	s.SkippedInRow++
	s.Cursor = next
}

// meanLoss returns the mean loss since the last call and begins anew.
func (s *state) meanLoss() float64 {
	mean := s.LossSum / float64(max(s.LossSteps, 1))
	s.LossSum, s.LossSteps = 0, 0
	return mean
}

// snapshot gathers everything that continues the run. Tensors are shared.
func (t *trainer) snapshot() (*checkpoint.Snapshot, error) {
	at, err := json.Marshal(t.at)
	if err != nil {
		return nil, fmt.Errorf("train: state: %w", err)
	}
	print, err := json.Marshal(t.set.Fingerprint)
	if err != nil {
		return nil, fmt.Errorf("train: fingerprint of the data: %w", err)
	}
	s := &checkpoint.Snapshot{
		Step: t.at.Step, Counters: map[string]int64{"epoch": int64(t.at.Cursor.Epoch)}, Program: "condmean",
		Config: t.yaml, Sample: t.set.Shape(), Data: print, Weights: t.net.State(), Optimizer: t.optimizer.State(), Norm: t.set.Norm.Vectors(),
		State: map[string]json.RawMessage{stateSection: at},
	}
	if t.ema != nil {
		s.EMA = t.ema.State()
	}
	if t.lora != nil {
		s.Adapters = t.lora.state()
	}
	return s, nil
}

// restore takes everything from a checkpoint.
func (t *trainer) restore(s *checkpoint.Snapshot) error {
	if err := t.net.Load(s.Weights); err != nil {
		return err
	}
	if t.ema != nil {
		if err := t.ema.Load(s.EMA); err != nil {
			return err
		}
	}
	if t.lora != nil {
		if err := t.lora.restore(s.Adapters); err != nil {
			return err
		}
	}
	if err := loadState(t.optimizer, s.Optimizer); err != nil {
		return err
	}
	at := state{}
	if err := json.Unmarshal(s.State[stateSection], &at); err != nil {
		return fmt.Errorf("state section %q: %w", stateSection, err)
	}
	if at.Step != s.Step || at.Step < 0 || at.Skipped < 0 || at.Skipped > at.Step || at.BestStep > at.Step {
		return fmt.Errorf("state section %q does not belong to step %d", stateSection, s.Step)
	}
	t.at = at
	return nil
}
