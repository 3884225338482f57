package train

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/device"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
)

// deviceLearner is a learner on another device, where all numbers that training moves
// live: a step is one run of one executable, which takes what this process has drawn
// and hands back its report. The numbers of this process are copies, fetched where
// somebody asks for them.
type deviceLearner struct {
	*numbers
	device   device.Device
	step     *deviceStep
	run      device.Executable
	there    []device.Buffer // of step.placed; nil: not yet, or no longer
	ahead    bool            // the device's numbers are newer than ours
	diffuser *diffuser
	pool     *par.Pool
	seed     uint64
	ready    [2]prepared // for the present step and the next one, in turns
	turn     int
	report   []float32
	names    []string // of what the optimizer moves
}

var _ trainer = (*deviceLearner)(nil)

// newDeviceLearner returns a learner at its beginning and compiles its step.
func newDeviceLearner(rt *op.Runtime, cfg configs.Config, shape []int, d device.Device) (*deviceLearner, error) {
	n, err := newNumbers(rt, cfg, shape)
	if err != nil {
		return nil, err
	}
	forward, err := configuredDiffuser(cfg, rt.Threads(), n.net.Dim())
	if err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	outputs, err := n.net.TrainGraph(cfg.Train.Batch, cfg.Objective.Loss)
	if err != nil {
		return nil, &configs.UsageError{Err: err}
	}
	batches := max(cfg.Train.Accumulate, 1)
	step, err := newDeviceStep(n, outputs, cfg.Train.Batch, batches, d.Precision())
	if err != nil {
		return nil, err
	}
	l := &deviceLearner{numbers: n, device: d, step: step, there: make([]device.Buffer, len(step.placed)), diffuser: forward, pool: rt.Pool(),
		seed: cfg.Seed, report: make([]float32, 3*batches+4)}
	for _, p := range n.params() {
		l.names = append(l.names, p.Name)
	}
	for i := range l.ready {
		p := &l.ready[i]
		p.in = newExample(batches*cfg.Train.Batch, n.net.Dim())
		for _, d := range step.draws {
			p.draws = append(p.draws, make([]float32, d.values.Size()))
		}
	}
	if l.run, err = d.Compile(context.Background(), "the training step", step.text); err != nil {
		return nil, err
	}
	if err := n.net.RunOn(d); err != nil {
		return nil, err
	}
	if n.average != nil {
		err = n.average.net.RunOn(d)
	}
	return l, err
}

// Step implements learner.
func (l *deviceLearner) Step(ctx context.Context, t turn, from batches) (data.Cursor, error) {
	if err := ctx.Err(); err != nil {
		return data.Cursor{}, err
	}
	p := &l.ready[l.turn]
	if p.step != t.step || p.from != from {
		l.prepare(ctx, p, t.step, from)
	}
	p.step = 0 // it serves once
	if p.err != nil {
		return data.Cursor{}, p.err
	}
	if err := l.push(); err != nil {
		return data.Cursor{}, err
	}
	report, err := l.start(t, p)
	if err != nil {
		return data.Cursor{}, err
	}
	defer report.Close()
	// While the device is at work, we prepare what it needs next.
	l.turn = 1 - l.turn
	l.prepare(ctx, &l.ready[l.turn], t.step+1, from)
	if err := report.Download(l.report); err != nil {
		l.forget()
		return data.Cursor{}, fmt.Errorf("train: step %d on %v: %w", t.step, l.device, err)
	}
	return l.judge(t.step, p.feds)
}

// start starts the step, whose results take the place of what they move, and returns
// its report to come.
func (l *deviceLearner) start(t turn, p *prepared) (report device.Buffer, err error) {
	s := l.step
	var fed []device.Buffer
	defer func() {
		for _, b := range fed {
			b.Close()
		}
	}()
	upload := func(values []float32, shape []int) error {
		b, err := l.device.Upload(values, shape...)
		if err == nil {
			fed = append(fed, b)
		}
		return err
	}
	args := s.Args()[len(s.placed):]
	values := append([][]float32{p.in.x, p.in.target, p.in.level, p.in.weight, s.coefficients(l.numbers, t.step, t.update, t.lr)}, p.draws...)
	for i, v := range values {
		if err := upload(v, args[i].Shape); err != nil {
			return nil, err
		}
	}
	l.ahead = true
	out, err := l.run.Run(append(slices.Clone(l.there), fed...))
	if err != nil {
		l.forget() // what the step was to move may be gone
		return nil, fmt.Errorf("train: step %d on %v: %w", t.step, l.device, err)
	}
	for i, p := range s.placed {
		if p.moves {
			l.there[i].Close()
			l.there[i], out = out[0], out[1:]
		}
	}
	return out[0], nil
}

// judge reads the report of a step: the place in the data behind it, or why it was
// not taken.
func (l *deviceLearner) judge(step int, feds []fed) (data.Cursor, error) {
	n := len(feds)
	losses, norms, bad, r := l.report[:n], l.report[n:][:n], l.report[2*n:][:n], l.report[3*n:]
	norm, badGradient, badStatistic, good := float64(r[0]), int(r[1]), int(r[2]), r[3] == 1
	trained, last := l.net.Trainable(), feds[n-1]
	loss := 0.0
	for k, f := range feds {
		if i := int(bad[k]); !finite(float64(losses[k])) {
			return data.Cursor{}, nonFinite(step, fmt.Sprintf("the loss is %v", losses[k]), f)
		} else if i < len(trained) || !finite(float64(norms[k])) {
			return data.Cursor{}, nonFinite(step, "the gradient of "+trained[min(i, len(trained)-1)].Name+" is not finite", f)
		}
		loss += float64(losses[k]) / float64(n)
	}
	switch statistics := l.step.statistics(l.net); {
	case badGradient < len(l.names):
		return data.Cursor{}, nonFinite(step, "the gradient of "+l.names[badGradient]+" is not finite", last)
	case badStatistic < len(statistics):
		return data.Cursor{}, nonFinite(step, "the running statistic "+statistics[badStatistic].tensor.Name+" is not finite", last)
	case !good:
		return data.Cursor{}, nonFinite(step, "the step is not finite", last)
	}
	l.count()
	l.losses.add(loss)
	l.norm = norm
	return last.next, nil
}

// count moves the counters of batch norms, which are ours alone.
func (l *deviceLearner) count() {
	for i, b := range l.net.Buffers() {
		if !isCounter(b) || l.net.Held(b.Name) {
			continue
		}
		b.Data[0] += float32(l.step.batches)
		if l.average != nil {
			copy(l.average.net.Buffers()[i].Data, b.Data)
		}
	}
}

// errLost is returned where only the device had the numbers, and failed.
var errLost = errors.New("train: the device has lost the numbers of the last step; resume from the last checkpoint")

// push copies our numbers to the device where it has none.
func (l *deviceLearner) push() (err error) {
	for i, p := range l.step.placed {
		if l.there[i] == nil {
			if l.ahead {
				return errLost
			}
			if l.there[i], err = l.device.Upload(p.tensor.Data, p.tensor.Shape...); err != nil {
				return err
			}
		}
	}
	return nil
}

// pull fetches the device's numbers if they are newer.
func (l *deviceLearner) pull() error {
	if !l.ahead {
		return nil
	}
	for i, p := range l.step.placed {
		if !p.moves {
			continue
		}
		if l.there[i] == nil {
			return errLost
		}
		if err := l.there[i].Download(p.tensor.Data); err != nil {
			return err
		}
	}
	l.ahead = false
	return nil
}

// forget releases what the device holds.
func (l *deviceLearner) forget() {
	for i, b := range l.there {
		if b != nil {
			b.Close()
			l.there[i] = nil
		}
	}
}

// Networks implements learner.
func (l *deviceLearner) Networks() (present, averaged *model.Network, err error) {
	if err := l.pull(); err != nil {
		return nil, nil, err
	}
	return l.numbers.Networks()
}

// State implements learner.
func (l *deviceLearner) State() (learned, error) {
	if err := l.pull(); err != nil {
		return learned{}, err
	}
	return l.numbers.State()
}

// Load implements learner.
func (l *deviceLearner) Load(s learned) error {
	if err := l.numbers.Load(s); err != nil {
		return err // the device still has what was there
	}
	l.forget()
	l.ahead = false
	return nil
}

// memory implements trainer: only the device knows.
func (l *deviceLearner) memory() int { return 0 }

// Close implements learner.
func (l *deviceLearner) Close() error {
	l.forget()
	l.run.Close()
	err := l.net.RunOn(nil)
	if l.average != nil {
		err = errors.Join(err, l.average.net.RunOn(nil))
	}
	return err
}
