package train

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/model"
)

// trainer is the state of a run.
type trainer struct {
	cfg       configs.Config
	yaml      string // of cfg
	set       *data.Set
	net, ema  *model.UNet // ema is nil where nothing is averaged
	graph     *model.TrainStep
	optimizer Optimizer
	diffuser  *diffuser
	examples  example // the graph's inputs
	loader    *data.Loader
	validator *validator
	pool      *par.Pool
	chunks    *chunks // of the parameters
	run       *checkpoint.Run
	metrics   *metricsFile
	progress  *progress
	total     int // steps
	valEvery  int
	saved     time.Time // of the last checkpoint
	at        state
}

// state is what a checkpoint keeps beside the tensors.
type state struct {
	Step     int         `json:"step"`
	Cursor   data.Cursor `json:"cursor"`
	Best     float64     `json:"best"`      // lowest validation loss
	BestStep int         `json:"best_step"` // 0: none yet
}

const stateSection = "train"

// average moves the averaged weights towards the present ones.
func (t *trainer) average(step int) {
	if t.ema == nil {
		return
	}
	rest := float32(1 - EMADecay(t.cfg.Train.EMA, step))
	params := t.net.Params()
	t.chunks.each(func(i, lo, hi int) {
		p := params[i].Data[lo:hi]
		for k, e := range t.ema.Params()[i].Data[lo:hi] {
			t.ema.Params()[i].Data[lo+k] = e + rest*(p[k]-e)
		}
	})
}

// shareBuffers copies the running statistics to the averaged network.
func (t *trainer) shareBuffers() {
	if t.ema == nil {
		return
	}
	for i, b := range t.net.Buffers() {
		copy(t.ema.Buffers()[i].Data, b.Data)
	}
}

// validate computes the validation losses and notes a new best, which is judged
// by the averaged weights where there are any.
func (t *trainer) validate(ctx context.Context, m *Metrics) error {
	ctx = context.WithoutCancel(ctx) // a signal lets the step finish first
	loss, err := t.validator.loss(ctx, t.net)
	if err != nil {
		return err
	}
	m.Val = &loss
	if t.ema != nil {
		t.shareBuffers()
		e, err := t.validator.loss(ctx, t.ema)
		if err != nil {
			return err
		}
		m.ValEMA = &e
		loss = e
	}
	if finite(loss) && (t.at.BestStep == 0 || loss < t.at.Best) {
		t.at.Best, t.at.BestStep = loss, t.at.Step
	}
	return nil
}

// saveAt reports whether the time for a periodic checkpoint has come.
func (t *trainer) saveAt(now time.Time) bool {
	minutes := t.cfg.Checkpoint.EveryMinutes
	return minutes > 0 && now.Sub(t.saved) >= time.Duration(minutes*float64(time.Minute))
}

// save writes a checkpoint of the present step and, if it is the best one, marks
// it.
func (t *trainer) save() error {
	at, err := json.Marshal(t.at)
	if err != nil {
		return fmt.Errorf("train: state: %w", err)
	}
	s := &checkpoint.Snapshot{
		Step: t.at.Step, Counters: map[string]int64{"epoch": int64(t.at.Cursor.Epoch)}, Program: "condmean",
		Config: t.yaml, Weights: t.net.State(), Optimizer: t.optimizer.State(), Norm: t.set.Norm.Vectors(),
		State: map[string]json.RawMessage{stateSection: at},
	}
	if t.ema != nil {
		t.shareBuffers()
		s.EMA = t.ema.State()
	}
	if _, err := t.run.Save(s); err != nil {
		return err
	}
	t.saved = time.Now()
	if t.at.BestStep == t.at.Step && t.at.Step > 0 {
		return t.run.SetBest(t.at.Step)
	}
	return nil
}

// restore takes everything from a checkpoint.
func (t *trainer) restore(s *checkpoint.Snapshot) error {
	if err := t.net.Load(s.Weights); err != nil {
		return err
	}
	if t.ema != nil {
		if err := t.ema.Load(s.EMA); err != nil {
			return err
		}
	}
	if err := loadState(t.optimizer, s.Optimizer); err != nil {
		return err
	}
	if err := json.Unmarshal(s.State[stateSection], &t.at); err != nil {
		return fmt.Errorf("state section %q: %w", stateSection, err)
	}
	if t.at.Step != s.Step || t.at.Step < 0 || math.IsNaN(t.at.Best) {
		return fmt.Errorf("state section %q does not belong to step %d", stateSection, s.Step)
	}
	return nil
}
