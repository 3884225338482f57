package model_test

import (
	"math"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
)

// TestWinograd compares loss and gradients of a UNet on images and on signals
// computed by Winograd's algorithm with those of the direct convolution, on one set
// of weights.
func TestWinograd(t *testing.T) {
	for name, shape := range map[string][]int{"images": {1, 14, 14}, "signals": {1, 60}} {
		t.Run(name, func(t *testing.T) { compareWinograd(t, shape) })
	}
}

func compareWinograd(t *testing.T, shape []int) {
	c := configs.Model{Channels: 16, Multipliers: []int{1, 2}, Blocks: 1, Norm: "group"}
	var losses []float64
	var grads [][]float32
	for _, conv := range []string{"auto", "direct"} {
		t.Setenv("CONDMEAN_CONV", conv)
		net, err := model.New(newRuntime(t, 2), c, shape, 3)
		if err != nil {
			t.Fatal(err)
		}
		s, err := net.NewTrainStep(16, "mse", 1)
		if err != nil {
			t.Fatal(err)
		}
		randomize(s.X)
		randomize(s.Target)
		loss, err := s.Run(0)
		if err != nil {
			t.Fatal(err)
		}
		var g []float32
		for _, v := range s.Grads() {
			g = append(g, v.Data...)
		}
		losses, grads = append(losses, loss), append(grads, append([]float32(nil), g...))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	var diff, norm float64
	for i, v := range grads[1] {
		d := float64(grads[0][i] - v)
		diff += d * d
		norm += float64(v) * float64(v)
	}
	e := math.Sqrt(diff / norm)
	t.Logf("relative difference of the loss %.2g, of the gradients %.2g", losses[0]/losses[1]-1, e)
	if e == 0 {
		t.Error("both runs took the same way")
	}
	if !(e < 1e-5) || !(math.Abs(losses[0]/losses[1]-1) < 1e-5) {
		t.Errorf("losses %v, gradients differ by %.3g", losses, e)
	}
}
