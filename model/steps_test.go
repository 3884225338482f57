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
// the weights and running statistics in the end, with a PyTorch run of the same
// network on the same batches (bench/fixtures.py, which says why Adam's epsilon
// is large).
func TestTorchSteps(t *testing.T) {
	for _, c := range []struct {
		name  string
		shape []int
		model configs.Model
	}{
		{"signal_batch", []int{2, 8}, configs.Model{Channels: 6, Multipliers: []int{1, 3}, Blocks: 1, Norm: "batch"}},
		{"signal_group", []int{3, 16}, configs.Model{Channels: 8, Multipliers: []int{1, 2}, Blocks: 1, Norm: "group"}},
		{"image_batch", []int{1, 8, 6}, configs.Model{Channels: 4, Multipliers: []int{1, 2}, Blocks: 2, Norm: "batch"}},
		{"image_instance", []int{2, 4, 8}, configs.Model{Channels: 4, Multipliers: []int{1, 3}, Blocks: 1, Norm: "instance"}},
		{"vector_mlp", []int{1, 24}, configs.Model{Kind: "mlp", MLP: configs.MLP{Width: 32, Hidden: 48, Blocks: 2, Slots: 20}}},
		{"image_mlp", []int{2, 3, 5}, configs.Model{Kind: "mlp", MLP: configs.MLP{Width: 24, Hidden: 40, Blocks: 2}}},
		{"vector_gated", []int{1, 20}, configs.Model{Kind: "mlp", MLP: configs.MLP{Width: 24, Hidden: 32, Blocks: 2, Slots: 14, Gated: 40}}},
		{"vector_experts", []int{1, 20}, configs.Model{Kind: "experts", Experts: configs.Experts{Count: 9, Rank: 5, Levels: 50}}},
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
			losses, lr := data("loss"), float64(data("lr")[0])
			x, level, eps := data("x"), data("t"), data("eps")
			n := len(level) / len(losses)
			s, err := net.NewTrainStep(n, "mse", 1)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			adam := train.NewAdam(rt.Pool(), net.Params(), train.AdamOptions{Eps: float64(data("adam_eps")[0])})
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
				adam.Step(s.Grads(), i+1, lr, 1)
			}
			// The distance of the final states, relative to how far training
			// moved them. PyTorch's own run in float32 is up to 4e-5 from the
			// same in float64.
			init, final := state("init"), state("final")
			var distance, moved float64
			for i, v := range net.State() {
				if v.Name != final[i].Name || v.Name != init[i].Name {
					t.Fatalf("tensor %d is %s, in PyTorch %s", i, v.Name, final[i].Name)
				}
				if strings.HasSuffix(v.Name, ".num_batches_tracked") {
					if v.Data[0] != final[i].Data[0] {
						t.Errorf("%s is %v, PyTorch's %v", v.Name, v.Data[0], final[i].Data[0])
					}
					continue
				}
				for k, want := range final[i].Data {
					distance += math.Pow(float64(v.Data[k])-float64(want), 2)
					moved += math.Pow(float64(init[i].Data[k])-float64(want), 2)
				}
			}
			e := math.Sqrt(distance / moved)
			t.Logf("relative error of a loss %.2g, of the final state %.2g of the way", worst, e)
			if !(e < 1e-4) {
				t.Errorf("the final state is %.3g of the way from PyTorch's", e)
			}
		})
	}
}
