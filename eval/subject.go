package eval

import (
	"context"
	"fmt"
	"slices"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
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

	snapshot *checkpoint.Snapshot
	rt       *op.Runtime
}

// Open reads the checkpoint that a path means (see checkpoint.Resolve): the
// averaged weights where there are any. The runtime must outlive the subject.
func Open(rt *op.Runtime, path string) (*Subject, error) {
	dir, err := checkpoint.Resolve(path)
	if err != nil {
		return nil, configs.Usagef("--checkpoint %s: %w", path, err)
	}
	snap, err := checkpoint.Read(dir)
	if err != nil {
		return nil, err
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
	if shape := s.snapshot.Sample; shape != nil {
		return s.load(shape)
	}
	_, err := s.Request(ctx, 1)
	return err
}

// Request opens the data set that the denoiser was trained on and returns a
// sweep over at most samples of its test split (0 means all), without methods,
// baselines and SNRs: see Request.Settings.
func (s *Subject) Request(ctx context.Context, samples int) (*Request, error) {
	set, err := data.Open(ctx, s.Config.Data, s.Config.Seed)
	if err != nil {
		return nil, err
	}
	if err := s.load(set.Shape()); err != nil {
		return nil, err
	}
	n := set.Test.Len()
	if samples > 0 {
		n = min(n, samples)
	}
	r := &Request{Name: s.Config.Name, Predictor: s.Predictor, Schedule: s.Schedule, Pool: s.rt.Pool(), Prior: set.Mixture, Test: make([]float64, n*set.Dim())}
	if err := set.ReadNormalized(r.Test, set.Test, 0); err != nil {
		return nil, err
	}
	switch {
	case set.Mixture != nil:
		r.Train.Mean, r.Train.Cov = set.Mixture.Moments()
	case slices.Contains(s.Config.Eval.Baselines, "lmmse"):
		if r.Train, err = trainMoments(ctx, set); err != nil {
			return nil, err
		}
	}
	return r, nil
}
