package configs

import (
	"fmt"
	"math"
	"slices"

	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/internal/foreign"
)

// MaxSampleValues is how many values a sample of a network may have at most:
// 2048 by 2048 of one channel, or 3 channels of 1024 by 1024.
const MaxSampleValues = 1 << 22

// ValidateNetwork checks the rules for what describes a trained network: the
// schedule, the model, the objective, the noise of its data and what adapted it.
// Settings that come with weights say nothing else that is used, and their data
// need not be here. The error is as that of [Config.Validate].
func (c Config) ValidateNetwork() error {
	var r rules
	c.Schedule.validate(&r, "schedule")
	c.Model.validate(&r)
	c.Objective.validate(&r)
	c.Adapt.validate(&r)
	c.validateAdapt(&r)
	r.word("data.noise", c.Data.Noise)
	return usage(r)
}

// CheckSample refuses what is no shape (C,L) or (C,H,W) of one sample.
func CheckSample(shape []int) error {
	if n := len(shape); n != 2 && n != 3 || slices.Min(shape) < 1 {
		return fmt.Errorf("sample shape %s: want channels and one or two sizes, each at least 1", showShape(shape))
	}
	if _, ok := dims.CountWithin(shape, MaxSampleValues); !ok {
		return fmt.Errorf("sample shape %s: more than %d values", showShape(shape), MaxSampleValues)
	}
	return nil
}

// CheckNorm refuses statistics that do not fit samples of a shape: vectors other
// than mean, one number a value, scale, one number a value or one for all, and
// range, the lowest and the highest value of the data, which may be missing; and
// numbers that are not finite or, of scale, not positive. None at all fit.
func CheckNorm(norm map[string][]float64, shape []int) error {
	if len(norm) == 0 {
		return nil
	}
	dim := dims.Count(shape)
	for name, v := range norm {
		switch {
		case name != "mean" && name != "scale" && name != "range":
			return fmt.Errorf("normalisation: %s is neither mean nor scale nor range", foreign.Name(name))
		case name == "range":
			if len(v) != 2 || !(v[0] < v[1]) || math.IsInf(v[1]-v[0], 0) {
				return fmt.Errorf("normalisation: range has %d numbers, want two that are finite, the lower one first", len(v))
			}
		case len(v) != dim && (name != "scale" || len(v) != 1):
			return fmt.Errorf("normalisation: %s has %d numbers, samples of shape %v have %d", name, len(v), shape, dim)
		case slices.ContainsFunc(v, func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) || name == "scale" && x <= 0 }):
			return fmt.Errorf("normalisation: %s holds numbers that are not finite, or scales that are not positive", name)
		}
	}
	if norm["mean"] == nil || norm["scale"] == nil {
		return fmt.Errorf("normalisation: mean and scale belong together")
	}
	return nil
}

// CheckParts refuses samples of a shape that are no real and imaginary parts where
// the noise is that of complex data.
func (d Data) CheckParts(shape []int) error {
	if d.Noise == NoiseComplex && (len(shape) == 0 || shape[0]%2 != 0) {
		return Usagef("data.noise: complex needs real and imaginary parts, an even number of channels; the samples have shape %s", showShape(shape))
	}
	return nil
}

func showShape(shape []int) string {
	const maxShown = 100
	return foreign.Line(fmt.Sprint(shape), maxShown)
}
