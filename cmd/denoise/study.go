package main

import (
	"fmt"
	"math"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/eval"
	"github.com/condmean/condmean/eval/quality"
	"github.com/condmean/condmean/eval/single"
)

// evaluationFlags mean nothing for a file.
var evaluationFlags = []string{"steps", "data", "baselines", "convention", "per-step", "mismatch", "sweep-steps", "blind", "lipschitz", "samples", "out", "json"}

// study reads the flags of the studies and of the convention.
func (o *options) study(request *eval.Options) (err error) {
	if o.flags.Changed("steps") && o.steps < 2 {
		return fmt.Errorf("--steps %d: want 2 or more", o.steps)
	}
	if request.Convention, err = quality.ParseConvention(o.convention); err != nil {
		return fmt.Errorf("--convention %w", err)
	}
	if request.Sigmas, err = points("sigma", o.sigmas); err != nil {
		return err
	}
	if request.Convention == quality.Kair && o.flags.Changed("snr") {
		return fmt.Errorf("--snr and --convention kair exclude each other: give noise levels by --sigma")
	}
	unit, err := single.ParseUnit(o.unit)
	if err != nil {
		return err
	}
	request.DataUnit = unit == single.UnitData
	if request.Clip, err = o.clips(); err != nil {
		return err
	}
	request.Unscaled = o.unscaled
	if o.studies.Mismatch, err = points("mismatch", o.mismatch); err != nil {
		return err
	}
	const most = 100 // dB
	for _, v := range o.studies.Mismatch {
		if math.Abs(v) > most {
			return fmt.Errorf("--mismatch %v: want at most %d dB", v, most)
		}
	}
	steps, err := points("sweep-steps", o.sweepSteps)
	if err != nil {
		return err
	}
	for _, v := range steps {
		if v < 1 || v != math.Trunc(v) || v > math.MaxInt32 {
			return fmt.Errorf("--sweep-steps %v: want whole numbers from 1 up", v)
		}
		o.studies.SweepSteps = append(o.studies.SweepSteps, int(v))
	}
	request.Studies = o.studies
	return nil
}

// points reads a range or list of numbers; "" is none.
func points(flag, text string) ([]float64, error) {
	if text == "" {
		return nil, nil
	}
	p, err := configs.ParseRange(text)
	if err != nil {
		return nil, fmt.Errorf("--%s %w", flag, err)
	}
	return p, nil
}
