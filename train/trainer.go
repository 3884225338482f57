package train

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/model"
)

// trainer is a run at work.
type trainer struct {
	cfg        configs.Config
	yaml       string // of cfg
	policy     Policy
	total      int // steps
	perEpoch   int // steps
	valEvery   int // steps
	accumulate int // batches a step

	set       *data.Set
	net, ema  *model.Network // ema is nil where nothing is averaged
	graph     *model.TrainStep
	examples  example // the graph's inputs
	optimizer Optimizer
	lora      *lora // nil: the network's parameters themselves are trained
	diffuser  *diffuser
	validator *validator
	guard     guard
	pool      *par.Pool
	chunks    *chunks         // of the parameters that have gradients
	sum       []*model.Tensor // gradients of a step of several batches
	at        state

	log       *slog.Logger
	dir       string      // of the run
	lock      *folderLock // of it
	loader    *data.Loader
	run       *checkpoint.Run
	metrics   *metricsFiles
	progress  *progress
	seconds   float64   // of training so far, interruptions not counted
	clock     time.Time // when seconds was brought up to date
	line      mark      // the last line of metrics
	saved     time.Time // the last checkpoint
	savedStep int       // its step
}

// mark is a moment that rates are measured from.
type mark struct {
	step    int
	seconds float64       // of training
	waited  time.Duration // for data
}

// tick brings the training time up to date.
func (t *trainer) tick() {
	now := time.Now()
	t.seconds += now.Sub(t.clock).Seconds()
	t.clock = now
}

// observe validates and writes a line of metrics where they are due.
func (t *trainer) observe(ctx context.Context, lr, norm float64) error {
	validates := t.due(t.valEvery) || t.last()
	if !validates && !t.due(t.cfg.Train.LogEvery) {
		return nil
	}
	if err := t.keepFolder(); err != nil {
		return err
	}
	t.tick()
	took := max(t.seconds-t.line.seconds, 1e-9)
	m := Metrics{
		Step: t.at.Step, Epoch: float64(t.at.Step) / float64(t.perEpoch), Loss: t.at.meanLoss(), LR: lr, GradNorm: norm,
		Rate: float64(t.at.Step-t.line.step) / took, DataWait: (t.loader.Waited() - t.line.waited).Seconds() / took, Seconds: t.seconds,
	}
	if validates {
		if err := t.validate(ctx, &m); err != nil {
			return err
		}
		t.tick()
	}
	t.mark()
	t.progress.report(m)
	return t.metrics.write(m)
}

// mark begins the measurement of the next line's rates.
func (t *trainer) mark() { t.line = mark{t.at.Step, t.seconds, t.loader.Waited()} }

// validate computes the validation losses and notes a new best, which is judged
// by the averaged weights where there are any.
func (t *trainer) validate(ctx context.Context, m *Metrics) error {
	ctx = context.WithoutCancel(ctx) // a signal lets the step finish first
	judged, score := t.net, 0.0
	for _, v := range []struct {
		net *model.Network
		to  **float64
	}{{t.net, &m.Val}, {t.ema, &m.ValEMA}} {
		if v.net == nil {
			continue
		}
		l, err := t.validator.loss(ctx, v.net)
		if err != nil {
			return err
		}
		judged, score, m.ValBySNR = v.net, l.mean, l.bySNR
		if finite(score) {
			*v.to = &l.mean
		} else {
			t.log.Warn("the validation loss is not finite", "step", t.at.Step)
		}
	}
	if finite(score) && (t.at.BestStep == 0 || score < t.at.Best) {
		t.at.Best, t.at.BestStep = score, t.at.Step
	}
	var err error
	m.NMSE, err = t.quickNMSE(ctx, judged)
	return err
}

// milestone reports whether the present step's checkpoint stays for good.
func (t *trainer) milestone() bool { return slices.Contains(t.cfg.Checkpoint.Milestones, t.at.Step) }

// saveDue reports whether a checkpoint is due at the present step: a periodic
// one, or of a milestone or a new best.
func (t *trainer) saveDue() bool {
	minutes := t.cfg.Checkpoint.EveryMinutes
	return t.due(t.cfg.Checkpoint.EverySteps) || t.at.BestStep == t.at.Step || t.milestone() ||
		minutes > 0 && time.Since(t.saved).Minutes() >= minutes
}

// save writes a checkpoint of the present step and, if it is the best one, marks
// it.
func (t *trainer) save() error {
	if err := t.keepFolder(); err != nil {
		return err
	}
	s, err := t.snapshot()
	if err != nil {
		return err
	}
	if err := t.metrics.sync(); err != nil {
		return err
	}
	dir, err := t.run.Save(s)
	if dir == "" {
		return err
	} else if err != nil {
		t.log.Warn("the checkpoint is safe, but tidying up failed", "checkpoint", dir, "error", err)
	}
	t.saved, t.savedStep = time.Now(), t.at.Step
	return t.markSaved()
}

// markSaved lets the pointers name the checkpoint of the present step where it
// is the best one or a milestone. After a crash between a checkpoint and its
// pointers this repairs the latter.
func (t *trainer) markSaved() error {
	if t.milestone() && t.savedStep == t.at.Step {
		if err := t.run.Pin(t.at.Step); err != nil {
			return err
		}
	}
	if t.at.BestStep != t.savedStep || t.at.BestStep == 0 {
		return nil
	}
	return t.run.SetBest(t.at.BestStep)
}
