package denoiser

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

// TestRemappedLevels: weights of a run with adapt.levels are fed the index
// on that schedule of the SNR at hand.
func TestRemappedLevels(t *testing.T) {
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
	d, err := Load(dir, WithThreads(1))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
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
		at := d.Schedule().At(float64(i))
		if err := d.Predictor().PredictNoise(context.Background(), got, wide, at); err != nil {
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

// checkpointOf writes a checkpoint of a tiny network and returns its folder and
// the network.
func checkpointOf(t *testing.T, change func(*configs.Config, *checkpoint.Snapshot)) (string, *model.Network) {
	t.Helper()
	rt, err := op.NewRuntime(1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rt.Close)
	c := configs.Default()
	c.Model = configs.Model{Kind: "cnn", CNN: configs.CNN{Pre: []int{4}, TimeLayers: 1, Embedding: 8}}
	c.Schedule.Steps = 20
	net, err := model.New(rt, c.Model, []int{1, 6}, 3)
	if err != nil {
		t.Fatal(err)
	}
	averaged, err := model.New(rt, c.Model, []int{1, 6}, 4)
	if err != nil {
		t.Fatal(err)
	}
	s := &checkpoint.Snapshot{Step: 7, Sample: net.Shape(), Weights: net.State(), EMA: averaged.State(),
		Norm: map[string][]float64{"mean": {1, 2, 3, 4, 5, 6}, "scale": {2}}}
	if change != nil {
		change(&c, s)
	}
	text, err := configs.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	s.Config = string(text)
	dir := filepath.Join(t.TempDir(), "step-7")
	if err := checkpoint.Write(dir, s); err != nil {
		t.Fatal(err)
	}
	return dir, net
}

// TestLoadForms: a checkpoint, and what is exported of it, are the same denoiser,
// which denoises in the data's units.
func TestLoadForms(t *testing.T) {
	dir, _ := checkpointOf(t, func(_ *configs.Config, s *checkpoint.Snapshot) {
		s.Data = json.RawMessage(`{"shape":[1,6],"hash":"ab"}`)
	})
	im, err := checkpoint.Import(dir)
	if err != nil {
		t.Fatal(err)
	}
	im.Weights, im.EMA = im.EMA, nil
	exported := filepath.Join(t.TempDir(), "x.safetensors")
	if err := im.Export(exported, checkpoint.FormatSafetensors); err != nil {
		t.Fatal(err)
	}
	y := []float64{1, 2, 3, 4, 5, 6, 0, 1, 5, 2, -3, 9}
	var want []float64
	for _, path := range []string{dir, exported} {
		d, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if d.Step() != 7 || !slices.Equal(d.Shape(), []int{1, 6}) || d.Dim() != 6 || d.Source() == "" || d.Schedule().T != 20 || d.Mixture() != nil {
			t.Errorf("%s: step %d, shape %v, source %q, T = %d", path, d.Step(), d.Shape(), d.Source(), d.Schedule().T)
		}
		if f, known := d.Fingerprint(); !known || f.Hash != "ab" {
			t.Errorf("%s: fingerprint %+v, %v", path, f, known)
		}
		if h, err := d.Hash(); err != nil || len(h) != 64 {
			t.Errorf("%s: hash %q: %v", path, h, err)
		}
		r, err := d.Denoise(context.Background(), y, Options{SNR: 5})
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = r.X
		} else if !slices.Equal(r.X, want) {
			t.Errorf("%s denoises otherwise than the checkpoint", path)
		}
		if y[0] != 1 {
			t.Error("the observation was changed")
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	raw, err := Load(dir, WithRawWeights())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	if r, err := raw.Denoise(context.Background(), y, Options{SNR: 5}); err != nil || slices.Equal(r.X, want) {
		t.Errorf("the raw weights are the average: %v", err)
	}
}

// TestShapes: an early checkpoint does not tell the sample's shape.
func TestShapes(t *testing.T) {
	dir, _ := checkpointOf(t, func(_ *configs.Config, s *checkpoint.Snapshot) { s.Sample = nil })
	if _, err := Load(dir); !configs.IsUsage(err) || !strings.Contains(err.Error(), "WithShape") {
		t.Errorf("no shape: %v", err)
	}
	failed := errors.New("no data")
	if _, err := Load(dir, WithShapeOf(func(configs.Config) ([]int, error) { return nil, failed })); !errors.Is(err, failed) {
		t.Errorf("no data: %v", err)
	}
	d, err := Load(dir, WithShape(1, 6))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if d.Dim() != 6 {
		t.Errorf("%d values", d.Dim())
	}
}

// TestRefusals: what cannot be loaded gets one line that begins with the path.
func TestRefusals(t *testing.T) {
	dir, net := checkpointOf(t, nil)
	bare := filepath.Join(t.TempDir(), "bare.npz")
	im := &checkpoint.Imported{Weights: checkpoint.Arrays(net.State())}
	if err := im.Export(bare, checkpoint.FormatNPZ); err != nil {
		t.Fatal(err)
	}
	wrong, _ := checkpointOf(t, func(c *configs.Config, _ *checkpoint.Snapshot) { c.Model.CNN.Pre = []int{5} })
	norm, _ := checkpointOf(t, func(_ *configs.Config, s *checkpoint.Snapshot) { s.Norm["mean"] = []float64{1} })
	for path, want := range map[string]string{
		"nothing":              "nothing: .*built-in weights.*gmm64",
		"gmm:none.npz":         "gmm:none.npz: none.npz is no file",
		bare:                   "do not tell their settings; convert them first",
		wrong:                  "shape",
		norm:                   "mean has 1 numbers",
		t.TempDir():            "holds no checkpoint",
		"gmm:denoiser_test.go": "not a valid zip file",
	} {
		_, err := Load(path)
		if !configs.IsUsage(err) || !regexp.MustCompile(want).MatchString(err.Error()) || !strings.HasPrefix(err.Error(), path+": ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
	if _, err := Load(dir, WithSteps(10)); !configs.IsUsage(err) {
		t.Errorf("steps of a network: %v", err)
	}
	if _, err := Load(dir, WithThreads(-1)); !configs.IsUsage(err) {
		t.Errorf("threads: %v", err)
	}
	// A file that was altered.
	f := filepath.Join(dir, "weights.npz")
	b, err := os.ReadFile(f)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(f, b, 0o600); err != nil {
		t.Fatal(err)
	}
	var damaged *checkpoint.DamagedError
	if _, err := Load(dir); !errors.As(err, &damaged) || !configs.IsUsage(err) {
		t.Errorf("damaged: %v", err)
	}
}
