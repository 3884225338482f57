// Command denoise evaluates a trained denoiser beside baselines, or denoises
// a file.
package main

import (
	"context"
	"fmt"
	"math"

	"github.com/spf13/pflag"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/eval"
	"github.com/condmean/condmean/internal/cli"
	"github.com/condmean/condmean/sched"
)

const examples = `denoise --checkpoint runs/quickstart-1 --snr -20:5:40 --methods mean,oneshot,resample --baselines ls,lmmse,cme
denoise --checkpoint runs/quickstart-1 --methods average:8 --samples 500 --out report
denoise --checkpoint runs/quickstart-1 --input noisy.npy --snr 10 --output clean.npy
`

func main() { command().Main() }

func command() *cli.Command {
	o := options{flags: pflag.NewFlagSet("denoise", pflag.ContinueOnError)}
	f := o.flags
	f.StringVarP(&o.checkpoint, "checkpoint", "c", "", "`run` folder (its best checkpoint, else the latest) or one checkpoint folder")
	f.StringVar(&o.eval.SNR, "snr", "", "`dB` as start:step:stop, a list a,b,c or one number (default: as in the run's settings)")
	f.StringSliceVar(&o.eval.Methods, "methods", nil, "`list` of mean, oneshot, ddim, resample, average:M")
	f.StringSliceVar(&o.eval.Baselines, "baselines", nil, "`list` of ls, wiener, lmmse, cme")
	f.IntVar(&o.eval.Samples, "samples", 0, "how `many` samples of the test split; 0 for all")
	f.StringVar(&o.eval.Match, "match", "", "how an SNR finds its `level`: db, linear or exact")
	f.StringVar(&o.eval.Start, "start", "", "first `step` of a chain: paper (the matched level) or code (one level cleaner)")
	f.Uint64Var(&o.seed, "seed", 0, "seed of the noise (default: the run's)")
	f.IntVar(&o.threads, "threads", 0, "worker threads, 0 for all processors; never changes results")
	f.StringVarP(&o.out, "out", "o", "", "`folder` for eval.csv, eval.json and the plot")
	f.BoolVar(&o.json, "json", false, "print the report as JSON instead of a table")
	f.StringVar(&o.input, "input", "", "denoise the samples in this .npy `file` instead, in the data's units")
	f.StringVar(&o.output, "output", "", "`file` for the denoised samples")
	return &cli.Command{
		Name:     "denoise",
		Summary:  "Evaluates a trained denoiser beside baselines on the same noise, or denoises a file.",
		Examples: examples,
		Flags:    f,
		Run:      o.run,
	}
}

type options struct {
	flags         *pflag.FlagSet
	checkpoint    string
	eval          configs.Eval // what was given; the rest is the run's
	seed          uint64
	threads       int
	out           string
	json          bool
	input, output string
}

func (o *options) run(ctx context.Context, s cli.Streams) error {
	switch {
	case o.checkpoint == "":
		return configs.Usagef("--checkpoint is missing: name a run folder, such as runs/quickstart-1")
	case o.threads < 0:
		return configs.Usagef("--threads %d: want 0 or more", o.threads)
	case o.input != "" || o.output != "":
		return o.file(ctx, s)
	}
	request := eval.Options{Checkpoint: o.checkpoint, Threads: o.threads, Change: o.change, Out: o.out, Err: s.Err}
	if o.flags.Changed("seed") {
		request.Seed = &o.seed
	}
	report, err := eval.Run(ctx, request)
	if err != nil {
		return err
	}
	if o.json {
		return report.WriteJSON(s.Out)
	}
	return eval.WriteTable(s.Out, report)
}

// change puts the flags that were given over the run's settings.
func (o *options) change(cfg *configs.Config) {
	for flag, set := range map[string]func(){
		"snr":       func() { cfg.Eval.SNR = o.eval.SNR },
		"methods":   func() { cfg.Eval.Methods = o.eval.Methods },
		"baselines": func() { cfg.Eval.Baselines = o.eval.Baselines },
		"samples":   func() { cfg.Eval.Samples = o.eval.Samples },
		"match":     func() { cfg.Eval.Match = o.eval.Match },
		"start":     func() { cfg.Eval.Start = o.eval.Start },
	} {
		if o.flags.Changed(flag) {
			set()
		}
	}
}

// file denoises --input into --output.
func (o *options) file(ctx context.Context, s cli.Streams) error {
	if o.input == "" || o.output == "" {
		return configs.Usagef("--input and --output belong together")
	}
	for _, flag := range []string{"baselines", "samples", "out", "json"} {
		if o.flags.Changed(flag) {
			return configs.Usagef("--%s is for evaluations; with --input leave it out", flag)
		}
	}
	request := eval.FileOptions{Checkpoint: o.checkpoint, Threads: o.threads, Input: o.input, Output: o.output}
	points, err := configs.ParseRange(o.eval.SNR)
	if err != nil || len(points) != 1 || math.Abs(points[0]) > 200 {
		return configs.Usagef("--snr %q: with --input give the SNR of the file in dB, one number", o.eval.SNR)
	}
	request.SNR = points[0]
	if request.Options, err = o.chain(); err != nil {
		return &configs.UsageError{Err: err}
	}
	r, err := eval.DenoiseFile(ctx, request)
	if err != nil {
		return err
	}
	if r.Note != "" {
		cli.Logger(s).Warn(r.Note)
	}
	_, err = fmt.Fprintf(s.Out, "%s: %d samples of %d values at %g dB, method %v, level %g, %d network calls a sample, %.2f s\n",
		o.output, r.Samples, r.Dim, request.SNR, request.Options.Method, r.THat, r.Calls, r.Took.Seconds())
	return err
}

// chain reads the method and how it starts, for one method.
func (o *options) chain() (sched.Options, error) {
	c := sched.Options{Method: sched.MethodMean, Seed: o.seed}
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
