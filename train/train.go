package train

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/device"
	"github.com/condmean/condmean/dist"
	bars "github.com/condmean/condmean/internal/progress"
	"github.com/condmean/condmean/op"
)

// Options say where a run lives and where its output goes.
type Options struct {
	Out    string // folder of the run; it must not hold anything yet
	Resume string // folder of a run to continue instead, or one of its checkpoints
	// Device takes the steps and predicts; nil: this process's own threads. It stays
	// the caller's.
	Device device.Device
	Err    io.Writer    // progress
	Log    *slog.Logger // nil: discarded
	Group  dist.Group   // whose ranks train together; nil: this process alone
	// Check looks at the data before anything is trained, and may refuse them for
	// what is to be done with the trained weights; nil accepts all.
	Check func(*data.Set) error
}

// filled has somewhere for all output to go.
func (o Options) filled() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Err == nil {
		o.Err = io.Discard
	}
	if o.Group == nil {
		o.Group = dist.Single{}
	}
	return o
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
// saved, and the error wraps ctx.Err(). All ranks of a group call it, and get the same
// result; rank 0 has the folder, from which the others read nothing.
func Run(ctx context.Context, cfg configs.Config, o Options) (res *Result, err error) {
	o = o.filled()
	rt, err := op.NewRuntime(dist.Threads(cfg.Threads))
	if err != nil {
		return nil, configs.Usagef("%w", err)
	}
	defer rt.Close()
	rt.Join(o.Group)
	text, err := configs.Marshal(cfg)
	if err != nil {
		return nil, err
	}
	if err := sameEverywhere(o.Group, string(text), rt.Kernels()); err != nil {
		return nil, err
	}
	home, leads := home{yaml: string(text)}, dist.Leads(o.Group)
	if leads {
		if home, err = claim(string(text), o); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, home.lock.release()) }()
	}
	var resumed *checkpoint.Snapshot
	switch {
	case !leads:
	case o.Resume != "":
		if resumed, err = readLatest(o.Resume); err != nil {
			return nil, err
		}
	default:
		_, there := os.Lstat(filepath.Join(home.dir, ConfigFile))
		defer func() {
			if err != nil {
				home.abandon(there == nil)
			}
		}()
	}
	set, err := openData(ctx, cfg, rt, o)
	if err != nil {
		return nil, err
	}
	l, err := newTrainer(rt, cfg, set.Shape(), o.Device)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	at := state{Device: deviceName(o.Device)}
	if resumed != nil {
		if at, err = resume(resumed, cfg, set, l, o.Log); err == nil {
			at.moveTo(deviceName(o.Device), o.Log)
		}
	} else if leads && cfg.Init.From != "" {
		at.origin, err = l.begin(cfg, set.Fingerprint, o.Log)
	} else if leads && fits(cfg) {
		err = l.fitted(ctx, cfg, set, rt, o)
	}
	if err == nil {
		err = shareState(o.Group, l, &at)
	}
	if err != nil {
		return nil, err
	}
	if p, err := newPace(cfg.Train, set.Train.Len()); err == nil && resumed != nil && at.Step >= p.total {
		o.Log.Warn("nothing is left to train: the run has taken all of its steps; ask for more by --set train.steps=N", "taken", at.Step, "steps", p.total)
	}
	r, err := newRun(cfg, set, rt.Pool(), l, at, home, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	o.Log.Info("training", "run", home.dir, "from", at.Step, "steps", r.pace.total, "parameters", l.network().NumParams(), "trainable", l.trainable(), "device", cmp.Or(at.Device, "cpu"), "ranks", o.Group.Size(), "threads", rt.Threads(), "kernels", rt.Kernels())
	if err := r.loop(ctx); err != nil {
		return nil, err
	}
	res = &Result{Dir: home.dir, Steps: r.at.Step, Best: r.at.Best, BestStep: r.at.BestStep, Early: r.at.Step < r.pace.total}
	if leads {
		if res.Checkpoint, err = r.folder.checkpoints.Best(); err != nil {
			return nil, err
		}
	}
	return res, dist.Tell(o.Group, res, 0)
}

// openData opens a data set that fills steps.
func openData(ctx context.Context, cfg configs.Config, rt *op.Runtime, o Options) (*data.Set, error) {
	tasks := bars.NewTasks(o.Err)
	defer tasks.Close()
	set, err := data.Open(ctx, cfg.Data, cfg.Seed, data.WithGroup(rt.Group()), data.WithThreads(rt.Threads()), data.WithLog(o.Log), data.WithProgress(tasks.Show),
		data.WithShapeCheck(func(shape []int) error { return checkShape(cfg, shape) }))
	if err != nil {
		return nil, err
	}
	if o.Check != nil {
		if err := o.Check(set); err != nil {
			return nil, err
		}
	}
	_, err = newPace(cfg.Train, set.Train.Len())
	return set, err
}
