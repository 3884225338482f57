// Command results makes docs/results.md, its figures and its tables out of what
// bench/results.sh has left in runs/results.
package main

import (
	"context"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/internal/cli"
)

const examples = `results                                         # the page, of the parts that are there
results --runs runs/results --docs docs         # the same
results --prior gmm64 runs/results/gmm64.npz    # the mixture that a preset draws
`

func main() { command().Main() }

func command() *cli.Command {
	o := options{flags: pflag.NewFlagSet("results", pflag.ContinueOnError)}
	o.flags.StringVar(&o.runs, "runs", "runs/results", "`folder` of the runs, the reports and the commands that made them")
	o.flags.StringVar(&o.docs, "docs", "docs", "`folder` for results.md, and results/ with its figures and tables")
	o.flags.StringVar(&o.prior, "prior", "", "write the mixture of this `preset` to FILE, for its exact predictor, and stop")
	return &cli.Command{
		Name:      "results",
		Summary:   "Makes the page of results out of reports.",
		Arguments: "[FILE]",
		Examples:  examples,
		Flags:     o.flags,
		Run:       o.run,
	}
}

type options struct {
	flags             *pflag.FlagSet
	runs, docs, prior string
}

func (o *options) run(ctx context.Context, _ cli.Streams) error {
	args := o.flags.Args()
	switch {
	case o.prior != "" && len(args) == 1:
		return savePrior(ctx, o.prior, args[0])
	case o.prior != "" || len(args) > 0:
		return configs.Usagef("--prior and FILE go together, such as: results --prior gmm64 gmm64.npz")
	}
	return (&page{runs: folder(o.runs), docs: o.docs}).write()
}

// savePrior writes the normalised mixture of a preset, whose test samples are
// those of the preset itself.
func savePrior(ctx context.Context, preset, file string) error {
	c, err := configs.Load(preset)
	if err != nil {
		return err
	}
	c.Data.Samples = configs.Samples{Train: 1, Val: 1, Test: 2}
	set, err := data.Open(ctx, c.Data, c.Seed)
	if err != nil {
		return err
	}
	if set.Mixture == nil {
		return configs.Usagef("--prior %s: its data are no mixture", preset)
	}
	if err := set.Mixture.Save(file); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
