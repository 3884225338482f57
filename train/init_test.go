package train

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

// beginOn returns a learner of c for samples of the given shape, with the weights
// that c.Init names, or the error.
func beginOn(t *testing.T, c configs.Config, shape ...int) (*cpuLearner, *beginning, error) {
	t.Helper()
	l, _ := newLearner(t, c, shape)
	b, err := plan(c, l.net, data.Fingerprint{})
	if err == nil {
		err = l.initialize(b, c)
	}
	return l, b, err
}

// writeNPZ makes a weight file of tensors.
func writeNPZ(t *testing.T, name string, arrays []weights.Array) string {
	t.Helper()
	var buf bytes.Buffer
	if err := weights.WriteNPZ(&buf, arrays); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// differs returns the first tensor in which a network is not bitwise as given.
func differs(net *model.Network, want []model.Tensor) string {
	for i, got := range net.State() {
		for k, v := range got.Data {
			if math.Float32bits(v) != math.Float32bits(want[i].Data[k]) {
				return got.Name
			}
		}
	}
	return ""
}

// TestInitFromCheckpoint takes the weights and the averages that are asked for.
func TestInitFromCheckpoint(t *testing.T) {
	from, s := trainedRun(t)
	for _, v := range []struct {
		weights, ema string
		net, average []model.Tensor
	}{
		{"ema", "restart", s.EMA, s.EMA},
		{"raw", "restart", s.Weights, s.Weights},
		{"ema", "continue", s.Weights, s.EMA},
	} {
		c := tiny()
		c.Init = configs.Init{From: from, Weights: v.weights, EMA: v.ema}
		l, b, err := beginOn(t, c, s.Sample...)
		if err != nil {
			t.Fatal(err)
		}
		if d := differs(l.net, v.net); d != "" {
			t.Errorf("%s, %s: %s differs", v.weights, v.ema, d)
		}
		if d := differs(l.average.net, v.average); d != "" {
			t.Errorf("%s, %s: average: %s differs", v.weights, v.ema, d)
		}
		if len(b.notes) > 0 {
			t.Errorf("notes %v", b.notes)
		}
	}
	c := tiny()
	c.Init = configs.Init{From: from, Weights: "ema", EMA: "restart"}
	c.Schedule.Steps, c.Objective.Target = 20, "x0"
	_, b, err := beginOn(t, c, s.Sample...)
	if err != nil || len(b.notes) != 2 || !strings.Contains(b.notes[0], "10 linear levels from 40.0 to -21.6 dB, and are fed 20") || !strings.Contains(b.notes[1], "x0") {
		t.Errorf("other schedule and target: %v, notes %v", err, b.notes)
	}
}

func TestCompareNetworks(t *testing.T) {
	unet := configs.Default().Model
	wide, cnn, deep := unet, unet, unet
	wide.Channels, wide.Dropout, wide.CNN.Embedding = 32, 0.1, 8
	cnn.Kind = "cnn"
	deep.Kind, deep.CNN.Pre = "cnn", []int{8, 8, 8}
	deep.Channels = 8
	for _, v := range []struct {
		was, is configs.Model
		want    string
	}{
		{unet, unet, ""},
		{wide, unet, "[the weights are of another network; to take it: model.channels: 16 → 32]"},
		{deep, cnn, "[the weights are of another network; to take it: model.cnn.pre: [32 64] → [8 8 8]]"},
		{cnn, unet, `[the weights are of another network; to take it: model.kind: "unet" → "cnn"]`},
		{unet, cnn, `[the weights are of another network; to take it: model.kind: "cnn" → "unet"]`},
	} {
		if got := compareNetworks(v.was, v.is); v.want != "" && fmt.Sprint(got) != v.want || v.want == "" && got != nil {
			t.Errorf("%v, want %s", got, v.want)
		}
	}
}

// TestInitFromFiles: renamed, partial and foreign tensors, strictly and partly.
func TestInitFromFiles(t *testing.T) {
	_, s := trainedRun(t)
	dir := t.TempDir()
	arrays := checkpoint.Arrays(s.Weights)
	prefixed := append([]weights.Array(nil), arrays...)
	custom := append([]weights.Array(nil), arrays...)
	for i, a := range arrays {
		prefixed[i].Name = "module.model." + a.Name
		custom[i].Name = strings.Replace(a.Name, "downs.", "encoder_", 1)
	}
	nan := append([]weights.Array(nil), arrays...)
	nan[0] = weights.FromFloat32(nan[0].Name, nan[0].Shape, append([]float32{float32(math.NaN())}, nan[0].Float32()[1:]...))
	rules := filepath.Join(dir, "keys.yaml")
	if err := os.WriteFile(rules, []byte("- match: '^encoder_'\n  replace: 'downs.'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]struct {
		arrays  []weights.Array
		keyMap  string
		partial bool
		want    string // of the error, or of the report
	}{
		"plain":            {arrays: arrays, want: fmt.Sprintf("%d matched, 0 renamed", len(arrays))},
		"prefixed":         {arrays: prefixed, want: fmt.Sprintf("0 matched, %d renamed", len(arrays))},
		"renamed":          {arrays: custom, keyMap: rules, want: "0 shape mismatch, 0 missing, 0 unused"},
		"not renamed":      {arrays: custom, want: "tensor downs.0.block1.0.weight is missing in the file"},
		"missing":          {arrays: arrays[1:], want: arrays[0].Name + " is missing in the file"},
		"missing, partial": {arrays: arrays[1:], partial: true, want: "1 missing, 0 unused"},
		"foreign":          {arrays: append([]weights.Array{weights.FromFloat32("head", []int{1}, []float32{1})}, arrays...), want: "tensor head of the file has no place"},
		"nothing fits":     {arrays: []weights.Array{weights.FromFloat32("head", []int{1}, []float32{1})}, partial: true, want: "no tensor fits"},
		"not finite":       {arrays: nan, want: "tensor init_conv.weight holds values that are not finite"},
	} {
		c := tiny()
		c.Init = configs.Init{From: writeNPZ(t, filepath.Join(dir, "w.npz"), v.arrays), Weights: "ema", EMA: "restart", KeyMap: v.keyMap, Partial: v.partial}
		l, b, err := beginOn(t, c, s.Sample...)
		if err != nil {
			if !configs.IsUsage(err) || !strings.Contains(err.Error(), v.want) || !strings.Contains(err.Error(), "w.npz") {
				t.Errorf("%s: %v, want %s", name, err, v.want)
			}
			continue
		}
		if !strings.Contains(b.report.Summary(), v.want) {
			t.Errorf("%s: %s, want %s", name, b.report.Summary(), v.want)
		}
		if d := differs(l.net, s.Weights); (d != "") != (name == "missing, partial") || d != "" && d != arrays[0].Name {
			t.Errorf("%s: %s differs", name, d)
		}
	}
	c := tiny()
	for _, from := range []string{filepath.Join(dir, "none"), rules, dir} {
		c.Init.From = from
		if _, _, err := beginOn(t, c, s.Sample...); !configs.IsUsage(err) || !strings.Contains(err.Error(), from) {
			t.Errorf("%s: %v", from, err)
		}
	}
}

// TestInitFromAuthors begins with a run folder of the published code, in which
// the network is described.
func TestInitFromAuthors(t *testing.T) {
	dir := filepath.Join("..", "model", "testdata", "torch", "unet1d_gmm")
	a, err := weights.ReadAuthors(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := tiny()
	c.Model, c.Init.From = a.Model, dir
	c.Schedule = a.Schedule
	l, _, err := beginOn(t, c, a.Shape...)
	if err != nil {
		t.Fatal(err)
	}
	if d := differs(l.net, checkpoint.Tensors(a.Weights)); d != "" {
		t.Errorf("%s differs", d)
	}
	if levels, err := Levels(configs.Init{From: dir}); err != nil || !reflect.DeepEqual(levels, a.Schedule) {
		t.Errorf("levels %+v: %v", levels, err)
	}
	if _, err := Levels(configs.Init{From: a.File}); !configs.IsUsage(err) || !strings.Contains(err.Error(), "adapt.levels") {
		t.Errorf("levels of a file that does not tell: %v", err)
	}
}

// TestInitOtherChannels: with the first and last convolution adapted, three equal
// channels each give the output of one, and grey weights taken from
// coloured ones give it back.
func TestInitOtherChannels(t *testing.T) {
	rt, err := op.NewRuntime(1)
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	c := tiny()
	grey, err := model.New(rt, c.Model, []int{1, 8, 8}, 5)
	if err != nil {
		t.Fatal(err)
	}
	c.Init.From = writeNPZ(t, filepath.Join(t.TempDir(), "grey.npz"), checkpoint.Arrays(grey.State()))
	if _, b, err := beginOn(t, c, 3, 8, 8); !configs.IsUsage(err) || !strings.Contains(err.Error(), "init_conv.weight") || !strings.Contains(b.report[0].Note, "--adapt first") {
		t.Errorf("without leave: %v", err)
	}
	c.Init.Shapes = []string{"first", "last"}
	l, _, err := beginOn(t, c, 3, 8, 8)
	if err != nil {
		t.Fatal(err)
	}
	x, want := make([]float32, 64), make([]float32, 64)
	for i := range x {
		x[i] = float32(math.Sin(float64(i)))
	}
	if err := grey.Predict(want, x, []float32{3}); err != nil {
		t.Fatal(err)
	}
	got := make([]float32, 3*64)
	if err := l.net.Predict(got, append(append(append([]float32(nil), x...), x...), x...), []float32{3}); err != nil {
		t.Fatal(err)
	}
	for i, v := range got {
		if math.Abs(float64(v-want[i%64])) > 1e-5 {
			t.Fatalf("value %d is %v, want %v", i, v, want[i%64])
		}
	}
	c.Init.From = writeNPZ(t, filepath.Join(t.TempDir(), "coloured.npz"), checkpoint.Arrays(l.net.State()))
	if l, _, err = beginOn(t, c, 1, 8, 8); err != nil {
		t.Fatal(err)
	}
	if err := l.net.Predict(got[:64], x, []float32{3}); err != nil {
		t.Fatal(err)
	}
	for i, v := range got[:64] {
		if math.Abs(float64(v-want[i])) > 1e-5 {
			t.Fatalf("back: value %d is %v, want %v", i, v, want[i])
		}
	}
}

// TestInitOtherDimensions refuses weights of images for signals, and the reverse.
func TestInitOtherDimensions(t *testing.T) {
	rt, err := op.NewRuntime(1)
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	c := tiny()
	c.Init.Partial = true
	for _, v := range [][2][]int{{{1, 8, 8}, {1, 8}}, {{1, 8}, {1, 8, 8}}} {
		net, err := model.New(rt, c.Model, v[0], 5)
		if err != nil {
			t.Fatal(err)
		}
		c.Init.From = writeNPZ(t, filepath.Join(t.TempDir(), "w.npz"), checkpoint.Arrays(net.State()))
		want := fmt.Sprintf("the weight of a %d-D convolution and the network is %d-D", len(v[0])-1, len(v[1])-1)
		if _, _, err := beginOn(t, c, v[1]...); !configs.IsUsage(err) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v for %v: %v", v[0], v[1], err)
		}
	}
}

// TestRemappedLevels: examples of a run with remapped levels feed the network
// the index, on the schedule it was trained on, of their own SNR, and so does
// the predictor that looks at the network.
func TestRemappedLevels(t *testing.T) {
	from, _ := trainedRun(t)
	c := tiny()
	c.Init.From, c.Schedule.Steps = from, 100
	var err error
	if c.Adapt.Levels, err = Levels(configs.Init{From: from}); err != nil {
		t.Fatal(err)
	}
	set, err := data.Open(context.Background(), c.Data, c.Seed)
	if err != nil {
		t.Fatal(err)
	}
	l, _, err := beginOn(t, c, set.Shape()...)
	if err != nil {
		t.Fatal(err)
	}
	trained, err := sched.New(c.Adapt.Levels)
	if err != nil {
		t.Fatal(err)
	}
	if trained.T != 10 {
		t.Fatalf("weights of %d levels", trained.T)
	}
	e, x0 := newExample(64, set.Dim()), make([]float32, 64*set.Dim())
	l.gradients.diffuser.fill(l.gradients.pool, e, x0, rng.TrainLevel, rng.TrainNoise, 1, 0)
	var stream rng.Stream
	own, fractional := l.gradients.diffuser.s, 0
	d, err := denoiser.New(c, model.NewPredictor(l.net, 1), set.Shape(), set.Norm)
	if err != nil {
		t.Fatal(err)
	}
	x, got := make([]float64, set.Dim()), make([]float64, set.Dim())
	x32, want := make([]float32, set.Dim()), make([]float32, set.Dim())
	for i := range x {
		x[i], x32[i] = float64(float32(i)/4), float32(i)/4
	}
	for i, fed := range e.level {
		at := own.At(float64(l.gradients.diffuser.at(&stream, rng.TrainLevel, 1, i)))
		if is := trained.At(float64(fed)); at.AlphaBar < trained.AlphaBar[9] {
			if fed != 9 {
				t.Fatalf("a level below those of the weights is fed %v", fed)
			}
		} else if math.Abs(is.AlphaBar-at.AlphaBar) > 1e-5 {
			t.Fatalf("level of ᾱ %v is fed %v, where ᾱ is %v", at.AlphaBar, fed, is.AlphaBar)
		}
		if fed != float32(int(fed)) {
			fractional++
		}
		if err := d.Predictor().PredictNoise(context.Background(), got, x, at); err != nil {
			t.Fatal(err)
		}
		if err := l.net.Predict(want, x32, []float32{fed}); err != nil {
			t.Fatal(err)
		}
		for k, v := range got {
			if math.Abs(v-float64(want[k])) > 1e-5 {
				t.Fatalf("the predictor gives %v at ᾱ %v, the network %v at %v", v, at.AlphaBar, want[k], fed)
			}
		}
	}
	if fractional == 0 {
		t.Error("no level lies between those of the weights")
	}
	// A run that begins with a remapped one goes back to the first schedule.
	dir := filepath.Join(t.TempDir(), "remapped")
	c.Train.Steps = 2
	mustRun(t, c, Options{Out: dir})
	if levels, err := Levels(configs.Init{From: dir}); err != nil || !reflect.DeepEqual(levels, c.Adapt.Levels) {
		t.Errorf("levels %+v: %v", levels, err)
	}
}
