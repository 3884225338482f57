package onnx

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

var update = flag.Bool("update", false, "rewrite golden files")

// small is a network of few values with the settings around it.
type small struct {
	name   string
	shape  []int
	change func(*configs.Config)
	norm   func(dim int) *data.Norm
}

func symmetric(dim int) *data.Norm {
	n := data.Identity(dim)
	for k := range n.Mean {
		n.Mean[k] = 0.5
	}
	n.Scale[0] = 0.5
	return n
}

func perValue(dim int) *data.Norm {
	n := &data.Norm{Mean: make([]float64, dim), Scale: make([]float64, dim)}
	for k := range n.Mean {
		n.Mean[k], n.Scale[k] = 0.1*float64(k%7), 1+0.05*float64(k%5)
	}
	return n
}

// attentive is a unet2d with what its settings can ask for.
func attentive(c *configs.Config) {
	c.Model.Kind = "unet2d"
	u := &c.Model.UNet2D
	u.BlockOutChannels, u.LayersPerBlock, u.NormNumGroups = []int{8, 16}, 1, 4
	u.DownBlockTypes, u.UpBlockTypes = []string{"DownBlock2D", "AttnDownBlock2D"}, []string{"AttnUpBlock2D", "UpBlock2D"}
	u.AttentionHeadDim = 4
}

// lucid is a network of denoising-diffusion-pytorch.
func lucid(c *configs.Config) {
	c.Model.Kind = "lucidrains"
	l := &c.Model.Lucidrains
	l.Dim, l.DimMults, l.AttnHeads, l.AttnDimHead, l.FullAttn, l.NumMemKV = 8, []int{1, 2}, 2, 4, []bool{false, true}, 3
}

// networks are all kinds, with the settings that change their graphs.
func networks() []small {
	unet := func(norm string) func(*configs.Config) {
		return func(c *configs.Config) {
			c.Model.Kind, c.Model.Channels, c.Model.Multipliers, c.Model.Blocks, c.Model.Norm = "unet", 8, []int{1, 2}, 1, norm
		}
	}
	mlp := func(c *configs.Config) {
		c.Model.Kind, c.Model.MLP = "mlp", configs.MLP{Width: 16, Hidden: 12, Blocks: 2, Slots: 8, Gated: 10}
	}
	with := func(first func(*configs.Config), then func(*configs.Config)) func(*configs.Config) {
		return func(c *configs.Config) { first(c); then(c) }
	}
	return []small{
		{"unet-batch-signal", []int{1, 16}, unet("batch"), nil},
		{"unet-group-image", []int{2, 8, 12}, unet("group"), symmetric},
		{"unet-instance", []int{1, 8, 8}, unet("instance"), perValue},
		{"cnn", []int{2, 16}, func(c *configs.Config) { c.Model.Kind = "cnn" }, nil},
		{"mlp", []int{1, 12}, mlp, perValue},
		{"mlp-x0", []int{1, 3, 4}, with(mlp, func(c *configs.Config) { c.Objective.Target = "x0" }), nil},
		{"experts", []int{1, 12}, func(c *configs.Config) {
			c.Model.Kind, c.Model.Experts = "experts", configs.Experts{Count: 6, Rank: 4, Levels: c.Schedule.Steps}
		}, nil},
		{"unet-v", []int{1, 16}, with(unet("batch"), func(c *configs.Config) { c.Objective.Target = "v" }), nil},
		// With a group norm, a chain of random steps multiplies float32's last bits.
		{"unet-mean-complex", []int{2, 16}, with(unet("batch"), func(c *configs.Config) {
			c.Objective.Target, c.Data.Noise = "mean", configs.NoiseComplex
		}), nil},
		{"remapped", []int{1, 16}, with(unet("batch"), func(c *configs.Config) {
			c.Adapt.Levels = c.Schedule
			c.Adapt.Levels.Kind = "cosine"
		}), nil},
		{"unet2d", []int{3, 8, 8}, attentive, symmetric},
		{"unet2d-padded", []int{1, 12, 8}, with(attentive, func(c *configs.Config) {
			u := &c.Model.UNet2D
			u.DownsamplePad, u.TimeScaleShift, u.FlipSinToCos, u.CenterInput = 0, "scale_shift", false, true
		}), symmetric},
		{"unet2d-resnet", []int{1, 8, 8}, with(attentive, func(c *configs.Config) {
			u := &c.Model.UNet2D
			u.DownsampleType, u.UpsampleType, u.TimeEmbedding, u.TrainTimesteps, u.Heads, u.AttentionHeadDim = "resnet", "resnet", "learned", 20, 2, 0
		}), symmetric},
		{"lucidrains", []int{1, 8, 8}, lucid, symmetric},
		{"lucidrains-early", []int{1, 8, 8}, with(lucid, func(c *configs.Config) {
			l := &c.Model.Lucidrains
			l.NumMemKV, l.BlockNorm, l.AttnNorm, l.Downsample, l.UnitScale = 0, "group", "layer", "conv", 10
			l.Standardize, l.DivideValues = "added", true
		}), symmetric},
	}
}

// build makes the network with random weights, all of them: statistics, biases and
// last layers that begin at zero as well.
func (s small) build(t *testing.T) (Denoiser, *denoiser.Denoiser) {
	t.Helper()
	c := configs.Default()
	c.Name, c.Schedule.Steps = s.name, 20
	s.change(&c)
	rt, err := op.NewRuntime(1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rt.Close)
	net, err := model.New(rt, c.Model, s.shape, 7)
	if err != nil {
		t.Fatal(err)
	}
	state := net.State()
	for i, w := range state {
		draw := make([]float64, len(w.Data))
		rng.New(3, rng.Init, 0, uint64(i)).Normal(draw)
		for k, v := range draw {
			w.Data[k] += float32(0.03 * v)
			if strings.HasSuffix(w.Name, "running_var") {
				w.Data[k] = float32(0.5 + math.Abs(v))
			}
		}
	}
	norm := data.Identity(net.Dim())
	if s.norm != nil {
		norm = s.norm(net.Dim())
	}
	p := model.NewPredictor(net, 8)
	t.Cleanup(p.Close)
	d, err := denoiser.New(c, p, s.shape, norm)
	if err != nil {
		t.Fatal(err)
	}
	return Denoiser{Network: net, Config: c, Norm: norm}, d
}

func written(t *testing.T, d Denoiser) *file {
	t.Helper()
	var b bytes.Buffer
	if err := d.Write(&b, "test"); err != nil {
		t.Fatal(err)
	}
	return decode(t, b.Bytes())
}

// run is what a file makes of observations.
func run(f *file, y []float64, shape []int, snr []float64) []float64 {
	known := map[string]array{
		"y":      {append([]int{len(y) / dims.Count(shape)}, shape...), y},
		"snr_db": {[]int{len(snr)}, snr},
	}
	runGraph(f.graph, known)
	return known["x"].v
}

// A file says of every observation what the denoiser does: batches of 1 and 3, SNRs
// inside of the schedule, at its top, above and below it, one for all or one each.
func TestFileIsTheDenoiser(t *testing.T) {
	for i, s := range networks() {
		if testing.Short() && i%3 != 0 {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			d, own := s.build(t)
			for _, m := range []sched.Method{sched.MethodOneShot, sched.MethodMean} {
				d.Method = m
				f := written(t, d)
				check(t, f)
				n := dims.Count(s.shape)
				y := make([]float64, 3*n)
				rng.New(5, rng.EvalNoise, 0, 0).Normal(y)
				snrs := []float64{-7.3, 12, 26}
				if m == sched.MethodOneShot {
					snrs = append(snrs, 40, 55, -30)
				}
				var each []float64
				for k, snr := range snrs {
					want := own3(t, own, y, snr, m)
					for _, batch := range []int{1, 3} {
						got := run(f, y[:batch*n], s.shape, []float64{snr})
						compare(t, fmt.Sprintf("%s, %g dB, batch %d", m, snr, batch), got, want[:batch*n])
					}
					if k < 3 {
						each = append(each, want[k*n:][:n]...)
					}
				}
				compare(t, m.String()+", an SNR a sample", run(f, y, s.shape, snrs[:3]), each)
			}
		})
	}
}

func own3(t *testing.T, d *denoiser.Denoiser, y []float64, snr float64, m sched.Method) []float64 {
	t.Helper()
	r, err := d.Denoise(context.Background(), y, denoiser.Options{SNR: snr, Method: m})
	if err != nil {
		t.Fatal(err)
	}
	return r.X
}

// compare wants the values within what float32 leaves of a network's output. The
// interpreter is exact, so the difference is that of our own float32.
func compare(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d values, want %d", what, len(got), len(want))
		return
	}
	norm, worst := 0.0, 0.0
	for i, v := range want {
		norm = max(norm, math.Abs(v))
		worst = max(worst, math.Abs(got[i]-v))
	}
	if !(worst <= 1e-5*norm) {
		t.Errorf("%s: differs by %g of %g", what, worst, norm)
	}
}

// Sizes that the network and the normalisation do not depend on are free: an image
// of another size gives what a network for that size does.
func TestAnySize(t *testing.T) {
	for _, s := range networks() {
		d, _ := s.build(t)
		free := !slices.Contains([]string{"unet-instance", "mlp", "mlp-x0", "experts", "lucidrains-early"}, s.name)
		f := written(t, d)
		if _, named := f.graph.inputs[0].dims[2].(string); named != free {
			t.Errorf("%s: y has the shape %v", s.name, f.graph.inputs[0].dims)
		}
		if !free {
			continue
		}
		large := s
		large.shape = slices.Clone(s.shape)
		for k := range large.shape[1:] {
			large.shape[1+k] *= 2
		}
		_, own := large.build(t)
		y := make([]float64, dims.Count(large.shape))
		rng.New(6, rng.EvalNoise, 0, 0).Normal(y)
		compare(t, s.name, run(f, y, large.shape, []float64{8}), own3(t, own, y, 8, sched.MethodOneShot))
	}
}

// The file is a function of the network alone, and what it is changes only on
// purpose.
func TestGolden(t *testing.T) {
	for _, s := range networks() {
		if s.name != "mlp" && s.name != "unet2d" && s.name != "unet-batch-signal" {
			continue
		}
		d, _ := s.build(t)
		var text strings.Builder
		describe(&text, written(t, d).graph, "")
		name := filepath.Join("testdata", s.name+".txt")
		if *update {
			if err := os.WriteFile(name, []byte(text.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if text.String() != string(want) {
			t.Errorf("%s differs; -update rewrites it", name)
		}
	}
}

// describe prints a graph, one node a line.
func describe(w *strings.Builder, g *graph, indent string) {
	for _, p := range append(slices.Clone(g.inputs), g.outputs...) {
		fmt.Fprintf(w, "%s%s %v %s\n", indent, p.name, p.dims, p.doc)
	}
	for _, t := range g.initializers {
		fmt.Fprintf(w, "%s%s = %v\n", indent, t.name, t.dims)
	}
	for _, n := range g.nodes {
		fmt.Fprintf(w, "%s%s = %s(%s)", indent, strings.Join(n.out, ", "), n.op, strings.Join(n.in, ", "))
		for _, a := range n.attributes {
			if body, ok := a.value.(*graph); ok {
				fmt.Fprintf(w, " %s:\n", a.name)
				describe(w, body, indent+"  ")
				continue
			}
			fmt.Fprintf(w, " %s=%v", a.name, a.value)
		}
		w.WriteByte('\n')
	}
}

func TestRefused(t *testing.T) {
	d, _ := networks()[0].build(t)
	d.Method = sched.MethodResample
	if err := d.Write(&bytes.Buffer{}, ""); err == nil || !configs.IsUsage(err) {
		t.Errorf("resample: %v", err)
	}
}
