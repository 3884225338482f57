package train

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

// Options say where a run lives and where its output goes.
type Options struct {
	Out    string       // folder of the run; it must not hold anything yet
	Resume string       // folder of a run to continue instead
	Err    io.Writer    // progress
	Log    *slog.Logger // nil: discarded
}

// Result is what a run leaves behind.
type Result struct {
	Dir        string  // folder of the run
	Checkpoint string  // its best checkpoint, or the latest where none was validated
	Steps      int     // steps taken in all
	Best       float64 // lowest validation loss
}

// Names inside a run's folder.
const (
	CheckpointsDir = "checkpoints"
	ConfigFile     = "config.yaml" // the resolved configuration
)

// Run trains from a configuration. If ctx ends, the step at hand is finished and
// saved, and the error wraps ctx.Err().
func Run(ctx context.Context, cfg configs.Config, o Options) (*Result, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	var resumed *checkpoint.Snapshot
	if o.Resume != "" {
		dir, err := checkpoint.ResolveLatest(o.Resume)
		if err != nil {
			return nil, configs.Usagef("--resume %s: %w", o.Resume, err)
		}
		if resumed, err = checkpoint.Read(dir); err != nil {
			return nil, err
		}
		o.Out = o.Resume
	}
	rt, err := op.NewRuntime(cfg.Threads)
	if err != nil {
		return nil, configs.Usagef("%w", err)
	}
	defer rt.Close()
	t, err := newTrainer(ctx, cfg, rt)
	if err != nil {
		return nil, err
	}
	if resumed != nil {
		if err := t.restore(resumed); err != nil {
			return nil, fmt.Errorf("train: %s does not fit the configuration: %w", o.Resume, err)
		}
	}
	if err := t.open(o); err != nil {
		return nil, err
	}
	o.Log.Info("training", "run", o.Out, "steps", t.total, "parameters", t.net.NumParams(), "threads", rt.Threads(), "kernels", rt.Kernels())
	err = t.loop(ctx)
	if err := errors.Join(err, t.close()); err != nil {
		return nil, err
	}
	best, err := t.run.Best()
	if err != nil {
		return nil, err
	}
	return &Result{Dir: o.Out, Checkpoint: best, Steps: t.at.Step, Best: t.at.Best}, nil
}

// newTrainer builds everything that a run computes with.
func newTrainer(ctx context.Context, cfg configs.Config, rt *op.Runtime) (*trainer, error) {
	set, err := data.Open(ctx, cfg.Data, cfg.Seed)
	if err != nil {
		return nil, err
	}
	s, err := sched.New(cfg.Schedule)
	if err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	t := &trainer{cfg: cfg, set: set, pool: rt.Pool()}
	text, err := configs.Marshal(cfg)
	if err != nil {
		return nil, err
	}
	t.yaml = string(text)
	if t.net, err = model.New(rt, cfg.Model, set.Shape(), cfg.Seed); err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	if cfg.Train.EMA > 0 {
		if t.ema, err = t.net.Clone(); err != nil {
			return nil, err
		}
	}
	if set.Train.Len() < cfg.Train.Batch {
		return nil, configs.Usagef("train.batch: %d is larger than the train split of %d samples", cfg.Train.Batch, set.Train.Len())
	}
	if t.graph, err = t.net.NewTrainStep(cfg.Train.Batch, cfg.Objective.Loss, cfg.Seed); err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	t.examples = example{x: t.graph.X, target: t.graph.Target, level: t.graph.Level, weight: t.graph.Weight}
	t.chunks = newChunks(t.pool, t.net.Params())
	if t.optimizer, err = newOptimizer(cfg.Train.Optimizer, t.pool, t.net.Params()); err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	if t.diffuser, err = newDiffuser(s, cfg.Objective, cfg.Seed, rt.Threads(), set.Dim()); err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	t.validator = newValidator(set, t.diffuser, cfg.Objective.Loss, rt.Pool(), cfg.Train.Batch)
	perEpoch := set.Train.Len() / cfg.Train.Batch
	if t.total = cfg.Train.Steps; t.total == 0 {
		t.total = cfg.Train.Epochs * perEpoch
	}
	if t.valEvery = cfg.Train.ValEvery; t.valEvery == 0 {
		t.valEvery = perEpoch
	}
	return t, nil
}

// open makes the run's folder, or goes on with it, and starts reading data.
func (t *trainer) open(o Options) error {
	if err := os.MkdirAll(o.Out, 0o755); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if o.Resume == "" {
		entries, err := os.ReadDir(o.Out)
		if err != nil {
			return fmt.Errorf("train: %w", err)
		}
		if len(entries) > 0 {
			return configs.Usagef("--out %s: the folder holds something already; name a new one, or continue the run with --resume", o.Out)
		}
		if err := os.WriteFile(filepath.Join(o.Out, ConfigFile), []byte(t.yaml), 0o644); err != nil {
			return fmt.Errorf("train: %w", err)
		}
	}
	t.run = &checkpoint.Run{Dir: filepath.Join(o.Out, CheckpointsDir), Keep: t.cfg.Checkpoint.Keep}
	var err error
	if t.metrics, err = openMetrics(filepath.Join(o.Out, "metrics.jsonl")); err != nil {
		return err
	}
	if t.loader, err = data.NewLoader(t.set.Train, t.set.Norm, t.cfg.Train.Batch, t.cfg.Seed, t.at.Cursor); err != nil {
		return errors.Join(err, t.metrics.close())
	}
	w := o.Err
	if w == nil {
		w = io.Discard
	}
	t.progress = newProgress(w, t.at.Step, t.total)
	t.saved = time.Now()
	return nil
}

func (t *trainer) close() error {
	t.progress.close()
	t.loader.Close()
	return errors.Join(t.metrics.close(), t.graph.Close())
}
