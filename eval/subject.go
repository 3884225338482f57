package eval

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

// Subject is a trained denoiser with all that its evaluation needs.
type Subject struct {
	Dir       string // the checkpoint
	Config    configs.Config
	Schedule  *sched.Schedule
	Net       *model.Network
	Predictor sched.Predictor
	Norm      *data.Norm
	Step      int
	Shape     []int // of one sample, (C,L) or (C,H,W)

	snapshot *checkpoint.Snapshot
	mixture  *gmm.Mixture // with the exact predictor of a mixture: normalised; Net and snapshot are nil
	rt       *op.Runtime
	shown    data.Progress // of opening the data; may be nil
}

// Open reads the checkpoint that a path means (see checkpoint.Resolve): the
// averaged weights where there are any. "gmm:FILE.npz" is the exact predictor of
// the mixture in a file. The runtime must outlive the subject.
func Open(rt *op.Runtime, path string) (*Subject, error) { return open(rt, path, 0) }

// open is Open with the number of steps of an exact predictor's schedule.
func open(rt *op.Runtime, path string, steps int) (*Subject, error) {
	if strings.HasPrefix(path, mixturePrefix) {
		return openMixture(rt, path, steps)
	}
	if steps != 0 {
		return nil, configs.Usagef("--steps: a network's schedule is that of its training; for fewer network calls use --sweep-steps")
	}
	snap, dir, err := checkpoint.Load(path)
	var damaged *checkpoint.DamagedError
	if errors.As(err, &damaged) {
		return nil, err
	} else if err != nil {
		return nil, configs.Usagef("--checkpoint %s: %w", path, err)
	}
	s := &Subject{Dir: dir, Step: snap.Step, snapshot: snap, rt: rt}
	if s.Config, err = configs.Parse(dir, []byte(snap.Config)); err != nil {
		return nil, err
	}
	if s.Schedule, err = sched.New(s.Config.Schedule); err != nil {
		return nil, fmt.Errorf("eval: %s: %w", dir, err)
	}
	return s, nil
}

// load builds the network for samples of the given shape.
func (s *Subject) load(shape []int) error {
	s.Shape = shape
	if s.mixture != nil {
		s.Predictor = gmm.NewEstimator(s.mixture, s.rt.Pool())
		return nil
	}
	var err error
	if s.Net, err = model.New(s.rt, s.Config.Model, shape, 0); err != nil {
		return fmt.Errorf("eval: %s: %w", s.Dir, err)
	}
	tensors := s.snapshot.EMA
	if tensors == nil {
		tensors = s.snapshot.Weights
	}
	if err := s.Net.Load(tensors); err != nil {
		return fmt.Errorf("eval: %s: %w", s.Dir, err)
	}
	target, err := sched.ParseTarget(s.Config.Objective.Target)
	if err != nil {
		return fmt.Errorf("eval: %s: %w", s.Dir, err)
	}
	var network sched.Predictor = model.NewPredictor(s.Net, batch)
	if s.Config.Adapt.Remapped() {
		trained, err := sched.New(s.Config.Adapt.Levels)
		if err != nil {
			return fmt.Errorf("eval: %s: adapt.levels: %w", s.Dir, err)
		}
		network = trained.Remap(network)
	}
	s.Predictor = s.Schedule.Adapt(network, target)
	s.Norm, err = data.NormFromVectors(s.snapshot.Norm, s.Net.Dim())
	return err
}

// loadForFile builds the network without the data set, unless the checkpoint
// is an early one that does not tell the sample's shape.
func (s *Subject) loadForFile(ctx context.Context) error {
	if s.mixture != nil {
		return s.load(s.Shape)
	}
	if shape := s.snapshot.Sample; shape != nil {
		return s.load(shape)
	}
	_, err := s.Request(ctx, 1)
	return err
}
