package train

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	bars "github.com/condmean/condmean/internal/progress"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

// Options say where a run lives and where its output goes.
type Options struct {
	Out    string       // folder of the run; it must not hold anything yet
	Resume string       // folder of a run to continue instead, or one of its checkpoints
	Err    io.Writer    // progress
	Log    *slog.Logger // nil: discarded
	// Check looks at the data before anything is trained, and may refuse them for
	// what is to be done with the trained weights; nil accepts all.
	Check func(*data.Set) error
}

// Result is what a run leaves behind.
type Result struct {
	Dir        string  // folder of the run
	Checkpoint string  // its best checkpoint, or the latest where none was validated
	Steps      int     // steps taken in all
	Best       float64 // lowest validation loss
	BestStep   int     // where it was reached; 0: never validated
	Early      bool    // early stopping ended the run
}

// Run trains from a configuration. If ctx ends, the step at hand is finished and
// saved, and the error wraps ctx.Err().
func Run(ctx context.Context, cfg configs.Config, o Options) (r *Result, err error) {
	rt, err := op.NewRuntime(cfg.Threads)
	if err != nil {
		return nil, configs.Usagef("%w", err)
	}
	defer rt.Close()
	text, err := configs.Marshal(cfg)
	if err != nil {
		return nil, err
	}
	dir, lock, err := claim(string(text), o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	if o.Resume == "" {
		_, there := os.Lstat(filepath.Join(dir, ConfigFile))
		defer func() {
			if err != nil {
				abandon(dir, string(text), there == nil)
			}
		}()
	}
	var resumed *checkpoint.Snapshot
	if o.Resume != "" {
		if resumed, err = readLatest(o.Resume); err != nil {
			return nil, err
		}
	}
	t, err := newTrainer(ctx, cfg, rt, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	t.lock = lock
	if resumed != nil {
		err = t.resumeFrom(resumed)
	} else if cfg.Init.From != "" {
		err = t.begin()
	}
	if err != nil {
		return nil, err
	}
	if err := t.open(dir, o); err != nil {
		return nil, err
	}
	t.log.Info("training", "run", dir, "from", t.at.Step, "steps", t.total, "parameters", t.net.NumParams(), "trainable", t.trainable(), "threads", rt.Threads(), "kernels", rt.Kernels())
	if err := t.loop(ctx); err != nil {
		return nil, err
	}
	best, err := t.run.Best()
	if err != nil {
		return nil, err
	}
	return &Result{Dir: dir, Checkpoint: best, Steps: t.at.Step, Best: t.at.Best, BestStep: t.at.BestStep, Early: t.at.Step < t.total}, nil
}

// newTrainer opens the data and builds everything that a run computes with.
func newTrainer(ctx context.Context, cfg configs.Config, rt *op.Runtime, o Options) (*trainer, error) {
	log, w := o.Log, o.Err
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if w == nil {
		w = io.Discard
	}
	tasks := bars.NewTasks(w)
	defer tasks.Close()
	set, err := data.Open(ctx, cfg.Data, cfg.Seed, data.WithThreads(rt.Threads()), data.WithLog(log), data.WithProgress(tasks.Show))
	if err != nil {
		return nil, err
	}
	if o.Check != nil {
		if err := o.Check(set); err != nil {
			return nil, err
		}
	}
	t, err := newTrainerOn(cfg, rt, set)
	if err == nil {
		t.log = log
	}
	return t, err
}

func newTrainerOn(cfg configs.Config, rt *op.Runtime, set *data.Set) (*trainer, error) {
	s, err := sched.New(cfg.Schedule)
	if err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	t := &trainer{cfg: cfg, set: set, pool: rt.Pool(), log: slog.New(slog.DiscardHandler)}
	text, err := configs.Marshal(cfg)
	if err != nil {
		return nil, err
	}
	t.yaml = string(text)
	if t.net, err = newNetwork(rt, cfg, set.Shape()); err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	if cfg.Train.EMA > 0 {
		if t.ema, err = t.net.Clone(); err != nil {
			return nil, err
		}
		t.ema.Hold(t.net.Held)
	}
	t.accumulate = max(cfg.Train.Accumulate, 1)
	if set.Train.Len() < cfg.Train.Batch {
		return nil, configs.Usagef("train.batch: %d is larger than the train split of %d samples", cfg.Train.Batch, set.Train.Len())
	}
	t.perEpoch = set.Train.Len() / cfg.Train.Batch / t.accumulate
	if t.perEpoch == 0 {
		return nil, configs.Usagef("train.accumulate: %d batches of %d are more than the train split of %d samples", t.accumulate, cfg.Train.Batch, set.Train.Len())
	}
	if t.graph, err = t.net.NewTrainStep(cfg.Train.Batch, cfg.Objective.Loss, cfg.Seed); err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	t.examples = example{x: t.graph.X, target: t.graph.Target, level: t.graph.Level, weight: t.graph.Weight}
	trained := t.net.Trainable()
	t.chunks = newChunks(t.pool, trained)
	if t.accumulate > 1 {
		for _, p := range trained {
			t.sum = append(t.sum, &model.Tensor{Name: p.Name, Shape: p.Shape, Data: make([]float32, len(p.Data))})
		}
	}
	if cfg.Adapt.LoRA.Rank > 0 {
		if t.lora, err = newLoRA(cfg.Adapt.LoRA, t.pool, t.net, cfg.Seed); err != nil {
			return nil, &configs.UsageError{Err: err}
		}
		trained = t.lora.params
	}
	if t.policy, err = ParsePolicy(cfg.Train.OnNonFinite); err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	if t.optimizer, err = newOptimizer(cfg.Train, rt, trained); err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	if t.diffuser, err = newDiffuser(s, cfg.Objective, cfg.Data.NoiseStd(), cfg.Seed, rt.Threads(), set.Dim()); err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	if cfg.Adapt.Remapped() {
		trained, err := sched.New(cfg.Adapt.Levels)
		if err != nil {
			return nil, configs.Usagef("adapt.levels: %w", err)
		}
		t.diffuser.remap(trained)
	}
	if t.validator, err = newValidator(set, t.diffuser, cfg, rt.Pool()); err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	if t.total = cfg.Train.Steps; t.total == 0 {
		t.total = cfg.Train.Epochs * t.perEpoch
	}
	if t.valEvery = cfg.Train.ValEvery; t.valEvery == 0 {
		t.valEvery = t.perEpoch
	}
	return t, nil
}
