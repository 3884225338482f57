// Command denoise evaluates a trained denoiser beside baselines, or denoises
// files.
package main

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/checkpoint/pretrained"
	"github.com/condmean/condmean/cmd/internal/deviceflags"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/device"
	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/eval"
	"github.com/condmean/condmean/eval/media"
	"github.com/condmean/condmean/internal/cli"
	"github.com/condmean/condmean/internal/launcher"
)

const examples = `denoise --checkpoint gmm64 --methods mean,oneshot --baselines ls,lmmse,cme   # built-in weights
denoise --checkpoint runs/quickstart-1 --snr -20:5:40 --methods mean,oneshot,resample --baselines ls,lmmse,cme
denoise --checkpoint runs/quickstart-1 --methods average:8 --samples 500 --out report
denoise --checkpoint runs/quickstart-1 --snr -10:10:20 --per-step --mismatch -6:1:6 --sweep-steps 1,5,10,50 --out studies
denoise --checkpoint gmm:mixture.npz --steps 100 --methods mean,oneshot --baselines cme,gmm:16
denoise --checkpoint runs/mnist-1 --baselines lmmse,nlm,tv,wavelet --convention kair --sigma 15,25,50
denoise --checkpoint runs/quickstart-1 --input noisy.npy --snr 10 --output clean.npy
denoise --checkpoint runs/photos-1 --input noisy.png --snr auto --output clean.png
denoise --checkpoint runs/photos-1 --input noisy/ --snr auto --output clean/   # a folder, or --input 'in/*.png'
denoise --checkpoint runs/photos-1 --input noisy.png --sigma 25 --output clean.png
denoise --checkpoint ddpm-cifar10-32 --input noisy.png --sigma 25 --methods oneshot --output clean.png   # a folder of diffusers
denoise --checkpoint ffhq_10m.pt --preset ffhq_10m --input noisy.png --sigma 25 --output clean.png
`

func main() { command().Main() }

func command() *cli.Command {
	o := options{flags: pflag.NewFlagSet("denoise", pflag.ContinueOnError)}
	f := o.flags
	f.StringVarP(&o.checkpoint, "checkpoint", "c", "", "`run` folder (its best checkpoint, else the latest), one checkpoint folder, exported weights, built-in ones ("+strings.Join(checkpoint.Builtins(), ", ")+"), or gmm:FILE.npz for the exact predictor of a mixture")
	f.StringArrayVar(&o.inputs, "input", nil, "denoise this "+media.Known+" `file` instead, in the data's units, or all of a folder, or what matches a pattern such as 'in/*.png'; may be repeated; - for standard input")
	f.StringVar(&o.output, "output", "", "`file` for the result, of the input's type, or folder for the results of several inputs; - for standard output")
	f.StringVar(&o.eval.SNR, "snr", "", "`dB` as start:step:stop, a list a,b,c or one number (default: as in the run's settings); with --input one number, or auto to estimate it. The training data's average power over the noise's, whatever the power of a file; for networks of images in [-1,1] 1 over the noise's power there")
	f.StringVar(&o.sigmas, "sigma", "", "noise `levels` in place of --snr, as standard deviations: of images in units of 1/255, as in 15,25,50; of anything with --unit data; of complex data those of a real part. With --input one number")
	f.StringVar(&o.unit, "unit", "255", "`unit` of --sigma: 255 for 1/255 of the range of pixels, data for the data's or the file's own")
	f.StringSliceVar(&o.eval.Methods, "methods", nil, "`list` of "+strings.Join(configs.Words("eval.methods"), ", "))
	f.StringSliceVar(&o.eval.Baselines, "baselines", nil, "`list` of "+strings.Join(eval.Baselines(), ", "))
	f.IntVar(&o.eval.Samples, "samples", 0, "`number` of samples of the test split; 0 for all")
	f.StringVarP(&o.out, "out", "o", "", "`folder` for report.html, eval.csv, eval.json and the plots; an interrupted evaluation continues there")
	f.BoolVar(&o.json, "json", false, "print the report as JSON instead of a table")
	f.StringVar(&o.eval.Match, "match", "", "how an SNR finds its `level`: db, linear or exact")
	f.StringVar(&o.eval.Start, "start", "", "first `step` of a chain: paper (the matched level) or code (one level cleaner)")
	f.StringVar(&o.clip, "clip", "none", "clamp the estimate of the clean sample in each step: `none|config`, as the scheduler that a network of another library came with does")
	f.BoolVar(&o.unscaled, "unscaled", false, "start from the observation as it is, not scaled to its level, as the package diffusers-dmse does: with --clip config its figures are repeated")
	f.StringVar(&o.convention, "convention", "", "`name` of how noise levels are given and images compared: float (SNRs, exact values) or kair (--sigma, 8-bit values)")
	f.BoolVar(&o.studies.PerStep, "per-step", false, "study the errors along the chains")
	f.StringVar(&o.mismatch, "mismatch", "", "study wrong SNRs: `dB` told minus true, as in -6:1:6")
	f.StringVar(&o.sweepSteps, "sweep-steps", "", "study chains of such `numbers` of network calls, as in 1,5,10,50")
	f.BoolVar(&o.studies.Blind, "blind", false, "study the estimation of the SNR")
	f.BoolVar(&o.studies.Lipschitz, "lipschitz", false, "study the Lipschitz constants of the steps")
	f.StringVar(&o.data, "data", "", "`folder` of the data, if it is no longer where the run had it")
	f.IntVar(&o.steps, "steps", 0, "`T` of the paper's schedule, with gmm:FILE.npz (default 300)")
	f.Uint64Var(&o.seed, "seed", 0, "seed of the noise (default: the run's)")
	f.IntVar(&o.threads, "threads", 0, "worker threads, 0 for all processors; never changes results")
	o.device.Register(f)
	cli.PresetFlag(f, &o.preset, pretrained.Presets())
	return &cli.Command{
		Name:      "denoise",
		Summary:   "Evaluates a trained denoiser beside baselines on the same noise, or denoises files.",
		Arguments: "[INPUT ...]",
		Examples:  examples,
		Flags:     f,
		Ranks:     true,
		Run:       o.run,
		End:       o.job.End,
		Words: map[string][]string{"checkpoint": checkpoint.Builtins(), "methods": configs.Words("eval.methods"), "baselines": eval.Baselines(),
			"match": configs.Words("eval.match"), "start": configs.Words("eval.start"), "convention": {"float", "kair"}, "device": deviceflags.Devices, "precision": deviceflags.Precisions},
	}
}

type options struct {
	job        dist.Job
	flags      *pflag.FlagSet
	checkpoint string
	preset     []string
	told       pretrained.Options // by preset
	sigmas     string
	unit       string
	clip       string
	unscaled   bool
	eval       configs.Eval // what was given; the rest is the run's
	seed       uint64
	threads    int
	device     deviceflags.Flags
	on         device.Device // by device
	out        string
	json       bool
	inputs     []string
	output     string

	// Of evaluations alone.
	steps                int
	data                 string
	convention           string
	studies              eval.Studies
	mismatch, sweepSteps string
}

func (o *options) run(ctx context.Context, s cli.Streams) (err error) {
	switch {
	case o.checkpoint == "":
		return configs.Usagef("--checkpoint is missing: name a run folder, such as runs/quickstart-1, or built-in weights: %s", strings.Join(checkpoint.Builtins(), ", "))
	case o.threads < 0:
		return configs.Usagef("--threads %d: want 0 or more", o.threads)
	}
	if o.flags.Changed("snr") && o.flags.Changed("sigma") {
		return configs.Usagef("--snr and --sigma exclude each other: both say how strong the noise is")
	}
	if o.told, err = pretrained.ParseOptions(o.preset); err != nil {
		return configs.Usagef("--preset: %w", err)
	}
	if o.on, err = o.device.Open(s); err != nil {
		return err
	}
	defer deviceflags.Close(o.on, &err)
	switch {
	case o.flags.Changed("input") || o.flags.Changed("output"):
		if launcher.Detect().Several() {
			return configs.Usagef("--input: files are the work of one process; leave the launcher out")
		}
		return o.files(ctx, s)
	case o.flags.NArg() > 0:
		return configs.Usagef("unexpected argument %q: a file to denoise needs --output%s; see denoise --help", o.flags.Arg(0), o.notOut())
	}
	g, err := o.job.Begin()
	if err != nil {
		return err
	}
	if !dist.Leads(g) {
		s = cli.Streams{Out: io.Discard, Err: io.Discard}
	}
	return o.job.Failed(o.evaluate(ctx, s, g))
}

// evaluate prints a report, made together with the other ranks of a group, of which
// the first one speaks.
func (o *options) evaluate(ctx context.Context, s cli.Streams, g dist.Group) error {
	request := eval.Options{Checkpoint: o.checkpoint, Told: o.told, Steps: o.steps, Threads: o.threads, Device: o.on, Change: o.change, Out: o.out, Err: s.Err, Group: g}
	if err := o.study(&request); err != nil {
		return &configs.UsageError{Err: err}
	}
	if o.flags.Changed("seed") {
		request.Seed = &o.seed
	}
	report, err := eval.Run(ctx, request)
	if err != nil || !dist.Leads(g) {
		return err
	}
	if o.json {
		return report.WriteJSON(s.Out)
	}
	return report.WriteTable(s.Out, s.Width())
}

// change puts the flags that were given over the run's settings.
func (o *options) change(cfg *configs.Config) {
	for flag, set := range map[string]func(){
		"data":      func() { cfg.Data.Dir = o.data },
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
