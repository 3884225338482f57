package train

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

// Ten training steps agree with PyTorch's of the same networks step by step:
// losses, gradient norms, all tensors afterwards, and what the trained networks
// return in inference mode. See testdata/steps.py.
func TestTenStepsFollowPyTorch(t *testing.T) {
	for _, tt := range []struct {
		name  string
		c     configs.Model
		shape []int
	}{
		{"steps_1d", configs.Model{Kind: "unet", Channels: 4, Multipliers: []int{1, 2}, Blocks: 2, Norm: "batch"}, []int{2, 12}},
		{"steps_2d", configs.Model{Kind: "unet", Channels: 8, Multipliers: []int{1, 2}, Blocks: 1, Norm: "group"}, []int{1, 8, 6}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			arrays, err := weights.ReadNPZFile(filepath.Join("testdata", tt.name+".npz"))
			if err != nil {
				t.Fatal(err)
			}
			want := map[string][]float32{}
			var start []model.Tensor
			for _, a := range checkpoint.Tensors(arrays) {
				want[a.Name] = a.Data
				if name, ok := strings.CutPrefix(a.Name, "start."); ok {
					start = append(start, model.Tensor{Name: name, Shape: a.Shape, Data: a.Data})
				}
			}
			rt, err := op.NewRuntime(2)
			if err != nil {
				t.Fatal(err)
			}
			defer rt.Close()
			net, err := model.New(rt, tt.c, tt.shape, 0)
			if err != nil {
				t.Fatal(err)
			}
			if err := net.Load(start); err != nil {
				t.Fatal(err)
			}
			steps := len(want["loss"])
			batch := len(want["t"]) / steps
			graph, err := net.NewTrainStep(batch, "mse", 1)
			if err != nil {
				t.Fatal(err)
			}
			s, err := sched.Paper(100)
			if err != nil {
				t.Fatal(err)
			}
			opt, c := NewAdam(rt.Pool(), net.Params(), AdamOptions{Eps: 1e-4}), newChunks(rt.Pool(), net.Params())
			n := batch * net.Dim()
			worstLoss, worstNorm := 0.0, 0.0
			for step := range steps {
				copy(graph.Level, want["t"][step*batch:])
				copy(graph.Target, want["eps"][step*n:])
				for i := range n {
					ab := s.AlphaBar[int(graph.Level[i/net.Dim()])]
					graph.X[i] = float32(math.Sqrt(ab))*want["x0"][step*n+i] + float32(math.Sqrt(1-ab))*graph.Target[i]
				}
				loss, err := graph.Run(uint64(step + 1))
				if err != nil {
					t.Fatal(err)
				}
				norm := c.gradNorm(graph.Grads())
				worstLoss = max(worstLoss, math.Abs(loss/float64(want["loss"][step])-1))
				worstNorm = max(worstNorm, math.Abs(norm/float64(want["norm"][step])-1))
				opt.Step(graph.Grads(), step+1, 1e-3, clipScale(norm, 1))
			}
			out := make([]float32, n)
			if err := net.Predict(out, graph.X, graph.Level); err != nil {
				t.Fatal(err)
			}
			output := deviation(out, want["out"])
			state := 0.0
			for _, w := range net.State() {
				if d := deviation(w.Data, want["final."+w.Name]); d > 1e-4 {
					t.Errorf("%s after %d steps: relative deviation %.2g", w.Name, steps, d)
				} else {
					state = max(state, d)
				}
			}
			t.Logf("relative deviation: losses %.1g, gradient norms %.1g; after %d steps output %.1g, tensors %.1g", worstLoss, worstNorm, steps, output, state)
			if worstLoss > 1e-5 || worstNorm > 1e-5 || output > 1e-5 {
				t.Error("the steps differ from PyTorch's")
			}
		})
	}
}

// deviation returns ‖got-want‖/‖want‖.
func deviation(got, want []float32) float64 {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	num, den := 0.0, 0.0
	for i, w := range want {
		num += math.Pow(float64(got[i]-w), 2)
		den += math.Pow(float64(w), 2)
	}
	if num == 0 {
		return 0
	}
	return math.Sqrt(num / den)
}
