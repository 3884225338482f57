package model_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/pretrained"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/model"
)

// pretrainedDir has networks of other libraries with what these computed.
var pretrainedDir = filepath.Join("..", "checkpoint", "pretrained", "testdata")

// foreignNets are the networks there; files are those of PyTorch, flags those of
// OpenAI's scripts.
var foreignNets = []struct{ name, file, flags string }{
	{name: "google-flat"}, {name: "course-pipeline"}, {name: "scale-shift-resnet"}, {name: "fourier"}, {name: "mnist-28"}, {name: "odd-groups"},
	{name: "old-keys-bin"}, {name: "learned-sigma"},
	{"guided-legacy", "model.pt", "--image_size 8 --num_channels 32 --channel_mult 1,1 --num_res_blocks 1 --attention_resolutions 4 --num_head_channels 16 " +
		"--use_scale_shift_norm True --resblock_updown True --learn_sigma True --diffusion_steps 1000 --noise_schedule linear --rescale_timesteps False"},
	{"improved-cosine", "model.pt", "--image_size 8 --num_channels 32 --channel_mult 1,1 --num_res_blocks 1 --attention_resolutions 8,4 --num_heads 4 " +
		"--use_scale_shift_norm True --learn_sigma True --diffusion_steps 4000 --noise_schedule cosine --rescale_timesteps True"},
	{name: "lucid-2.3.1", file: "model-1.pt"}, {name: "lucid-1.5.8", file: "model-1.pt"}, {name: "lucid-0.27.12", file: "model-1.pt"},
	{name: "lucid-variants", file: "model-1.pt"},
}

// foreignNet is such a network, and what its library computed (FIXTURES there: in
// float64, with the time embedding in float32).
type foreignNet struct {
	opened *pretrained.Model
	net    *model.Network
	arrays []weights.Array
	about  struct {
		Gradients map[string]int // offsets in grad
		Gradsums  []string       // rows of gradsum
		Tensors   map[string][]int
		Noise     map[string]float64 // how far PyTorch in float32 is from it
	}
}

func openForeign(t *testing.T, name, file, flags string) *foreignNet {
	t.Helper()
	dir := filepath.Join(pretrainedDir, name)
	o := pretrained.Options{Preset: flags}
	if file != "" && flags == "" {
		o.Size = []int{8, 8} // which nothing in the file tells
	}
	f := &foreignNet{}
	var err error
	if f.opened, err = pretrained.Open(filepath.Join(dir, file), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.opened.Close(); err != nil {
			t.Error(err)
		}
	})
	if f.arrays, err = weights.ReadNPZFile(filepath.Join(dir, "expected.npz")); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &f.about); err != nil {
		t.Fatal(err)
	}
	if f.net, err = model.New(newRuntime(t, 2), f.opened.Network, f.opened.Sample, 1); err != nil {
		t.Fatal(err)
	}
	var tensors []model.Tensor
	for _, x := range f.opened.Tensors {
		values, err := x.Read()
		if err != nil {
			t.Fatal(err)
		}
		tensors = append(tensors, model.Tensor{Name: x.Name, Shape: x.Shape, Data: values})
	}
	if err := f.net.Load(tensors); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *foreignNet) array(t *testing.T, name string) []float32 {
	t.Helper()
	a, ok := weights.Find(f.arrays, name)
	if !ok {
		t.Fatalf("no array %s", name)
	}
	return a.Float32()
}

// prediction returns the first half of each sample's channels where there are twice
// as many as the network predicts.
func (f *foreignNet) prediction(y []float32, samples int) []float32 {
	d := f.net.Dim()
	if len(y) == samples*d {
		return y
	}
	var first []float32
	for row := range slices.Chunk(y, 2*d) {
		first = append(first, row[:d]...)
	}
	return first
}

// The tensors of a network are those of the library's state dict, in its order.
func TestForeignDeclares(t *testing.T) {
	for _, v := range foreignNets {
		f := openForeign(t, v.name, v.file, v.flags)
		state := f.net.State()
		if len(state) != len(f.opened.Tensors) {
			t.Fatalf("%s: %d tensors, want %d", v.name, len(state), len(f.opened.Tensors))
		}
		for i, x := range f.opened.Tensors {
			if state[i].Name != x.Name || !slices.Equal(state[i].Shape, x.Shape) {
				t.Errorf("%s: tensor %d is %s %v, want %s %v", v.name, i, state[i].Name, state[i].Shape, x.Name, x.Shape)
			}
		}
		for _, b := range f.net.Buffers() {
			if name := strings.TrimSuffix(strings.TrimSuffix(b.Name, ".weight"), ".bias"); name != configs.UNet2DVariance && name != configs.LucidrainsVariance && name != "time_proj" {
				t.Errorf("%s: %s is not trained", v.name, b.Name)
			}
		}
	}
}

// Outputs at whole and fractional levels are the library's.
func TestForeignForward(t *testing.T) {
	for _, v := range foreignNets {
		f := openForeign(t, v.name, v.file, v.flags)
		x, level := f.array(t, "x"), f.array(t, "t")
		factor := float32(cmp.Or(f.opened.Network.UNet2D.TimeFactor, 1))
		for _, c := range []struct{ level, want string }{{"t", "y"}, {"t_frac", "y_frac"}} {
			at := slices.Clone(level)
			if c.level == "t_frac" { // what the network is fed as time
				for i, t := range f.array(t, c.level) {
					at[i] = t / factor
				}
			}
			got := make([]float32, len(x))
			if err := f.net.Predict(got, x, at); err != nil {
				t.Fatal(err)
			}
			want := f.prediction(f.array(t, c.want), len(at))
			limit := max(2e-5, 10*f.about.Noise[c.want])
			if d := largest(got, want); !(d <= limit) {
				t.Errorf("%s: %s differs by %.2g of its rms, want at most %.2g", v.name, c.want, d, limit)
			} else {
				t.Logf("%s: %s differs by %.2g of its rms", v.name, c.want, d)
			}
		}
	}
}

// largest is the largest difference over the root mean square of want.
func largest(got, want []float32) float64 {
	if len(got) != len(want) {
		return math.NaN()
	}
	square, most := 0.0, 0.0
	for i, w := range want {
		square += float64(w) * float64(w)
		most = max(most, math.Abs(float64(got[i])-float64(w)))
	}
	return most / math.Sqrt(square/float64(len(want)))
}

// The loss and its gradients by all parameters are the library's.
func TestForeignGradients(t *testing.T) {
	for _, v := range foreignNets {
		t.Run(v.name, func(t *testing.T) {
			f := openForeign(t, v.name, v.file, v.flags)
			c := f.opened.Network
			c.UNet2D.Dropout, c.Lucidrains.Dropout = 0, 0 // theirs was off
			net, err := model.New(newRuntime(t, 2), c, f.net.Shape(), 1)
			if err != nil {
				t.Fatal(err)
			}
			if err := net.Load(f.net.State()); err != nil {
				t.Fatal(err)
			}
			step, err := net.NewTrainStep(4, "mse", 1)
			if err != nil {
				t.Fatal(err)
			}
			copy(step.X, f.array(t, "x"))
			copy(step.Level, f.array(t, "t"))
			copy(step.Target, f.array(t, "target"))
			loss, err := step.Run(0)
			if err != nil {
				t.Fatal(err)
			}
			if want := float64(f.array(t, "loss")[0]); math.Abs(loss-want) > 1e-5*want {
				t.Errorf("loss %v, want %v", loss, want)
			}
			f.compareGradients(t, f.inTheFile(t, step.Grads()))
		})
	}
}

// inTheFile returns gradients under the names and in the layout of the library's file,
// as if they were weights.
func (f *foreignNet) inTheFile(t *testing.T, grads []*model.Tensor) map[string][]float32 {
	t.Helper()
	byName := map[string][]float32{}
	for _, b := range f.net.Buffers() {
		byName[b.Name] = make([]float32, dims.Count(b.Shape)) // no gradient
	}
	for _, g := range grads {
		byName[g.Name] = g.Data
	}
	if f.opened.Origin.Layout == pretrained.LayoutLucidrains {
		return f.lucidGradients(byName)
	}
	if f.opened.Origin.Layout != pretrained.LayoutOpenAI {
		joinVariance(byName, "conv_out", configs.UNet2DVariance)
		return byName
	}
	var arrays []weights.Array
	for _, x := range f.net.State() {
		arrays = append(arrays, weights.FromFloat32(x.Name, x.Shape, byName[x.Name]))
	}
	var file bytes.Buffer
	write, err := f.opened.Origin.Torch(pretrained.Trained{Network: f.opened.Network, Sample: f.opened.Sample, Schedule: f.opened.Schedule, Objective: f.opened.Objective, Tensors: arrays})
	if err == nil {
		err = write(&file)
	}
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "gradients.pt")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	read, err := weights.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	clear(byName)
	for _, a := range read.Arrays {
		byName[a.Name] = a.Float32()
	}
	return byName
}

// joinVariance puts the rows of a last layer that were kept aside behind the others.
func joinVariance(byName map[string][]float32, last, aside string) {
	for _, suffix := range []string{".weight", ".bias"} {
		if rest, ok := byName[aside+suffix]; ok {
			byName[last+suffix] = append(slices.Clone(byName[last+suffix]), rest...)
		}
	}
}

// compareGradients holds each tensor to 1e-4 of its norm and 1e-6 of the largest norm
// of all; of large ones the norm, the sum and the sum of g·cos(i) are known.
func (f *foreignNet) compareGradients(t *testing.T, got map[string][]float32) {
	t.Helper()
	flat := f.array(t, "grad")
	var sums [][]float32
	if len(f.about.Gradsums) > 0 {
		sums = slices.Collect(slices.Chunk(f.array(t, "gradsum"), 3))
	}
	most := 0.0
	for name, offset := range f.about.Gradients {
		most = max(most, norm2(flat[offset:][:dims.Count(f.about.Tensors[name])]))
	}
	for _, row := range sums {
		most = max(most, float64(row[0]))
	}
	for name, offset := range f.about.Gradients {
		want := flat[offset:][:dims.Count(f.about.Tensors[name])]
		g := got[name]
		if len(g) != len(want) {
			t.Errorf("%s: %d values, want %d", name, len(g), len(want))
			continue
		}
		difference := make([]float32, len(g))
		for i := range g {
			difference[i] = g[i] - want[i]
		}
		if d := norm2(difference); !(d <= 1e-4*norm2(want)+1e-6*most) {
			t.Errorf("%s: gradient differs by %.2g, its norm is %.2g", name, d, norm2(want))
		}
	}
	for i, name := range f.about.Gradsums {
		g, want := got[name], sums[i]
		sum, wave := 0.0, 0.0
		for k, v := range g {
			sum += float64(v)
			wave += float64(v) * math.Cos(float64(k))
		}
		limit := (1e-4*float64(want[0]) + 1e-6*most) * math.Sqrt(float64(max(len(g), 1)))
		for k, v := range []float64{norm2(g), sum, wave} {
			if !(math.Abs(v-float64(want[k])) <= limit) {
				t.Errorf("%s: sum %d of the gradient is %v, want %v", name, k, v, want[k])
			}
		}
	}
}

func norm2(x []float32) float64 {
	s := 0.0
	for _, v := range x {
		s += float64(v) * float64(v)
	}
	return math.Sqrt(s)
}
