package model_test

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
)

// heldStep runs one training step of a small network of which something is held.
func heldStep(t *testing.T, hold string, c configs.Model) (*model.Network, []*model.Tensor) {
	t.Helper()
	net, err := model.New(newRuntime(t, 2), c, []int{1, 8, 8}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range net.Buffers() { // statistics that are not trivial
		for i := range b.Data {
			b.Data[i] += 0.1 * float32(i%7)
		}
	}
	if hold != "" {
		net.Hold(regexp.MustCompile(hold).MatchString)
	}
	s, err := net.NewTrainStep(6, "mse", 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	randomize(s.X)
	randomize(s.Target)
	for i := range s.Level {
		s.Level[i] = float32(3 * i)
	}
	if _, err := s.Run(1); err != nil {
		t.Fatal(err)
	}
	return net, s.Grads()
}

// TestHold: gradients of what is not held are bitwise those without holding,
// as long as the forward pass is the same, and there are no others.
func TestHold(t *testing.T) {
	for _, c := range []configs.Model{
		{Channels: 8, Multipliers: []int{1, 2}, Blocks: 1, Norm: "batch"},
		{Kind: "cnn", CNN: configs.CNN{Pre: []int{5, 9}, Post: []int{4}, TimeLayers: 2, Embedding: 8}},
		{Kind: "mlp", MLP: configs.MLP{Width: 8, Hidden: 12, Blocks: 2, Slots: 5, Gated: 11}},
	} {
		net, all := heldStep(t, "", c)
		if len(all) != len(net.Params()) {
			t.Fatalf("%d gradients of %d parameters", len(all), len(net.Params()))
		}
		const hold = `^(downs|cnn_pre|blocks)\..*(weight|bias)$`
		net, some := heldStep(t, hold, c)
		re := regexp.MustCompile(hold)
		all = slices.DeleteFunc(all, func(g *model.Tensor) bool { return re.MatchString(g.Name) })
		if len(some) != len(all) || len(some) != len(net.Trainable()) || len(some) == len(net.Params()) {
			t.Fatalf("%d gradients, want %d", len(some), len(all))
		}
		for i, g := range some {
			if g.Name != all[i].Name || net.Held(g.Name) {
				t.Fatalf("gradient %d is of %s, want %s", i, g.Name, all[i].Name)
			}
			for k, v := range g.Data {
				if math.Float32bits(v) != math.Float32bits(all[i].Data[k]) {
					t.Fatalf("holding others changes the gradient of %s", g.Name)
				}
			}
		}
	}
}

// TestHoldStatistics: a norm whose statistics are held uses them and leaves them,
// and the others go on. The gradients through it are those of differences.
func TestHoldStatistics(t *testing.T) {
	c := configs.Model{Channels: 8, Multipliers: []int{1, 2}, Blocks: 1, Norm: "batch"}
	fresh, _ := heldStep(t, "nothing", c)
	held, grads := heldStep(t, `^downs.*running_mean`, c)
	moved := 0
	for i, b := range held.Buffers() {
		down := strings.HasPrefix(b.Name, "downs")
		if held.Held(b.Name) != down {
			t.Errorf("%s: held %v", b.Name, held.Held(b.Name))
		}
		for k, v := range b.Data {
			start := 0.1 * float32(k%7)
			if strings.HasSuffix(b.Name, "running_var") {
				start++
			}
			if down && v != start {
				t.Fatalf("%s moved from %v to %v", b.Name, start, v)
			}
			if v != start {
				moved++
			}
		}
		if !down && strings.HasSuffix(b.Name, "num_batches_tracked") && b.Data[0] != fresh.Buffers()[i].Data[0] {
			t.Errorf("%s is %v", b.Name, b.Data[0])
		}
	}
	if moved == 0 {
		t.Error("no statistics moved")
	}
	if len(grads) != len(held.Params()) {
		t.Errorf("%d gradients of %d parameters", len(grads), len(held.Params()))
	}
}

// TestHeldNormGradient compares gradients through norms that use their running
// statistics with differences of the loss.
func TestHeldNormGradient(t *testing.T) {
	c := configs.Model{Channels: 4, Multipliers: []int{1}, Blocks: 1, Norm: "batch"}
	net, err := model.New(newRuntime(t, 1), c, []int{1, 8}, 3)
	if err != nil {
		t.Fatal(err)
	}
	net.Hold(regexp.MustCompile(`running_`).MatchString)
	s, err := net.NewTrainStep(4, "mse", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	randomize(s.X)
	randomize(s.Target)
	loss := func() float64 {
		l, err := s.Run(1)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	base := loss()
	var grads [][]float32
	for _, g := range s.Grads() {
		grads = append(grads, slices.Clone(g.Data))
	}
	// Along the gradient itself the slope is its squared norm.
	step := func(h float64) float64 {
		for i, p := range net.Params() {
			for k, g := range grads[i] {
				p.Data[k] += float32(h * float64(g))
			}
		}
		l := loss()
		for i, p := range net.Params() {
			for k, g := range grads[i] {
				p.Data[k] -= float32(h * float64(g))
			}
		}
		return l
	}
	norm := 0.0
	for _, g := range grads {
		for _, v := range g {
			norm += float64(v) * float64(v)
		}
	}
	const h = 1e-3
	slope := (step(h) - step(-h)) / (2 * h)
	if e := math.Abs(slope/norm - 1); !(e < 1e-3) {
		t.Errorf("slope %v along a gradient of squared norm %v (loss %v)", slope, norm, base)
	}
}

func TestHoldEverything(t *testing.T) {
	net, err := model.New(newRuntime(t, 1), configs.Model{Channels: 4, Multipliers: []int{1}, Blocks: 1}, []int{1, 8}, 3)
	if err != nil {
		t.Fatal(err)
	}
	net.Hold(func(string) bool { return true })
	if _, err := net.NewTrainStep(4, "mse", 1); err == nil || !strings.Contains(err.Error(), "nothing to train") {
		t.Errorf("error %v", err)
	}
}
