package eval

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

// TestSubjectRemapsLevels: weights of a run with adapt.levels are fed the index
// on that schedule of the SNR at hand.
func TestSubjectRemapsLevels(t *testing.T) {
	rt, err := op.NewRuntime(1)
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	c := configs.Default()
	c.Model = configs.Model{Kind: "cnn", CNN: configs.CNN{Pre: []int{4}, TimeLayers: 1, Embedding: 8}}
	c.Schedule.Steps = 50
	c.Adapt.Levels = configs.Schedule{Kind: "linear", Steps: 300}
	net, err := model.New(rt, c.Model, []int{1, 6}, 3)
	if err != nil {
		t.Fatal(err)
	}
	text, err := configs.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "step-1")
	err = checkpoint.Write(dir, &checkpoint.Snapshot{Step: 1, Config: string(text), Sample: net.Shape(), Weights: net.State(),
		Norm: map[string][]float64{"mean": make([]float64, 6), "scale": {1}}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(rt, dir)
	if err == nil {
		err = s.load(net.Shape())
	}
	if err != nil {
		t.Fatal(err)
	}
	trained, err := sched.New(c.Adapt.Levels)
	if err != nil {
		t.Fatal(err)
	}
	x := []float32{1, -1, 0.5, 2, 0, -3}
	wide, got, want := make([]float64, 6), make([]float64, 6), make([]float32, 6)
	for i, v := range x {
		wide[i] = float64(v)
	}
	for _, i := range []int{0, 7, 30, 49} {
		at := s.Schedule.At(float64(i))
		if err := s.Predictor.PredictNoise(context.Background(), got, wide, at); err != nil {
			t.Fatal(err)
		}
		if err := net.Predict(want, x, []float32{float32(trained.Index(at.AlphaBar / (1 - at.AlphaBar)))}); err != nil {
			t.Fatal(err)
		}
		for k, v := range got {
			if math.Abs(v-float64(want[k])) > 1e-6 {
				t.Fatalf("level %d: %v, want %v", i, got, want)
			}
		}
	}
}
