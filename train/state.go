package train

import (
	"encoding/json"
	"fmt"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/data"
)

// state is how far a run has come. With what the learner has learnt and the seed
// of the configuration it determines all random numbers to come.
type state struct {
	Step         int         `json:"step"`           // steps taken, skipped ones included
	Skipped      int         `json:"skipped"`        // steps left out by PolicySkip
	SkippedInRow int         `json:"skipped_in_row"` // up to now
	Rollbacks    int         `json:"rollbacks"`
	Cursor       data.Cursor `json:"cursor"`
	Best         float64     `json:"best"`             // lowest validation loss
	BestStep     int         `json:"best_step"`        // 0: none yet
	Device       string      `json:"device,omitempty"` // that takes the steps; "": the CPU
	changes      []Change    // a section has them at its end

	origin json.RawMessage // of a network of another library, which a checkpoint keeps; nil: none
}

// Change is a setting that was changed when a run was resumed.
type Change struct {
	Step   int    `json:"step"`
	Change string `json:"change"` // "train.steps: 2000 → 4000"
}

// section is what a checkpoint keeps beside the tensors.
type section struct {
	state
	losses
	Changes []Change `json:"changes,omitempty"`
}

const stateSection = "train"

// advance notes a step taken.
func (s *state) advance(next data.Cursor) {
	s.Step++
	s.SkippedInRow = 0
	s.Cursor = next
}

// skip notes a step that was left out.
func (s *state) skip(next data.Cursor) {
	s.Step++
	s.Skipped++
	s.SkippedInRow++
	s.Cursor = next
}

// snapshot gathers everything that continues the run. Tensors are the learner's.
func (r *run) snapshot() (*checkpoint.Snapshot, error) {
	l, err := r.learner.State()
	if err != nil {
		return nil, err
	}
	at, err := json.Marshal(section{state: r.at, losses: l.losses, Changes: r.at.changes})
	if err != nil {
		return nil, fmt.Errorf("train: state: %w", err)
	}
	print, err := json.Marshal(r.set.Fingerprint)
	if err != nil {
		return nil, fmt.Errorf("train: fingerprint of the data: %w", err)
	}
	return &checkpoint.Snapshot{
		Step: r.at.Step, Counters: map[string]int64{"epoch": int64(r.at.Cursor.Epoch)}, Program: "condmean",
		Config: r.folder.yaml, Sample: r.set.Shape(), Data: print, Origin: r.at.origin, Norm: r.set.Norm.Vectors(),
		Weights: l.weights, EMA: l.averaged, Optimizer: l.optimizer, Adapters: l.adapters,
		State: map[string]json.RawMessage{stateSection: at},
	}, nil
}

// unpack finds in a checkpoint what a snapshot put there.
func unpack(s *checkpoint.Snapshot) (state, learned, error) {
	var v section
	if err := json.Unmarshal(s.State[stateSection], &v); err != nil {
		return state{}, learned{}, fmt.Errorf("state section %q: %w", stateSection, err)
	}
	at := v.state
	at.changes, at.origin = v.Changes, s.Origin
	if at.Step != s.Step || at.Step < 0 || at.Skipped < 0 || at.Skipped > at.Step || at.BestStep > at.Step {
		return state{}, learned{}, fmt.Errorf("state section %q does not belong to step %d", stateSection, s.Step)
	}
	return at, learned{weights: s.Weights, averaged: s.EMA, optimizer: s.Optimizer, adapters: s.Adapters, losses: v.losses}, nil
}
