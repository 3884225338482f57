package model_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

func smallNetwork(t *testing.T, rt *op.Runtime, seed uint64) *model.Network {
	t.Helper()
	net, err := model.New(rt, configs.Model{Channels: 8, Multipliers: []int{1, 2}, Blocks: 1, Norm: "batch"}, []int{2, 8}, seed)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// While a predictor is open, weights cannot change under it; one that is made
// afterwards, and one that nobody closed, see those of their time.
func TestPredictorHoldsWeights(t *testing.T) {
	rt := newRuntime(t, 2)
	net, other := smallNetwork(t, rt, 1), smallNetwork(t, rt, 2)
	step, err := net.NewTrainStep(3, "mse", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = step.Close() }()
	randomize(step.X)
	x := slices.Clone(step.X[:net.Dim()])
	predict := func(p interface {
		Predict(out, x, level []float32) error
	}) []float32 {
		out := make([]float32, net.Dim())
		if err := p.Predict(out, x, []float32{3}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	p, q := model.NewPredictor(net, 1), model.NewPredictor(net, 4)
	before := predict(net)
	if !slices.Equal(predict(p), before) || !slices.Equal(predict(q), before) {
		t.Error("a predictor differs from its network")
	}
	for range 2 { // closing twice is closing once
		p.Close()
	}
	for name, err := range map[string]error{
		"step": func() error { _, err := step.Run(1); return err }(),
		"load": net.Load(other.State()),
	} {
		if err == nil || !strings.Contains(err.Error(), "predictor") {
			t.Errorf("%s under an open predictor: error %v", name, err)
		}
	}
	q.Close()
	if err := p.Predict(before, x, []float32{3}); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("a closed predictor: error %v", err)
	}
	if _, err := step.Run(1); err != nil {
		t.Error(err)
	}
	if err := net.Load(other.State()); err != nil {
		t.Fatal(err)
	}
	after := predict(other)
	r := model.NewPredictor(net, 1)
	defer r.Close()
	if got := predict(r); !slices.Equal(got, after) || slices.Equal(got, before) {
		t.Error("a new predictor sees old weights")
	}
	// What writes the tensors itself is seen by predictors made afterwards.
	r.Close()
	for _, v := range net.Params() {
		clear(v.Data)
	}
	s := model.NewPredictor(net, 1)
	defer s.Close()
	if !slices.Equal(predict(s), predict(net)) || slices.Equal(predict(s), after) {
		t.Error("a new predictor sees weights of another's time")
	}
}

// Networks on one runtime train and predict from several goroutines as from one.
func TestConcurrentUse(t *testing.T) {
	rt := newRuntime(t, 2)
	nets := []*model.Network{smallNetwork(t, rt, 1), smallNetwork(t, rt, 2)}
	step, err := nets[1].NewTrainStep(4, "mse", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = step.Close() }()
	randomize(step.X)
	randomize(step.Target)
	wantLoss, err := step.Run(1)
	if err != nil {
		t.Fatal(err)
	}
	p := model.NewPredictor(nets[0], 2)
	defer p.Close()
	x := make([]float64, 5*nets[0].Dim())
	for i := range x {
		x[i] = float64(i%11) / 5
	}
	want := make([]float64, len(x))
	at := sched.Level{Index: 3, AlphaBar: 0.5}
	if err := p.PredictNoise(context.Background(), want, x, at); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for g := range 4 {
		group.Go(func() {
			eps := make([]float64, len(x))
			for range 5 {
				if g == 0 {
					// Its weights are the same at each step: no optimizer moves them.
					if loss, err := step.Run(1); err != nil || loss != wantLoss {
						t.Errorf("loss %v, alone %v: %v", loss, wantLoss, err)
					}
					continue
				}
				if err := p.PredictNoise(context.Background(), eps, x, at); err != nil || !slices.Equal(eps, want) {
					t.Errorf("a prediction differs among others: %v", err)
				}
			}
		})
	}
	group.Wait()
}
