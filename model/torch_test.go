package model_test

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

// torchRuns are checkpoints in the layout of the authors' code with outputs,
// losses, gradients and chains that PyTorch computed from them.
var torchRuns = []string{"unet1d_gmm", "unet1d_complex", "unet2d_group", "unet2d_mnist", "cnn1d", "cnn2d"}

type torchRun struct {
	authors  *weights.Authors
	net      *model.Network
	expected []weights.Array
}

func newRuntime(t testing.TB, threads int) *op.Runtime {
	t.Helper()
	rt, err := op.NewRuntime(threads)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rt.Close)
	return rt
}

func loadTorchRun(t *testing.T, name string) *torchRun {
	t.Helper()
	dir := filepath.Join("testdata", "torch", name)
	a, err := weights.ReadAuthors(dir)
	if err != nil {
		t.Fatal(err)
	}
	net, err := model.New(newRuntime(t, 2), a.Model, a.Shape, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := net.Load(checkpoint.Tensors(a.Weights)); err != nil {
		t.Fatal(err)
	}
	r := &torchRun{authors: a, net: net}
	if r.expected, err = weights.ReadNPZFile(filepath.Join(dir, "expected.npz")); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *torchRun) floats(t *testing.T, name string) []float32 {
	t.Helper()
	a, ok := weights.Find(r.expected, name)
	if !ok {
		t.Fatalf("expected.npz has no %s", name)
	}
	return checkpoint.Tensors([]weights.Array{a})[0].Data
}

// size returns the largest absolute value.
func size(x []float32) float64 {
	m := 0.0
	for _, v := range x {
		m = max(m, math.Abs(float64(v)))
	}
	return m
}

// relative returns the largest error relative to the largest value of want.
func relative(got, want []float32) float64 {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	worst := 0.0
	for i := range want {
		worst = max(worst, math.Abs(float64(got[i])-float64(want[i])))
	}
	return worst / size(want)
}

func TestTorchOutput(t *testing.T) {
	for _, name := range torchRuns {
		t.Run(name, func(t *testing.T) {
			r := loadTorchRun(t, name)
			x, level := r.floats(t, "x_t"), r.floats(t, "t")
			got := make([]float32, len(x))
			if err := r.net.Predict(got, x, level); err != nil {
				t.Fatal(err)
			}
			e := relative(got, r.floats(t, "out_eval"))
			t.Logf("relative error %.2g", e)
			if !(e < 1e-5) {
				t.Errorf("output differs from PyTorch by %.3g", e)
			}
		})
	}
}

// TestTorchGradients compares the loss and every gradient in training mode.
func TestTorchGradients(t *testing.T) {
	for _, name := range torchRuns {
		t.Run(name, func(t *testing.T) {
			r := loadTorchRun(t, name)
			level := r.floats(t, "t")
			s, err := r.net.NewTrainStep(len(level), "mse", 1)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			copy(s.X, r.floats(t, "x_t"))
			copy(s.Level, level)
			copy(s.Target, r.floats(t, "eps"))
			loss, err := s.Run(0)
			if err != nil {
				t.Fatal(err)
			}
			want := float64(r.floats(t, "loss_train")[0])
			if e := math.Abs(loss/want - 1); !(e < 1e-6) {
				t.Errorf("loss %v, PyTorch %v", loss, want)
			}
			largest := 0.0
			for _, g := range s.Grads() {
				largest = max(largest, size(g.Data))
			}
			// Some gradients are small because large terms cancel, down to those
			// of a bias that the next norm subtracts again, which vanish in exact
			// arithmetic. Below a hundredth of the largest gradient, errors are
			// therefore judged by that size: 1e-4 then means 1e-6 of the largest,
			// the rounding of the terms in float32.
			worst, at := 0.0, ""
			var diff, norm float64
			for _, g := range s.Grads() {
				want := r.floats(t, "grad."+g.Name)
				e := relative(g.Data, want) * size(want) / max(size(want), 1e-2*largest)
				if !(e <= worst) {
					worst, at = e, g.Name
				}
				for i, v := range want {
					d := float64(g.Data[i]) - float64(v)
					diff += d * d
					norm += float64(v) * float64(v)
				}
			}
			all := math.Sqrt(diff / norm)
			t.Logf("%d gradients: relative error of all %.2g, worst of one %.2g (%s)", len(s.Grads()), all, worst, at)
			if !(all < 5e-6) {
				t.Errorf("gradients differ from PyTorch by %.3g", all)
			}
			if !(worst < 1e-4) {
				t.Errorf("gradient of %s differs from PyTorch by %.3g", at, worst)
			}
		})
	}
}

// TestTorchChains compares the deterministic chain, matched in linear SNR as
// the authors' script does, from both starts.
func TestTorchChains(t *testing.T) {
	for _, name := range torchRuns {
		t.Run(name, func(t *testing.T) {
			r := loadTorchRun(t, name)
			s, err := sched.New(r.authors.Schedule)
			if err != nil {
				t.Fatal(err)
			}
			p := model.NewPredictor(r.net, 4)
			for _, db := range []int{0, 15} {
				for _, start := range []sched.Start{sched.StartPaper, sched.StartCode} {
					y32 := r.floats(t, fmt.Sprintf("y_%ddB", db))
					y := make([]float64, len(y32))
					for i, v := range y32 {
						y[i] = float64(v)
					}
					res, err := s.Denoise(context.Background(), p, y, math.Pow(10, float64(db)/10), sched.Options{Match: sched.MatchLinear, Start: start})
					if err != nil {
						t.Fatal(err)
					}
					got := make([]float32, len(y))
					for i, v := range res.X {
						got[i] = float32(v)
					}
					e := relative(got, r.floats(t, fmt.Sprintf("chain_%ddB_%s", db, start)))
					t.Logf("%d dB, start %s: relative error %.2g", db, start, e)
					if !(e < 1e-5) {
						t.Errorf("%d dB, start %s: chain differs from PyTorch by %.3g", db, start, e)
					}
				}
			}
		})
	}
}
