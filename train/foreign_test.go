package train

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/checkpoint/pretrained"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
)

// waves writes n smooth images of a shape (C,H,W) with values in [0,1].
func waves(t *testing.T, n int, shape []int) string {
	t.Helper()
	dim := shape[0] * shape[1] * shape[2]
	x := make([]float32, n*dim)
	for i := range x {
		at, sample := float64(i%dim), float64(i/dim)
		row, column := math.Floor(at/float64(shape[2])), math.Mod(at, float64(shape[2]))
		x[i] = float32(0.5 + 0.5*math.Sin(0.5*row+0.3*column+sample))
	}
	var b bytes.Buffer
	if err := weights.WriteNPY(&b, weights.FromFloat32("", append([]int{n}, shape...), x)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "waves.npy")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// onWaves is a short run on such images.
func onWaves(t *testing.T, shape []int) configs.Config {
	c := tiny()
	c.Data.Kind, c.Data.Dir, c.Data.Normalize = "npy", waves(t, 40, shape), "symmetric"
	c.Data.Samples = configs.Samples{Train: 32, Val: 4, Test: 4}
	c.Train.Batch, c.Train.Steps, c.Train.ValEvery, c.Train.EMA = 4, 6, 6, 0
	c.Checkpoint = configs.Checkpoint{EverySteps: 3}
	return c
}

// A network of kind lucidrains that is trained from scratch learns, and continues
// bitwise; what it has learnt is a file of the library.
func TestLucidrains(t *testing.T) {
	shape := []int{1, 8, 8}
	c := onWaves(t, shape)
	c.Model = configs.Model{Kind: "lucidrains", Lucidrains: configs.DefaultLucidrains()}
	l := &c.Model.Lucidrains
	l.Dim, l.DimMults, l.FullAttn, l.AttnHeads, l.AttnDimHead, l.Dropout = 8, []int{1, 2}, []bool{false, true}, 2, 8, 0.1
	c.Train.Steps, c.Train.ValEvery, c.Train.LR, c.Checkpoint.EverySteps = 30, 10, 5e-3, 20
	dir := filepath.Join(t.TempDir(), "run")
	r := mustRun(t, c, Options{Out: dir})
	want := stepFiles(t, dir, "step-30")
	var losses []float64
	for _, m := range readMetrics(t, dir) {
		if m.Val != nil {
			losses = append(losses, *m.Val)
		}
	}
	if n := len(losses); n != 3 || !(losses[n-1] < 0.8*losses[0]) || !(losses[0] < 1.5) {
		t.Errorf("validation losses %v", losses)
	}
	mustRun(t, c, Options{Resume: filepath.Join(dir, CheckpointsDir, "step-20")})
	if !bytes.Equal(stepFiles(t, dir, "step-30"), want) {
		t.Error("continued from step 20 the run ends elsewhere")
	}
	im, err := checkpoint.Import(r.Checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "model-1.pt")
	if err := im.Export(out, checkpoint.FormatTorch); err != nil {
		t.Fatal(err)
	}
	back, err := checkpoint.Import(out, checkpoint.Told(pretrained.Options{Size: shape[1:]}))
	if err != nil {
		t.Fatal(err)
	}
	l.Dropout = 0 // no file tells it
	if d := configs.Diff(configs.Config{Model: back.Config.Model}, configs.Config{Model: c.Model}); len(d) > 0 || back.Config.Objective != c.Objective {
		t.Errorf("what was written is another network: %v, %+v", d, back.Config.Objective)
	}
	sameArrays(t, back.Weights, im.Weights)
}

// stepFiles is weightsOf for runs without averaged weights, with the manifest.
func stepFiles(t *testing.T, run, step string) []byte {
	t.Helper()
	var all []byte
	for _, f := range []string{"weights.npz", "optimizer.npz", "state.json", "manifest.json"} {
		all = append(all, read(t, filepath.Join(run, CheckpointsDir, step, f))...)
	}
	return all
}

func sameArrays(t *testing.T, got, want []weights.Array) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d tensors, want %d", len(got), len(want))
	}
	for _, w := range want {
		if g, ok := weights.Find(got, w.Name); !ok || !slices.Equal(g.Shape, w.Shape) || !slices.Equal(g.Float32(), w.Float32()) {
			t.Errorf("%s differs", w.Name)
		}
	}
}

// Networks of other libraries are trained further: whole, in part, or under low-rank
// adapters. The runs continue bitwise, and what they have learnt goes back into a file
// or folder of the library, where what was held is what it was.
func TestForeign(t *testing.T) {
	for _, v := range []struct {
		name, file string
		preset     []string
		adapt      configs.Adapt
		held       string // part of the names of tensors that stay
	}{
		{"course-pipeline", "", nil, configs.Adapt{LoRA: configs.LoRA{Rank: 2, Scale: 8, Targets: `(to_[qkv]|to_out\.0|conv[12])\.weight$`}}, "norm"},
		{"learned-sigma", "", nil, configs.Adapt{}, configs.UNet2DVariance},
		{"scale-shift-resnet", "", nil, configs.Adapt{Freeze: []string{"^down_blocks"}}, "down_blocks"},
		{"guided-legacy", "model.pt", []string{"--image_size 8 --num_channels 32 --channel_mult 1,1 --num_res_blocks 1 --attention_resolutions 4 --num_head_channels 16 " +
			"--use_scale_shift_norm True --resblock_updown True --learn_sigma True --diffusion_steps 1000 --noise_schedule linear --rescale_timesteps False"},
			configs.Adapt{}, configs.UNet2DVariance},
		{"improved-cosine", "model.pt", []string{"--image_size 8 --num_channels 32 --channel_mult 1,1 --num_res_blocks 1 --attention_resolutions 8,4 --num_heads 4 " +
			"--use_scale_shift_norm True --learn_sigma True --diffusion_steps 4000 --noise_schedule cosine --rescale_timesteps True"},
			configs.Adapt{LoRA: configs.LoRA{Rank: 2, Scale: 8, Targets: `attentions.*weight$`}}, "resnets"},
		{"lucid-2.3.1", "model-1.pt", []string{"size=8"}, configs.Adapt{LoRA: configs.LoRA{Rank: 2, Scale: 8, Targets: `(to_qkv|to_out|proj|init_conv)\.weight$`}}, "mlp"},
		{"lucid-1.5.8", "model-1.pt", []string{"size=8"}, configs.Adapt{Freeze: []string{"^downs"}}, "downs"},
		{"lucid-variants", "model-1.pt", []string{"size=8"}, configs.Adapt{}, configs.LucidrainsVariance},
	} {
		t.Run(v.name, func(t *testing.T) {
			from := filepath.Join("..", "checkpoint", "pretrained", "testdata", v.name, v.file)
			source, err := readSource(configs.Init{From: from, Preset: v.preset})
			if err != nil {
				t.Fatal(err)
			}
			c := onWaves(t, source.Sample)
			c.Model, c.Schedule, c.Objective = source.Config.Model, source.Config.Schedule, source.Config.Objective
			c.Init.From, c.Init.Preset, c.Adapt = from, v.preset, v.adapt
			dir := filepath.Join(t.TempDir(), "run")
			mustRun(t, c, Options{Out: dir})
			want := stepFiles(t, dir, "step-6")
			mustRun(t, c, Options{Resume: filepath.Join(dir, CheckpointsDir, "step-3")})
			if !bytes.Equal(stepFiles(t, dir, "step-6"), want) {
				t.Error("continued from step 3 the run ends elsewhere")
			}
			im, err := checkpoint.Import(filepath.Join(dir, CheckpointsDir, "step-6"))
			if err != nil {
				t.Fatal(err)
			}
			moved := 0
			for _, w := range source.Weights {
				g, ok := weights.Find(im.Weights, w.Name)
				same := ok && slices.Equal(g.Float32(), w.Float32())
				if !ok || !same && strings.Contains(w.Name, v.held) {
					t.Errorf("%s is another one", w.Name)
				}
				if !same {
					moved++
				}
			}
			if moved == 0 {
				t.Error("nothing was trained")
			}
			out, format, preset := filepath.Join(t.TempDir(), "out"), checkpoint.FormatDiffusers, []string(nil)
			if v.file != "" {
				out, format, preset = out+".pt", checkpoint.FormatTorch, v.preset
			}
			if err := im.Export(out, format); err != nil {
				t.Fatal(err)
			}
			back, err := readSource(configs.Init{From: out, Preset: preset})
			if err != nil {
				t.Fatal(err)
			}
			sameArrays(t, back.Weights, im.Weights)
			if d := compareNetworks(back.Config.Model, source.Config.Model); len(d) > 0 || back.Config.Objective != source.Config.Objective {
				t.Errorf("what was written is another network: %v", d)
			}
		})
	}
}
