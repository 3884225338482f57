package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/model"
)

// Snapshot is everything a checkpoint holds. Slices and maps may be nil where
// the run has nothing of the kind; after a round trip they are nil again, and
// all numbers are bitwise the same.
type Snapshot struct {
	Step     int              // optimizer steps taken
	Counters map[string]int64 // further progress: epoch, samples seen, …
	Program  string           // name and version of the program that wrote it
	Config   string           // resolved configuration, YAML or JSON, verbatim
	Sample   []int            // shape (C,L) or (C,H,W) of one sample; nil in early checkpoints
	Data     json.RawMessage  // fingerprint of the data set, package data's own; nil in early checkpoints
	Origin   json.RawMessage  // of a network of another library that was trained further, see pretrained.Origin; nil: none

	Weights   []model.Tensor // parameters and running statistics
	EMA       []model.Tensor // exponential moving average of Weights
	Adapters  []model.Tensor // low-rank adapters and what they adapt; Weights has them merged
	Optimizer []model.Tensor // optimizer state; names are the optimizer's own

	Recommended *Recommendation // method that denoises best; nil: not known

	// Norm holds the statistics that normalise the data, by name, and maps
	// samples of imported weights back to the data's units.
	Norm map[string][]float64

	// State holds sections owned by the training loop. Each must be valid
	// JSON; it is kept in compact form.
	State map[string]json.RawMessage
}

// check reports what would make the snapshot unreadable or meaningless.
func (s *Snapshot) check() error {
	if s.Step < 0 {
		return fmt.Errorf("step %d is negative", s.Step)
	}
	if len(s.Weights) == 0 {
		return errors.New("there are no weights to save")
	}
	for _, part := range [][]model.Tensor{s.Weights, s.EMA, s.Adapters, s.Optimizer} {
		for _, t := range part {
			if dims.Count(t.Shape) != len(t.Data) {
				return fmt.Errorf("tensor %s: shape %v does not hold %d elements", t.Name, t.Shape, len(t.Data))
			}
		}
	}
	if s.Data != nil && !json.Valid(s.Data) {
		return errors.New("the fingerprint of the data is not valid JSON")
	}
	if s.Origin != nil && !json.Valid(s.Origin) {
		return errors.New("the origin of the network is not valid JSON")
	}
	for name, v := range s.State {
		if !json.Valid(v) {
			return fmt.Errorf("state section %q is not valid JSON", name)
		}
	}
	return nil
}

// Tensors converts arrays of a weight file to float32 tensors.
func Tensors(arrays []weights.Array) []model.Tensor {
	tensors := make([]model.Tensor, len(arrays))
	for i, a := range arrays {
		tensors[i] = model.Tensor{Name: a.Name, Shape: a.Shape, Data: a.Float32()}
	}
	return tensors
}

// Arrays is the inverse of Tensors; data is shared.
func Arrays(tensors []model.Tensor) []weights.Array {
	arrays := make([]weights.Array, len(tensors))
	for i, t := range tensors {
		arrays[i] = weights.FromFloat32(t.Name, t.Shape, t.Data)
	}
	return arrays
}
