package model_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/sched"
)

// TestParameterCounts holds the networks of the paper against its counts.
func TestParameterCounts(t *testing.T) {
	rt := newRuntime(t, 1)
	for _, c := range []struct {
		shape       []int
		multipliers []int
		want        int
	}{
		{[]int{1, 64}, []int{1, 2, 4, 8}, 1_494_529},
		{[]int{2, 256}, []int{1, 2, 4, 8, 16}, 5_620_578},
		{[]int{1, 28, 28}, []int{1, 2, 4}, 1_061_441},
	} {
		net, err := model.New(rt, configs.Model{Channels: 16, Multipliers: c.multipliers, Blocks: 2, Norm: "batch"}, c.shape, 1)
		if err != nil {
			t.Fatal(err)
		}
		if net.NumParams() != c.want {
			t.Errorf("%v: %d parameters, want %d", c.shape, net.NumParams(), c.want)
		}
	}
	// The number that the published CNN's folder notes.
	net, err := model.New(rt, configs.Model{Kind: "cnn", CNN: configs.Default().Model.CNN}, []int{2, 64, 16}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if net.NumParams() != 55_025 {
		t.Errorf("CNN: %d parameters, want 55025", net.NumParams())
	}
}

// TestInit compares the spread of initial weights with that of PyTorch's
// defaults: uniform in ±1/√fan_in.
func TestInit(t *testing.T) {
	rt := newRuntime(t, 1)
	c := configs.Model{Channels: 16, Multipliers: []int{1, 2}, Blocks: 1, Norm: "batch"}
	net, err := model.New(rt, c, []int{3, 8, 8}, 1)
	if err != nil {
		t.Fatal(err)
	}
	again, err := model.New(rt, c, []int{3, 8, 8}, 1)
	if err != nil {
		t.Fatal(err)
	}
	other, err := model.New(rt, c, []int{3, 8, 8}, 2)
	if err != nil {
		t.Fatal(err)
	}
	fanIn := 0
	for i, p := range net.Params() {
		if len(p.Shape) > 1 {
			fanIn = len(p.Data) / p.Shape[0]
		} else if strings.HasSuffix(p.Name, ".weight") { // a norm's
			fanIn = 0
		}
		sq := 0.0
		for k, v := range p.Data {
			sq += float64(v) * float64(v) / float64(len(p.Data))
			if v != again.Params()[i].Data[k] {
				t.Fatalf("%s is not a function of the seed", p.Name)
			}
			if fanIn > 0 && math.Abs(float64(v)) > 1/math.Sqrt(float64(fanIn)) {
				t.Fatalf("%s: %v exceeds 1/√%d", p.Name, v, fanIn)
			}
		}
		if fanIn == 0 {
			if want := map[bool]float64{true: 1, false: 0}[strings.HasSuffix(p.Name, ".weight")]; math.Abs(sq-want) > 1e-12 {
				t.Errorf("%s: mean square %v, want %v", p.Name, sq, want)
			}
			continue
		}
		// Mean square of n uniform numbers: (1/3)/fan_in, standard error √(4/45n)/fan_in.
		n := float64(len(p.Data))
		if d := math.Abs(sq*float64(fanIn) - 1./3); d > 5*math.Sqrt(4/45./n) {
			t.Errorf("%s: mean square %v/fan_in, want 1/3", p.Name, sq*float64(fanIn))
		}
		if p.Data[0] == other.Params()[i].Data[0] {
			t.Errorf("%s does not depend on the seed", p.Name)
		}
	}
}

func TestRefusals(t *testing.T) {
	rt := newRuntime(t, 1)
	good := configs.Model{Channels: 16, Multipliers: []int{1, 2}, Blocks: 1, Norm: "group"}
	for name, f := range map[string]func(c *configs.Model, shape *[]int){
		"odd size":     func(_ *configs.Model, s *[]int) { *s = []int{1, 7} },
		"one axis":     func(_ *configs.Model, s *[]int) { *s = []int{8} },
		"empty axis":   func(_ *configs.Model, s *[]int) { *s = []int{1, 0} },
		"no levels":    func(c *configs.Model, _ *[]int) { c.Multipliers = nil },
		"odd channels": func(c *configs.Model, _ *[]int) { c.Channels = 7 },
		"no blocks":    func(c *configs.Model, _ *[]int) { c.Blocks = 0 },
		"groups":       func(c *configs.Model, _ *[]int) { c.Channels = 12 },
		"norm":         func(c *configs.Model, _ *[]int) { c.Norm = "layer" },
		"kind":         func(c *configs.Model, _ *[]int) { c.Kind = "transformer" },
		"cnn layers": func(c *configs.Model, _ *[]int) {
			*c = configs.Model{Kind: "cnn", CNN: configs.CNN{TimeLayers: 1, Embedding: 8}}
		},
		"cnn channels": func(c *configs.Model, _ *[]int) {
			*c = configs.Model{Kind: "cnn", CNN: configs.CNN{Pre: []int{4, 0}, TimeLayers: 1, Embedding: 8}}
		},
		"cnn embedding": func(c *configs.Model, _ *[]int) {
			*c = configs.Model{Kind: "cnn", CNN: configs.CNN{Pre: []int{4}, TimeLayers: 1, Embedding: 7}}
		},
		"cnn time": func(c *configs.Model, _ *[]int) {
			*c = configs.Model{Kind: "cnn", CNN: configs.CNN{Pre: []int{4}, TimeLayers: 4, Embedding: 8}}
		},
		"mlp width": func(c *configs.Model, _ *[]int) {
			*c = configs.Model{Kind: "mlp", MLP: configs.MLP{Width: 4, Hidden: 8, Blocks: 1}}
		},
		"mlp blocks": func(c *configs.Model, _ *[]int) {
			*c = configs.Model{Kind: "mlp", MLP: configs.MLP{Width: 8, Hidden: 8}}
		},
		"mlp slots": func(c *configs.Model, _ *[]int) {
			*c = configs.Model{Kind: "mlp", MLP: configs.MLP{Width: 8, Hidden: 8, Blocks: 1, Slots: -1}}
		},
		"mlp gated": func(c *configs.Model, _ *[]int) {
			*c = configs.Model{Kind: "mlp", MLP: configs.MLP{Width: 8, Hidden: 8, Blocks: 1, Slots: 8, Gated: -1}}
		},
		"dropout": func(c *configs.Model, _ *[]int) { c.Dropout = 1 },
	} {
		c, shape := good, []int{1, 8}
		f(&c, &shape)
		if _, err := model.New(rt, c, shape, 1); err == nil || !strings.HasPrefix(err.Error(), "model") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	net, err := model.New(rt, good, []int{1, 8}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := net.Predict(make([]float32, 8), make([]float32, 9), make([]float32, 1)); err == nil {
		t.Error("inputs of a wrong size are taken")
	}
	if _, err := net.NewTrainStep(0, "mse", 1); err == nil {
		t.Error("an empty batch is taken")
	}
	if _, err := net.NewTrainStep(4, "huber", 1); err == nil {
		t.Error("an unknown loss is taken")
	}
	for what, load := range map[string]func([]model.Tensor) error{
		"Load": net.Load,
		"From": func(tensors []model.Tensor) error {
			_, err := model.From(rt, good, []int{1, 8}, tensors)
			return err
		},
	} {
		state := net.State()
		if err := load(state[1:]); err == nil || !strings.Contains(err.Error(), state[0].Name) {
			t.Errorf("%s: a missing tensor: %v", what, err)
		}
		state[0].Shape = []int{1}
		if err := load(state); err == nil || !strings.Contains(err.Error(), state[0].Name) {
			t.Errorf("%s: a wrong shape: %v", what, err)
		}
		state = net.State()
		state[0].Data = state[0].Data[1:]
		if err := load(state); err == nil || !strings.Contains(err.Error(), state[0].Name) {
			t.Errorf("%s: too few values: %v", what, err)
		}
		if err := load([]model.Tensor{{Name: "head.weight"}}); err == nil || !strings.Contains(err.Error(), "head.weight") {
			t.Errorf("%s: a foreign tensor: %v", what, err)
		}
	}
}

// TestFrom: a network of given tensors is the one that they are loaded into, without a
// copy of them; counts that may be missing begin at zero.
func TestFrom(t *testing.T) {
	rt := newRuntime(t, 1)
	from, loaded := smallNetwork(t, rt, 3), smallNetwork(t, rt, 4)
	var given []model.Tensor
	for _, s := range from.State() {
		if !strings.HasSuffix(s.Name, "num_batches_tracked") {
			given = append(given, s)
		}
	}
	if len(given) == len(from.State()) {
		t.Fatal("the network counts no batches")
	}
	if err := loaded.Load(given); err != nil {
		t.Fatal(err)
	}
	net, err := model.From(rt, from.Config(), from.Shape(), given)
	if err != nil {
		t.Fatal(err)
	}
	want := loaded.State()
	for i, s := range net.State() {
		if s.Name != want[i].Name || !slices.Equal(s.Data, want[i].Data) {
			t.Errorf("%s differs from what is loaded", s.Name)
		}
	}
	if &net.State()[0].Data[0] != &given[0].Data[0] {
		t.Error("the values were copied")
	}
	x, level := make([]float32, net.Dim()), []float32{7}
	for i := range x {
		x[i] = float32(i%5) - 2
	}
	got, expected := make([]float32, net.Dim()), make([]float32, net.Dim())
	if err := errors.Join(net.Predict(got, x, level), loaded.Predict(expected, x, level)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, expected) {
		t.Error("they predict differently")
	}
}

// TestPredict checks that a prediction does not depend on the batch it is part
// of, on the sizes predicted before, or on an open predictor, and that clones are
// independent.
func TestPredict(t *testing.T) {
	rt := newRuntime(t, 2)
	net, err := model.New(rt, configs.Model{Channels: 8, Multipliers: []int{1, 2}, Blocks: 1, Norm: "batch", Dropout: 0.5}, []int{2, 8}, 1)
	if err != nil {
		t.Fatal(err)
	}
	const n = 24
	x, level := make([]float32, n*16), make([]float32, n)
	randomize(x)
	for i := range level {
		level[i] = float32(i) * 1.5
	}
	want := make([]float32, n*16)
	if err := net.Predict(want, x, level); err != nil {
		t.Fatal(err)
	}
	clone, err := net.Clone()
	if err != nil {
		t.Fatal(err)
	}
	p := model.NewPredictor(net, n)
	for _, b := range []int{1, 2, 3, 5, 7, 24, 1} { // more sizes than are kept
		for i := 0; i+b <= n; i += b {
			got := make([]float32, b*16)
			if err := p.Predict(got, x[i*16:(i+b)*16], level[i:i+b]); err != nil {
				t.Fatal(err)
			}
			for k := range got {
				if got[k] != want[i*16+k] {
					t.Fatalf("in a batch of %d, sample %d differs", b, i+k/16)
				}
			}
		}
	}
	p.Close()
	for _, p := range net.Params() {
		for i := range p.Data {
			p.Data[i] *= 1.1
		}
	}
	changed, same := make([]float32, n*16), make([]float32, n*16)
	if err := net.Predict(changed, x, level); err != nil {
		t.Fatal(err)
	}
	if err := clone.Predict(same, x, level); err != nil {
		t.Fatal(err)
	}
	for k := range want {
		if same[k] != want[k] {
			t.Fatal("a clone shares weights")
		}
	}
	if changed[0] == want[0] {
		t.Error("new weights change nothing")
	}
}

// TestPredictor checks batching behind sched.Predictor.
func TestPredictor(t *testing.T) {
	rt := newRuntime(t, 1)
	net, err := model.New(rt, configs.Model{Channels: 8, Multipliers: []int{1}, Blocks: 1, Norm: "instance"}, []int{1, 4}, 1)
	if err != nil {
		t.Fatal(err)
	}
	x32 := make([]float32, 10*4)
	randomize(x32)
	x := make([]float64, len(x32))
	for i, v := range x32 {
		x[i] = float64(v)
	}
	var first []float64
	for _, batch := range []int{1, 3, 10, 64} {
		p := model.NewPredictor(net, batch)
		eps := make([]float64, len(x))
		if err := p.PredictNoise(context.Background(), eps, x, sched.Level{Index: 2.5, AlphaBar: 0.5}); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = eps
		}
		for i := range eps {
			if eps[i] != first[i] {
				t.Fatalf("value %d depends on the batch size", i)
			}
		}
	}
	p := model.NewPredictor(net, 4)
	if err := p.PredictNoise(context.Background(), make([]float64, 5), make([]float64, 5), sched.Level{}); err == nil {
		t.Error("half a sample is taken")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := p.PredictNoise(ctx, make([]float64, 4), make([]float64, 4), sched.Level{}); err == nil {
		t.Error("a cancelled prediction succeeds")
	}
}
