// Command train trains a diffusion model and prints how well its weights
// denoise. Without flags it runs the embedded quickstart.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/cmd/internal/deviceflags"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/eval"
	"github.com/condmean/condmean/internal/cli"
	"github.com/condmean/condmean/internal/launcher"
	"github.com/condmean/condmean/train"
)

const examples = `train                                      # the quickstart: a Gaussian mixture
train --list-presets
train --config gmm64 --out runs/gmm64-1    # the paper's mixture of 128 Gaussians in 64 dimensions
train --config my.yaml --set train.lr=2e-4 # settings from a file, one of them overridden
train --config gmm64 --dry-run             # resolved settings, sizes, memory and time; trains nothing
train --resume runs/gmm64-1                # goes on after an interruption
train --config my.yaml --overfit-batch     # can these settings learn at all?
train --config fashion --init-from runs/mnist-1 --dry-run   # what would become of every tensor
train --config fashion --init-from runs/mnist-1 --freeze '^downs'   # fine-tune all but the encoder
train --config photos.yaml --init-from ddpm-butterflies-128   # a folder of diffusers tells its network and schedule
train --config fashion --init-from model.safetensors --set adapt.lora.rank=4   # low-rank adapters
train --config rgb.yaml --init-from runs/mnist-1 --adapt first,last   # grey weights for coloured images
train --config fast.yaml --init-from runs/mnist-1 --remap-levels   # another number of levels
train --config cifar10-ddpm --set train.checkpointing=true   # in less memory and more time
train --device cuda                        # on a GPU; built with -tags xla
train --replay runs/gmm64-1/nonfinite-step-9.npz   # what was not finite in step 9
`

func main() { command().Main() }

func command() *cli.Command {
	o := options{flags: pflag.NewFlagSet("train", pflag.ContinueOnError)}
	o.config.Register(o.flags, "quickstart")
	o.flags.StringVarP(&o.out, "out", "o", "", "`folder` of the run, which must not hold anything (default runs/NAME-1, or the next free number)")
	o.flags.StringVar(&o.resume, "resume", "", "continue the `run` in this folder, or from one of its checkpoints, with its settings")
	o.flags.BoolVar(&o.dryRun, "dry-run", false, "print what would be trained, then stop")
	o.flags.BoolVar(&o.list, "list-presets", false, "list the embedded presets, then stop")
	o.adapt.register(o.flags)
	o.flags.BoolVar(&o.overfit, "overfit-batch", false, "self-test: train on one batch until its loss is below a tenth, then stop")
	o.flags.StringVar(&o.replay, "replay", "", "repeat the step in this `file`, which a run kept because it was not finite, then stop")
	o.device.Register(o.flags)
	return &cli.Command{
		Name:     "train",
		Summary:  "Trains a diffusion model and prints how well its weights denoise.",
		Examples: examples,
		Flags:    o.flags,
		Ranks:    true,
		Words: map[string][]string{"config": presetNames(), "init-from": checkpoint.Builtins(), "init-weights": {"ema", "raw"}, "adapt": {"first", "last"},
			"device": deviceflags.Devices, "precision": deviceflags.Precisions},
		Run: o.run,
		End: o.job.End,
	}
}

type options struct {
	job                   dist.Job
	flags                 *pflag.FlagSet
	config                cli.ConfigFlags
	adapt                 adaptFlags
	device                deviceflags.Flags
	out, resume, replay   string
	overfit, dryRun, list bool
}

// overfitSteps are what --overfit-batch tries at most.
const overfitSteps = 1000

func (o *options) run(ctx context.Context, s cli.Streams) (err error) {
	if o.list {
		return listPresets(s)
	}
	if err := o.settle(); err != nil {
		return err
	}
	cfg, err := o.resolve()
	if err != nil {
		return err
	}
	if err := o.adapt.remapLevels(&cfg); err != nil {
		return err
	}
	if given := o.device.Given(o.flags); o.replay != "" && len(given) > 0 {
		return configs.Usagef("--replay repeats a step on the CPU; leave out --%s", given[0])
	}
	if alone := o.dryRun || o.overfit || o.replay != ""; alone && launcher.Detect().Several() {
		return configs.Usagef("--dry-run, --overfit-batch and --replay are the work of one process; leave the launcher out")
	}
	on, err := o.device.Open(s)
	if err != nil {
		return err
	}
	defer deviceflags.Close(on, &err)
	run := train.Options{Resume: o.resume, Device: on, Err: s.Err, Log: cli.Logger(s)}
	switch {
	case o.overfit:
		return train.Overfit(ctx, cfg, overfitSteps, s.Out, run)
	case o.replay != "":
		return train.Replay(ctx, cfg, o.replay, s.Out)
	}
	// A run ends with an evaluation, which must not be refused only then.
	run.Check = func(set *data.Set) error { return eval.Applicable(set, cfg.Eval) }
	if o.dryRun {
		return train.DryRun(ctx, cfg, s.Out, run)
	}
	if run.Group, err = o.job.Begin(); err != nil {
		return err
	}
	return o.job.Failed(o.train(ctx, s, cfg, run))
}

// train trains and evaluates, together with the other ranks if there are any, of which
// the first one speaks.
func (o *options) train(ctx context.Context, s cli.Streams, cfg configs.Config, run train.Options) (err error) {
	leads := dist.Leads(run.Group)
	if !leads {
		s = cli.Streams{Out: io.Discard, Err: io.Discard}
		run.Err, run.Log = s.Err, nil
	}
	if run.Out = o.out; run.Out == "" && o.resume == "" && leads {
		if run.Out, err = cli.FreeFolder(filepath.Join("runs", cfg.Name)); err != nil {
			return err
		}
	}
	result, err := train.Run(ctx, cfg, run)
	if err != nil {
		if o.out == "" && o.resume == "" && leads {
			_ = os.Remove(run.Out) // goes only if the run left nothing in it
		}
		return err
	}
	return o.report(ctx, s, cfg, result, run)
}

// report evaluates what a run has trained, and notes in its checkpoint which method
// denoises best.
func (o *options) report(ctx context.Context, s cli.Streams, cfg configs.Config, result *train.Result, run train.Options) error {
	request := eval.Options{
		Checkpoint: result.Dir,
		Threads:    cfg.Threads,
		Device:     run.Device,
		Change:     func(c *configs.Config) { c.Eval = cfg.Eval }, // resumed runs may ask for another sweep
		Out:        filepath.Join(result.Dir, "report"),
		Err:        s.Err,
		Group:      run.Group,
	}
	best, err := eval.Recommend(ctx, request, result.Steps)
	if err != nil {
		return err
	}
	if best != nil && dist.Leads(run.Group) {
		if err := checkpoint.Recommend(result.Checkpoint, *best); err != nil {
			return err
		}
	}
	if err := run.Group.Barrier(); err != nil { // others read the checkpoint
		return err
	}
	report, err := eval.Run(ctx, request)
	if err != nil || !dist.Leads(run.Group) {
		return err
	}
	cli.Logger(s).Info("done", "run", result.Dir, "checkpoint", report.Source)
	if err := report.WriteTable(s.Out, s.Width()); err != nil {
		return err
	}
	lines := ""
	if best != nil {
		lines = fmt.Sprintf("\nmethod for files: %s, %s\n", best.Method, best.Reason())
	}
	_, err = fmt.Fprintf(s.Out, "%sreport: %s\n", lines, filepath.Join(result.Dir, "report", "report.html"))
	return err
}

// resolve returns the settings of the run. One that begins with a network of another
// library takes from there what describes that.
func (o *options) resolve() (configs.Config, error) {
	if o.flags.Changed("resume") || o.flags.Changed("replay") {
		return o.config.Resolve()
	}
	cfg, err := train.Inherit(o.config.Load, o.adapt.remap)
	if err != nil {
		return configs.Config{}, err
	}
	return cfg, cfg.Validate()
}

// settle refuses flags that exclude each other and finds the configuration of
// the run that --resume or --replay is about.
func (o *options) settle() error {
	given := 0
	for _, flag := range []string{"dry-run", "overfit-batch", "replay", "resume"} {
		if o.flags.Changed(flag) {
			given++
		}
	}
	if given > 1 {
		return configs.Usagef("give one of --dry-run, --overfit-batch, --replay and --resume")
	}
	set, err := o.adapt.settings()
	if err != nil {
		return err
	}
	o.config.Set = append(o.config.Set, set...)
	switch {
	case o.flags.Changed("resume"):
		if given := o.adapt.given(); len(given) > 0 {
			return configs.Usagef("--resume continues a run with its weights and settings; leave out --%s", given[0])
		}
		if o.flags.Changed("config") || o.flags.Changed("out") {
			return configs.Usagef("--resume continues a run in its folder with its settings; leave out --config and --out")
		}
		dir, err := train.RunFolder(o.resume)
		if err != nil {
			return err
		}
		o.config.Config = filepath.Join(dir, train.ConfigFile)
	case o.flags.Changed("replay") && !o.flags.Changed("config"):
		o.config.Config = filepath.Join(filepath.Dir(o.replay), train.ConfigFile)
	}
	return nil
}

func presetNames() (names []string) {
	for _, p := range configs.ListPresets() {
		names = append(names, p.Name)
	}
	return names
}

// listPresets prints names and what they are, in the columns of a terminal.
func listPresets(s cli.Streams) error {
	const column = 13
	for _, p := range configs.ListPresets() {
		text := p.Summary
		if w := s.Width(); w > 2*column {
			text = strings.ReplaceAll(cli.Wrap(text, w-column), "\n", "\n"+strings.Repeat(" ", column))
		}
		if _, err := fmt.Fprintf(s.Out, "%-*s%s\n", column, p.Name, text); err != nil {
			return err
		}
	}
	return nil
}
