package model_test

import (
	"bytes"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
)

var update = flag.Bool("update", false, "rewrite golden files")

// graphs are small networks that together have every operation.
var graphs = []struct {
	name  string
	shape []int
	model configs.Model
	loss  string
	hold  string // part of the names of tensors that are held
}{
	{"signal_batch", []int{2, 8}, configs.Model{Channels: 6, Multipliers: []int{1, 3}, Blocks: 1, Norm: "batch", Dropout: 0.3}, "mse", ""},
	{"signal_held", []int{1, 8}, configs.Model{Channels: 4, Multipliers: []int{1, 2}, Blocks: 1, Norm: "batch"}, "l1", "running_mean"},
	{"image_group", []int{1, 8, 4}, configs.Model{Channels: 8, Multipliers: []int{1, 2}, Blocks: 2, Norm: "group"}, "l1", ""},
	{"image_instance", []int{2, 4, 6}, configs.Model{Channels: 4, Multipliers: []int{1, 2}, Blocks: 1, Norm: "instance", Dropout: 0.2}, "mse", ""},
	{"signal_cnn", []int{2, 9}, configs.Model{Kind: "cnn", CNN: configs.CNN{Pre: []int{5, 9}, Post: []int{7}, TimeLayers: 3, Embedding: 8}}, "mse", ""},
	{"image_cnn", []int{1, 5, 6}, configs.Model{Kind: "cnn", CNN: configs.CNN{Pre: []int{5}, Post: []int{17, 4}, TimeLayers: 0}}, "l1", ""},
	{"vector_mlp", []int{1, 7}, configs.Model{Kind: "mlp", MLP: configs.MLP{Width: 10, Hidden: 9, Blocks: 2, Slots: 6}}, "mse", ""},
	{"vector_gated", []int{1, 7}, configs.Model{Kind: "mlp", MLP: configs.MLP{Width: 10, Hidden: 9, Blocks: 1, Slots: 6, Gated: 17}}, "mse", ""},
	{"image_lucidrains", []int{2, 4, 6}, configs.Model{Kind: "lucidrains", Lucidrains: configs.Lucidrains{Dim: 4, InitDim: 5, DimMults: []int{1, 2}, AttnHeads: 2, AttnDimHead: 3,
		FullAttn: []bool{true, false}, NumMemKV: 2, BlockNorm: "rms", AttnNorm: "rms", Downsample: "unshuffle", Standardize: "none", Dropout: 0.3}}, "mse", ""},
	{"image_lucidrains_old", []int{1, 6, 4}, configs.Model{Kind: "lucidrains", Lucidrains: configs.Lucidrains{Dim: 8, DimMults: []int{1, 2}, AttnHeads: 2, AttnDimHead: 5,
		FullAttn: []bool{false, true}, BlockNorm: "group", AttnNorm: "layer", Downsample: "conv", Standardize: "added", DivideValues: true, UnitScale: 10, LearnedVariance: true}}, "l1", "init_conv"},
	{"image_unet2d", []int{2, 4, 6}, smallUNet2D(), "mse", ""},
	{"vector_experts", []int{1, 7}, configs.Model{Kind: "experts", Experts: configs.Experts{Count: 3, Rank: 2, Levels: 50}}, "mse", ""},
	{"image_mlp", []int{2, 3, 2}, configs.Model{Kind: "mlp", MLP: configs.MLP{Width: 8, Hidden: 20, Blocks: 1}}, "l1", "blocks.0.up"},
}

// smallUNet2D has attention in its lower level and in the middle.
func smallUNet2D() configs.Model {
	u := configs.DefaultUNet2D()
	u.BlockOutChannels, u.LayersPerBlock, u.NormNumGroups, u.AttentionHeadDim, u.Dropout = []int{4, 8}, 1, 2, 4, 0.2
	u.DownBlockTypes, u.UpBlockTypes = []string{"DownBlock2D", "AttnDownBlock2D"}, []string{"AttnUpBlock2D", "UpBlock2D"}
	return configs.Model{Kind: "unet2d", UNet2D: u}
}

// graphStep returns the network and the training step of a graph, with a batch in it.
func graphStep(t *testing.T, i, batch int) (*model.Network, *model.TrainStep) {
	t.Helper()
	c := graphs[i]
	net, err := model.New(newRuntime(t, 2), c.model, c.shape, 5)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range net.Buffers() { // statistics that are not trivial
		for k := range b.Data {
			b.Data[k] += 0.1 * float32(k%7)
		}
	}
	for _, p := range net.Params() { // layers that are zero at first would hide what is before them
		if slices.Max(p.Data) == 0 && slices.Min(p.Data) == 0 && len(p.Shape) == 2 {
			randomize(p.Data)
		}
	}
	net.Hold(func(name string) bool { return c.hold != "" && strings.Contains(name, c.hold) })
	s, err := net.NewTrainStep(batch, c.loss, 3)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	randomize(s.X)
	randomize(s.Target)
	slices.Reverse(s.Target)
	for k := range s.Level {
		s.Level[k], s.Weight[k] = float32(k)*7.5, 0.5+float32(k)
	}
	return net, s
}

// TestReadableGraph recomputes training graphs, forward pass, loss and all
// gradients, from what their operations tell of themselves, naively and in
// float64. Rounded to float32, 6e-8 each, sums of some hundred products through a
// dozen layers agree to 1e-5 of a tensor's size. Gradients that are sums of
// cancelling terms, such as that of a bias before a norm, which is zero, are judged
// by a tenth of the largest. Some gradients are sensitive: arithmetic in float64 whose
// results are stored in float32 is measured beside them, one rounding for an operation's
// many, and four times its error is allowed. That the gradients are those of the loss is checked by
// differences along them.
func TestReadableGraph(t *testing.T) {
	const tolerance = 1e-5
	for i, c := range graphs {
		t.Run(c.name, func(t *testing.T) {
			net, s := graphStep(t, i, 3)
			// A step moves running statistics; the graph that is read has them held,
			// or does not look at them.
			loss, err := s.Run(4)
			if err != nil {
				t.Fatal(err)
			}
			want, err := interpret(nil, s.Outputs()...)
			if err != nil {
				t.Fatal(err)
			}
			if e := math.Abs(loss/want[0].v[0] - 1); !(e < tolerance) {
				t.Errorf("loss %v, by reading %v", loss, want[0].v[0])
			}
			rounded, err := interpretAs(nil, stored, s.Outputs()...)
			if err != nil {
				t.Fatal(err)
			}
			size := func(a array) float64 {
				sum := 0.0
				for _, v := range a.v {
					sum += v * v
				}
				return math.Sqrt(sum / float64(len(a.v)))
			}
			largest, squares, worst := 0.0, 0.0, 0.0
			for _, g := range want[1:] {
				largest = max(largest, size(g))
				squares += size(g) * size(g) * float64(len(g.v))
			}
			moved := map[string][]float64{}
			for k, g := range s.Grads() {
				w := want[1+k]
				diff, storage := zeros(w.shape...), zeros(w.shape...)
				for i := range diff.v {
					diff.v[i] = float64(g.Data[i]) - w.v[i]
					storage.v[i] = rounded[1+k].v[i] - w.v[i]
				}
				unit := max(size(w), largest/10)
				e, bound := size(diff)/unit, max(tolerance, 4*size(storage)/unit)
				worst = max(worst, e)
				if !(e < bound) {
					t.Errorf("gradient of %s: error %.2g of its size, want %.2g", g.Name, e, bound)
				}
				moved[g.Name] = w.v
			}
			t.Logf("%d nodes; loss to %.2g, gradients to %.2g", len(op.Nodes(s.Outputs()...)), math.Abs(loss/want[0].v[0]-1), worst)

			along := func(h float64) float64 {
				leaves := map[string][]float64{}
				for _, p := range net.Trainable() {
					for k, v := range p.Data {
						leaves[p.Name] = append(leaves[p.Name], float64(v)+h*moved[p.Name][k])
					}
				}
				y, err := interpret(leaves, s.Outputs()[0])
				if err != nil {
					t.Fatal(err)
				}
				return y[0].v[0]
			}
			h := 1e-5 / math.Sqrt(squares)
			if slope := (along(h) - along(-h)) / (2 * h); !(math.Abs(slope/squares-1) < 1e-6) {
				t.Errorf("slope %v along a gradient of squared norm %v", slope, squares)
			}
		})
	}
}

// TestReadableInference does the same with the graph of a prediction.
func TestReadableInference(t *testing.T) {
	for i, c := range graphs {
		net, s := graphStep(t, i, 3)
		got := make([]float32, len(s.X))
		if err := net.Predict(got, s.X, s.Level); err != nil {
			t.Fatal(err)
		}
		out, err := net.InferenceGraph(3)
		if err != nil {
			t.Fatal(err)
		}
		leaves := map[string][]float64{}
		for name, values := range map[string][]float32{"x": s.X, "level": s.Level} {
			for _, v := range values {
				leaves[name] = append(leaves[name], float64(v))
			}
		}
		want, err := interpret(leaves, out)
		if err != nil {
			t.Fatal(err)
		}
		sum, diff := 0.0, 0.0
		for k, v := range want[0].v {
			sum += v * v
			diff += math.Pow(v-float64(got[k]), 2)
		}
		if e := math.Sqrt(diff / sum); !(e < 1e-5) {
			t.Errorf("%s: error %.2g", c.name, e)
		}
	}
}

// TestGraphText holds the text of graphs against files; -update rewrites them.
func TestGraphText(t *testing.T) {
	for i, c := range graphs {
		if c.name != "signal_batch" && c.name != "image_cnn" && c.name != "vector_mlp" {
			continue
		}
		_, s := graphStep(t, i, 3)
		var text bytes.Buffer
		if err := op.WriteGraph(&text, s.Outputs()...); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", "graph", c.name+".txt")
		if *update {
			if err := os.WriteFile(path, text.Bytes(), 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(text.Bytes(), want) {
			t.Errorf("%s: the graph differs from the file; compare after -update\n%s", path, text.Bytes())
		}
	}
}

// TestFLOP counts the work of a convolution by hand, and that of the paper's
// network on MNIST: its convolutions and linear layers do three times their
// multiplications and additions in a training step.
func TestFLOP(t *testing.T) {
	rt := newRuntime(t, 1)
	g := G.NewGraph()
	input := func(name string, shape ...int) *G.Node {
		n := 1
		for _, d := range shape {
			n *= d
		}
		return op.NewInput(g, name, make([]float32, n), shape...)
	}
	y, err := op.NewConv(rt, op.Input{X: input("x", 2, 3, 5, 4)}, input("w", 7, 3, 3, 3), input("b", 7), op.ConvOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := op.FLOP(y), int64(2*7*5*4*(2*3*3*3)); got != want {
		t.Errorf("convolution: %d, want %d", got, want)
	}
	net, err := model.New(rt, configs.Model{Channels: 16, Multipliers: []int{1, 2, 4}, Blocks: 2, Norm: "batch"}, []int{1, 28, 28}, 1)
	if err != nil {
		t.Fatal(err)
	}
	out, err := net.InferenceGraph(1)
	if err != nil {
		t.Fatal(err)
	}
	s, err := net.NewTrainStep(1, "mse", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	// By the shapes of the weights: each is used once a pixel of its level.
	want := int64(0)
	for _, n := range op.Nodes(out) {
		if o, ok := n.Op().(op.Operation); ok && (o.Name() == "conv" || o.Name() == "linear") {
			in := o.Inputs()
			for k := range in {
				if w := in[k].Shape(); k > 0 && strings.HasSuffix(in[k].Name(), ".weight") && w.Dims() > 1 {
					want += 2 * int64(n.Shape().TotalSize()) * int64(w.TotalSize()/w[0])
				}
			}
		}
	}
	forward, training := op.FLOP(out), op.FLOP(s.Outputs()...)
	t.Logf("forward %.4g, layers alone %.4g, training %.4g GFLOP a sample", float64(forward)/1e9, float64(want)/1e9, float64(training)/1e9)
	for what, ratio := range map[string]float64{"forward": float64(forward) / float64(want), "training": float64(training) / float64(3*want)} {
		if ratio < 1 || ratio > 1.05 {
			t.Errorf("%s: %.4g times the work of the layers", what, ratio)
		}
	}
}
