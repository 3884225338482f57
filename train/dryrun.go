package train

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/op"
)

// DryRun prints what Run would do: the resolved configuration, the splits with
// shape, mean and power, the number of parameters, memory, and the time of the
// run, estimated from a few steps on a copy that is thrown away. Where the run
// begins with given weights it prints instead what would become of each tensor,
// and fails where Run would refuse them.
func DryRun(ctx context.Context, cfg configs.Config, w io.Writer, o Options) (err error) {
	rt, err := op.NewRuntime(cfg.Threads)
	if err != nil {
		return configs.Usagef("%w", err)
	}
	defer rt.Close()
	o = o.filled()
	set, err := openData(ctx, cfg, rt, o)
	if err != nil {
		return err
	}
	l, err := newTrainer(rt, cfg, set.Shape(), o.Device)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if cfg.Init.From != "" {
		return l.reportBeginning(w, cfg, set.Fingerprint)
	}
	if err := describeData(ctx, w, cfg, set); err != nil {
		return err
	}
	each, err := timeStep(ctx, cfg, set, l)
	if err != nil {
		return err
	}
	p, err := newPace(cfg.Train, set.Train.Len())
	if err != nil {
		return err
	}
	params := l.network().NumParams()
	weights, graph := 4*params, l.memory()
	memory := fmt.Sprintf("about %d MB (activations and gradients %d MB, weights with optimizer %d MB)", (graph+4*weights)>>20, graph>>20, 4*weights>>20)
	with := fmt.Sprintf("with %d threads and %s kernels", rt.Threads(), rt.Kernels())
	if o.Device != nil {
		memory = fmt.Sprintf("weights with optimizer %d MB on the device, and what a step needs", 4*weights>>20)
		with = "on " + o.Device.String()
	}
	_, err = fmt.Fprintf(w, "parameters: %d\nmemory: %s\ntime: about %v a step %s, %v for %d steps\n",
		params, memory, each.Round(time.Millisecond/10), with, (each * time.Duration(p.total)).Round(time.Second), p.total)
	if err == nil && fits(cfg) {
		_, err = fmt.Fprintf(w, "before the first: %d iterations of EM on %d samples, whose time is not in this\n",
			cfg.Init.Fit, fittedSamples(set.Train.Len(), cfg.Model.Experts.Count, set.Dim()))
	}
	return err
}

// describeData prints the configuration and the splits.
func describeData(ctx context.Context, w io.Writer, cfg configs.Config, set *data.Set) error {
	text, err := configs.Marshal(cfg)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "%s\ndata: %s, shape %v\n", text, set.Name, set.Shape()); err != nil {
		return err
	}
	for _, s := range []struct {
		name  string
		split data.Source
	}{{"train", set.Train}, {"val", set.Val}, {"test", set.Test}} {
		mean, power, err := moments(ctx, set, s.split)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "  %-5s %7d samples, normalised mean %+.4f, power %.4f\n", s.name, s.split.Len(), mean, power); err != nil {
			return err
		}
	}
	return nil
}

// timeStep measures whole steps on the first samples, which move the learner's
// averages and moments but not its weights.
func timeStep(ctx context.Context, cfg configs.Config, set *data.Set, l learner) (time.Duration, error) {
	first, err := readFirstBatch(set, cfg.Train.Batch)
	if err != nil {
		return 0, err
	}
	const trials = 3
	var start time.Time
	for step := 1; step <= trials+1; step++ {
		if step == 2 { // the first one warms up
			start = time.Now()
		}
		_, err := l.Step(ctx, turn{step: step, update: step, lr: 0}, first)
		if bad := (*NonFiniteError)(nil); err != nil && !errors.As(err, &bad) { // a run has a policy for the latter
			return 0, err
		}
	}
	return time.Since(start) / trials, nil
}

// moments returns the mean and the power of a normalised split.
func moments(ctx context.Context, set *data.Set, split data.Source) (mean, power float64, err error) {
	x := make([]float64, set.Dim())
	for i := range split.Len() {
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		if err := set.ReadNormalized(x, split, i); err != nil {
			return 0, 0, err
		}
		for _, v := range x {
			mean += v
			power += v * v
		}
	}
	n := float64(split.Len() * set.Dim())
	return mean / n, power / n, nil
}
