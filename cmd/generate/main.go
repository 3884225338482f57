// Command generate draws new samples from a trained diffusion model.
package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/checkpoint/pretrained"
	"github.com/condmean/condmean/cmd/internal/deviceflags"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/eval/mmd"
	"github.com/condmean/condmean/eval/single"
	"github.com/condmean/condmean/internal/cli"
	"github.com/condmean/condmean/sched"
)

const examples = `generate --checkpoint mnist --out grid.png   # 64 digits, of built-in weights
generate --checkpoint runs/mnist-1 -n 64 --out grid.png
generate --checkpoint runs/mnist-1 -n 100 --out grid.png --method ddim --steps 50 --columns 20
generate --checkpoint runs/gmm64-1 -n 1000 --out samples.npy --seed 7 --mmd   # and how far they are from the data
`

func main() { command().Main() }

func command() *cli.Command {
	o := options{flags: pflag.NewFlagSet("generate", pflag.ContinueOnError)}
	f := o.flags
	f.StringVarP(&o.checkpoint, "checkpoint", "c", "", "`run` folder (its best checkpoint, else the latest), one checkpoint folder, exported weights, built-in ones ("+strings.Join(checkpoint.Builtins(), ", ")+"), or gmm:FILE.npz for the exact predictor of a mixture")
	f.IntVarP(&o.n, "samples", "n", 64, "`number` of samples")
	f.StringVarP(&o.out, "out", "o", "", "`file`: .png for a grid of images, .npy for an array of anything")
	f.StringVar(&o.method, "method", "resample", "`chain`: resample (the model's own) or ddim")
	f.IntVar(&o.steps, "steps", 0, "network `calls` a sample: levels spread evenly over the schedule; 0 for all of them")
	f.IntVar(&o.columns, "columns", 0, "`images` in a row of the grid; 0 for a square")
	f.BoolVar(&o.mmd, "mmd", false, "compare with the test split of the run's data by the maximum mean discrepancy")
	f.Uint64Var(&o.seed, "seed", 0, "seed of the samples (default: the run's)")
	f.IntVar(&o.threads, "threads", 0, "worker threads, 0 for all processors; never changes results")
	o.device.Register(f)
	cli.PresetFlag(f, &o.preset, pretrained.Presets())
	return &cli.Command{
		Name:     "generate",
		Summary:  "Draws new samples from a trained diffusion model.",
		Examples: examples,
		Flags:    f,
		Words:    map[string][]string{"checkpoint": checkpoint.Builtins(), "method": {"resample", "ddim"}, "device": deviceflags.Devices, "precision": deviceflags.Precisions},
		Run:      o.run,
	}
}

type options struct {
	flags            *pflag.FlagSet
	checkpoint, out  string
	preset           []string
	n, steps         int
	method           string
	columns, threads int
	seed             uint64
	mmd              bool
	device           deviceflags.Flags
}

func (o *options) run(ctx context.Context, s cli.Streams) (err error) {
	switch {
	case o.checkpoint == "":
		return configs.Usagef("--checkpoint is missing: name a run folder, such as runs/mnist-1, or built-in weights: %s", strings.Join(checkpoint.Builtins(), ", "))
	case o.out == "":
		return configs.Usagef("--out is missing: name a .png or an .npy file")
	case o.threads < 0:
		return configs.Usagef("--threads %d: want 0 or more", o.threads)
	case o.columns < 0:
		return configs.Usagef("--columns %d: want 0 or more", o.columns)
	case o.flags.Changed("steps") && o.steps < 1:
		return configs.Usagef("--steps %d: want 1 or more", o.steps)
	}
	method, err := sched.ParseMethod(o.method)
	if err != nil || method != sched.MethodResample && method != sched.MethodDDIM {
		return configs.Usagef("--method %q: want resample or ddim", o.method)
	}
	told, err := pretrained.ParseOptions(o.preset)
	if err != nil {
		return configs.Usagef("--preset: %w", err)
	}
	on, err := o.device.Open(s)
	if err != nil {
		return err
	}
	defer deviceflags.Close(on, &err)
	request := single.GenerateOptions{Checkpoint: o.checkpoint, Told: told, Threads: o.threads, Device: on, N: o.n, Method: method, Steps: o.steps,
		Out: o.out, Columns: o.columns, MMD: o.mmd, Err: s.Err}
	if o.flags.Changed("seed") {
		request.Seed = &o.seed
	}
	g, err := single.Generate(ctx, request)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(s.Out, "%s: %d samples of shape %v, %v over %d levels, seed %d, %.2f s\n", o.out, o.n, g.Shape, g.Method, g.Steps, g.Seed, g.Took.Seconds()); err != nil {
		return err
	}
	if !o.mmd {
		return nil
	}
	c, err := g.Compare()
	if err != nil {
		return err
	}
	for _, side := range []struct {
		what string
		r    mmd.Result
	}{{"generated", c.Generated}, {"train split", c.Train}} {
		if _, err := fmt.Fprintf(s.Out, "MMD² of %s (%d) and test split (%d): %.3g, by chance up to %.3g (95 %%), p = %.3g\n", side.what, side.r.N, side.r.M, side.r.MMD2, side.r.Null95, side.r.P); err != nil {
			return err
		}
	}
	return nil
}
