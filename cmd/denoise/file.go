package main

import (
	"context"
	"fmt"
	"math"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/eval/single"
	"github.com/condmean/condmean/internal/cli"
	"github.com/condmean/condmean/sched"
)

// files denoises the inputs into the output.
func (o *options) files(ctx context.Context, s cli.Streams) error {
	switch o.inputs = append(o.inputs, o.flags.Args()...); {
	case len(o.inputs) == 0:
		return configs.Usagef("--input is missing: --output is for the result of denoising files")
	case o.output == "":
		return configs.Usagef("--output is missing%s: name the file, or for several inputs the folder, of the result", o.notOut())
	}
	for _, flag := range evaluationFlags {
		if o.flags.Changed(flag) {
			return configs.Usagef("--%s is for evaluations; with --input leave it out", flag)
		}
	}
	request := single.DenoiseOptions{Checkpoint: o.checkpoint, Told: o.told, Threads: o.threads, Device: o.on, In: s.In, Out: s.Out, Err: s.Err}
	if o.flags.Changed("seed") {
		request.Seed = &o.seed
	}
	snr, err := o.noise(&request)
	if err != nil {
		return err
	}
	if request.Clip, err = o.clips(); err != nil {
		return err
	}
	if request.Options, err = o.chain(); err != nil {
		return &configs.UsageError{Err: err}
	}
	request.Options.SNR, request.Options.Unscaled = snr, o.unscaled
	list, many, err := jobs(o.inputs, o.output)
	switch {
	case err != nil:
		return err
	case many:
		return denoiseAll(ctx, s, request, list, o.output)
	}
	request.Input, request.Output = list[0].input, list[0].output
	r, err := single.Denoise(ctx, request)
	if err != nil {
		return err
	}
	for _, note := range r.Notes {
		cli.Logger(s).Warn(note)
	}
	said := s.Out
	if request.Output == single.Standard {
		said = s.Err // the result is what goes to standard output
	}
	_, err = fmt.Fprintln(said, summary(list[0], r))
	return err
}

// notOut tells --out, if it is given, from --output.
func (o *options) notOut() string {
	if !o.flags.Changed("out") {
		return ""
	}
	return " (-o, --out is the folder of a report)"
}

// summary says in a line what was done to a file.
func summary(j job, r *single.Denoised) string {
	return fmt.Sprintf("%s: %v", j.output, r)
}

// noise reads what is said of the noise of a file: its SNR, its level, or how to
// estimate it.
func (o *options) noise(request *single.DenoiseOptions) (db float64, err error) {
	if request.Unit, err = single.ParseUnit(o.unit); err != nil {
		return 0, err
	}
	switch {
	case o.flags.Changed("sigma"):
		points, err := configs.ParseRange(o.sigmas)
		if err != nil || len(points) != 1 || !(points[0] > 0) || math.IsInf(points[0], 0) {
			return 0, configs.Usagef("--sigma %q: with --input give the noise level of the file, one number above 0", o.sigmas)
		}
		request.Sigma = points[0]
		return 0, nil
	case o.flags.Changed("unit"):
		return 0, configs.Usagef("--unit is that of --sigma, which is missing")
	case !o.flags.Changed("snr"):
		return 0, configs.Usagef("with --input say how strong the noise is: --sigma its standard deviation, --snr the SNR in dB, or --snr auto to estimate it")
	}
	db, request.Blind, err = fileSNR(o.eval.SNR)
	return db, err
}

// clips reads --clip.
func (o *options) clips() (bool, error) {
	switch o.clip {
	case "none":
		return false, nil
	case "config":
		return true, nil
	}
	return false, configs.Usagef("--clip %q: want none or config", o.clip)
}

// fileSNR reads --snr for a file: one number, or how to estimate it.
func fileSNR(text string) (db float64, blind single.Blind, err error) {
	blind, ok, err := single.ParseBlind(text)
	if err != nil {
		return 0, "", configs.Usagef("--snr %w", err)
	}
	if ok {
		return 0, blind, nil
	}
	const most = 200 // dB
	points, err := configs.ParseRange(text)
	if err != nil || len(points) != 1 || math.Abs(points[0]) > most {
		return 0, "", configs.Usagef("--snr %q: with --input give the SNR of the file in dB, one number, or auto, or its noise by --sigma", text)
	}
	return points[0], "", nil
}

// chain reads the method and how it starts, for one method; without --methods the
// one that the training recommends is taken.
func (o *options) chain() (denoiser.Options, error) {
	var c denoiser.Options
	var err error
	if len(o.eval.Methods) > 1 {
		return c, fmt.Errorf("--methods %v: with --input name one method", o.eval.Methods)
	}
	for _, m := range o.eval.Methods {
		if c.Method, err = sched.ParseMethod(m); err != nil {
			return c, fmt.Errorf("--methods: %w", err)
		}
	}
	if c.Match, err = sched.ParseMatch(o.eval.Match); err != nil {
		return c, fmt.Errorf("--match: %w", err)
	}
	if c.Start, err = sched.ParseStart(o.eval.Start); err != nil {
		return c, fmt.Errorf("--start: %w", err)
	}
	return c, nil
}
