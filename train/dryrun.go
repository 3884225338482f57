package train

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/op"
)

// DryRun prints what Run would do: the resolved configuration, the splits with
// shape, mean and power, the number of parameters, memory, and the time of the
// run, estimated from a few steps on a copy that is thrown away. Where the run
// begins with given weights it prints instead what would become of each tensor,
// and fails where Run would refuse them.
func DryRun(ctx context.Context, cfg configs.Config, w io.Writer, o Options) error {
	rt, err := op.NewRuntime(cfg.Threads)
	if err != nil {
		return configs.Usagef("%w", err)
	}
	defer rt.Close()
	t, err := newTrainer(ctx, cfg, rt, o)
	if err != nil {
		return err
	}
	defer t.graph.Close()
	if cfg.Init.From != "" {
		return t.reportBeginning(w)
	}
	if _, err := fmt.Fprintf(w, "%s\ndata: %s, shape %v\n", t.yaml, t.set.Name, t.set.Shape()); err != nil {
		return err
	}
	for _, s := range []struct {
		name  string
		split data.Source
	}{{"train", t.set.Train}, {"val", t.set.Val}, {"test", t.set.Test}} {
		mean, power, err := moments(ctx, t.set, s.split)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "  %-5s %7d samples, normalised mean %+.4f, power %.4f\n", s.name, s.split.Len(), mean, power); err != nil {
			return err
		}
	}
	each, err := t.timeStep(ctx)
	if err != nil {
		return err
	}
	weights := 4 * t.net.NumParams()
	_, err = fmt.Fprintf(w, "parameters: %d\nmemory: about %d MB (activations and gradients %d MB, weights with optimizer %d MB)\ntime: about %v a step with %d threads and %s kernels, %v for %d steps\n",
		t.net.NumParams(), (t.graph.Memory()+4*weights)>>20, t.graph.Memory()>>20, 4*weights>>20,
		each.Round(time.Millisecond/10), rt.Threads(), rt.Kernels(), (each * time.Duration(t.total)).Round(time.Second), t.total)
	return err
}

// timeStep measures whole steps on the first samples. The trainer is of no use
// afterwards.
func (t *trainer) timeStep(ctx context.Context) (time.Duration, error) {
	x0 := make([]float32, len(t.examples.x))
	if err := t.set.Read(x0, t.set.Train, 0); err != nil {
		return 0, err
	}
	const trials = 3
	var start time.Time
	for step := 1; step <= trials+1; step++ {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if step == 2 { // the first one warms up
			start = time.Now()
		}
		for range t.accumulate {
			t.diffuser.fill(t.pool, t.examples, x0, rng.TrainLevel, rng.TrainNoise, uint64(step), 0)
			if _, err := t.graph.Run(uint64(step)); err != nil {
				return 0, err
			}
		}
		t.descend(t.graph.Grads(), step, 0, 1)
		t.average(step)
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
