package model_test

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/train"
)

// TestTorchSteps takes ten training steps with Adam and compares each loss, and
// the network in the end, with a PyTorch run of the same network on the same
// batches (bench/fixtures.py).
func TestTorchSteps(t *testing.T) {
	for _, c := range []struct {
		name  string
		shape []int
		model configs.Model
	}{
		{"signal_batch", []int{2, 8}, configs.Model{Channels: 8, Multipliers: []int{1, 2}, Blocks: 2, Norm: "batch"}},
		{"image_batch", []int{1, 8, 8}, configs.Model{Channels: 4, Multipliers: []int{1, 2}, Blocks: 2, Norm: "batch"}},
		{"image_group", []int{3, 4, 4}, configs.Model{Channels: 8, Multipliers: []int{1, 2}, Blocks: 1, Norm: "group"}},
		{"signal_instance", []int{1, 16}, configs.Model{Channels: 6, Multipliers: []int{1, 3}, Blocks: 1, Norm: "instance"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			arrays, err := weights.ReadNPZFile(filepath.Join("testdata", "steps", c.name+".npz"))
			if err != nil {
				t.Fatal(err)
			}
			// state returns the tensors of a prefix, without it.
			state := func(prefix string) []model.Tensor {
				var s []model.Tensor
				for _, v := range checkpoint.Tensors(arrays) {
					if name, ok := strings.CutPrefix(v.Name, prefix+"."); ok {
						v.Name = name
						s = append(s, v)
					}
				}
				return s
			}
			data := func(name string) []float32 {
				a, ok := weights.Find(arrays, name)
				if !ok {
					t.Fatalf("no array %s", name)
				}
				return a.Float32()
			}
			rt := newRuntime(t, 2)
			net, err := model.New(rt, c.model, c.shape, 1)
			if err != nil {
				t.Fatal(err)
			}
			if err := net.Load(state("init")); err != nil {
				t.Fatal(err)
			}
			losses := data("loss")
			x, level, eps := data("x"), data("t"), data("eps")
			n := len(level) / len(losses)
			s, err := net.NewTrainStep(n, "mse", 1)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			adam := train.NewAdam(rt.Pool(), net.Params(), train.AdamOptions{})
			worst := 0.0
			for i, want := range losses {
				copy(s.X, x[i*len(s.X):])
				copy(s.Level, level[i*n:])
				copy(s.Target, eps[i*len(s.X):])
				loss, err := s.Run(uint64(i))
				if err != nil {
					t.Fatal(err)
				}
				worst = max(worst, math.Abs(loss/float64(want)-1))
				if !(worst < 1e-5) {
					t.Fatalf("step %d: loss %v, PyTorch %v", i, loss, want)
				}
				adam.Step(s.Grads(), i+1, 1e-3, 1)
			}
			// After the last step the networks must agree as they train, and
			// so must the running variances. Weights need not: Adam moves a
			// weight by the learning rate in the direction of its gradient's
			// sign, also where the gradient is rounding alone, as that of a
			// bias which the next norm subtracts again.
			theirs, err := model.New(rt, c.model, c.shape, 1)
			if err != nil {
				t.Fatal(err)
			}
			final := state("final")
			if err := theirs.Load(final); err != nil {
				t.Fatal(err)
			}
			other, err := theirs.NewTrainStep(n, "mse", 1)
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			copy(other.X, s.X)
			copy(other.Level, s.Level)
			copy(other.Target, s.Target)
			variance := 0.0
			for i, v := range net.State() {
				if strings.HasSuffix(v.Name, ".running_var") {
					variance = max(variance, relative(v.Data, final[i].Data))
				}
			}
			got, err := s.Run(10)
			if err != nil {
				t.Fatal(err)
			}
			want, err := other.Run(10)
			if err != nil {
				t.Fatal(err)
			}
			last := math.Abs(got/want - 1)
			t.Logf("relative errors: of a loss %.2g, of the final network's loss %.2g, of a running variance %.2g", worst, last, variance)
			if !(last < 1e-5) || !(variance < 1e-5) {
				t.Errorf("the final network differs from PyTorch's: loss by %.3g, running variance by %.3g", last, variance)
			}
		})
	}
}
