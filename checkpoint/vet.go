package checkpoint

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/model"
)

// maxStep bounds the step that weights say they are of, as that of a run.
const maxStep = math.MaxInt32

// vet checks what describes weights, and then the weights: everything here may
// come from a file that someone made.
func (im *Imported) vet() error {
	if len(im.Weights) == 0 {
		return errors.New("there are no tensors in it")
	}
	if err := im.Check(); err != nil {
		return err
	}
	if err := finite("tensor", im.Weights); err != nil {
		return err
	}
	return finite("averaged tensor", im.EMA)
}

// Check checks the step, the fingerprint of the data, the sample's shape, the
// statistics and the settings, as far as they are known, before anything is sized by them. [Import] has done so;
// it is for callers that set some of them.
func (im *Imported) Check() error {
	if im.Step < 0 || im.Step > maxStep {
		return fmt.Errorf("step %d: want 0 to %d", im.Step, maxStep)
	}
	if _, _, err := data.FingerprintFrom(im.Data); err != nil {
		return err
	}
	if err := im.Origin.Check(); err != nil {
		return err
	}
	if im.Sample != nil {
		if err := configs.CheckSample(im.Sample); err != nil {
			return err
		}
		if err := configs.CheckNorm(im.Norm, im.Sample); err != nil {
			return err
		}
	}
	if im.Config != nil {
		if err := im.Config.ValidateNetwork(); err != nil {
			return oneLine(err)
		}
		if im.Sample != nil {
			if err := im.Config.Data.CheckParts(im.Sample); err != nil {
				return err
			}
			if _, _, err := model.Declare(im.Config.Model, im.Sample); err != nil {
				return err
			}
		}
	}
	return nil
}

// finite refuses numbers that are not, by the tensor's name, and means of squares
// below zero, whose roots are not.
func finite(what string, arrays []weights.Array) error {
	for _, a := range arrays {
		switch a.DType {
		case weights.Float64, weights.Float32, weights.Float16, weights.BFloat16:
		default:
			continue // integers
		}
		// As float32, as they are used: a float64 may be too large for it.
		values := a.Float32()
		if i := slices.IndexFunc(values, func(v float32) bool { return v-v != 0 }); i >= 0 {
			return fmt.Errorf("%s %s holds values that are not finite in float32 (the first is number %d of %d)", what, foreign.Name(a.Name), i+1, a.Len())
		}
		if !strings.HasSuffix(a.Name, ".running_var") && !strings.HasSuffix(a.Name, ".exp_avg_sq") {
			continue
		}
		if i := slices.IndexFunc(values, func(v float32) bool { return v < 0 }); i >= 0 {
			return fmt.Errorf("%s %s holds %v, which no mean of squares is (number %d of %d)", what, foreign.Name(a.Name), values[i], i+1, a.Len())
		}
	}
	return nil
}

// Vet checks a checkpoint as [Import] does, and that its weights are those of its
// network, which is built from them without a look at any key map. [Read] leaves
// that to its callers.
func (s *Snapshot) Vet() error {
	im := &Imported{From: "settings", Weights: Arrays(s.Weights), Sample: s.Sample, Norm: s.Norm, Step: s.Step, Data: s.Data}
	if s.EMA != nil {
		im.EMA = Arrays(s.EMA)
	}
	if err := im.configure(s.Config); err != nil {
		return err
	}
	if err := im.vet(); err != nil {
		return err
	}
	if err := errors.Join(finite("adapter", Arrays(s.Adapters)), finite("state of the optimizer", Arrays(s.Optimizer))); err != nil {
		return oneLine(err)
	}
	if s.Sample == nil {
		return nil
	}
	for _, arrays := range [][]weights.Array{im.Weights, im.EMA} {
		if arrays == nil {
			continue
		}
		if err := belong(arrays, im); err != nil {
			return err
		}
	}
	return nil
}

// belong checks that every tensor of a network is there in its shape. The counts
// of batches that PyTorch keeps may be missing.
func belong(arrays []weights.Array, im *Imported) error {
	state, _, err := model.Declare(im.Config.Model, im.Sample)
	if err != nil {
		return err
	}
	shapes := map[string][]int{}
	for _, a := range arrays {
		shapes[a.Name] = a.Shape
	}
	for _, t := range state {
		shape, ok := shapes[t.Name]
		switch {
		case !ok && len(t.Shape) > 0:
			return fmt.Errorf("tensor %s of the network that its settings describe is missing", t.Name)
		case ok && !slices.Equal(shape, t.Shape):
			return fmt.Errorf("tensor %s has shape %v, the network that its settings describe needs %v", t.Name, shape, t.Shape)
		}
	}
	return nil
}

// oneLine is an error of several lines on one of bounded length.
func oneLine(err error) error {
	return configs.Usagef("%s", foreign.Line(strings.ReplaceAll(err.Error(), "\n", "; "), foreign.Limit))
}
