package model_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/train"
)

// The networks whose speed is reported, for samples of a shape, with the size of a
// large batch; bench/unet.py has the same list.
var benchNets = []struct {
	name  string
	shape []int
	batch int
	model configs.Model
}{
	{"mnist", []int{1, 28, 28}, 128, benchUNet(16, 1, 2, 4)},
	{"gmm64", []int{1, 64}, 128, benchUNet(16, 1, 2, 4, 8)},
	{"audio", []int{2, 256}, 128, benchUNet(16, 1, 2, 4, 8, 16)},
	{"cifar", []int{3, 32, 32}, 128, benchUNet(32, 1, 2, 2, 2)},
	{"mlp", []int{1, 64}, 512, configs.Model{Kind: "mlp", MLP: configs.MLP{Width: 256, Hidden: 512, Blocks: 3, Slots: 256, Gated: 768}}},
	{"ddpm-cifar10", []int{3, 32, 32}, 16, benchDDPM()},
}

// benchDDPM is the network of google/ddpm-cifar10-32.
func benchDDPM() configs.Model {
	u := configs.DefaultUNet2D()
	u.BlockOutChannels = []int{128, 256, 256, 256}
	u.DownBlockTypes = []string{"DownBlock2D", "AttnDownBlock2D", "DownBlock2D", "DownBlock2D"}
	u.UpBlockTypes = []string{"UpBlock2D", "UpBlock2D", "AttnUpBlock2D", "UpBlock2D"}
	u.AttentionHeadDim, u.NormEps, u.DownsamplePad, u.FlipSinToCos, u.FreqShift = 0, 1e-6, 0, false, 1
	return configs.Model{Kind: "unet2d", UNet2D: u}
}

func benchUNet(channels int, multipliers ...int) configs.Model {
	return configs.Model{Kind: "unet", Channels: channels, Multipliers: multipliers, Blocks: 2, Norm: "batch"}
}

func benchNet(b *testing.B, i int) (*model.Network, *op.Runtime) {
	b.Helper()
	n := benchNets[i]
	rt, err := op.NewRuntime(0)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(rt.Close)
	u, err := model.New(rt, n.model, n.shape, 1)
	if err != nil {
		b.Fatal(err)
	}
	return u, rt
}

// randomize fills x with N(0,1): kernels must not be timed on zeros.
func randomize(x []float32) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
}

// BenchmarkTrainStep is a training step for a large batch: the forward and
// backward pass, and an update by Adam.
func BenchmarkTrainStep(b *testing.B) {
	for i, n := range benchNets {
		b.Run(n.name, func(b *testing.B) {
			u, rt := benchNet(b, i)
			s, err := u.NewTrainStep(n.batch, "mse", 1)
			if err != nil {
				b.Fatal(err)
			}
			adam := train.NewAdam(rt.Pool(), u.Params(), train.AdamOptions{Update: rt.Adam})
			randomize(s.X)
			randomize(s.Target)
			for k := range s.Level {
				s.Level[k] = float32(k)
			}
			step := 0
			run := func() {
				if _, err := s.Run(uint64(step)); err != nil {
					b.Fatal(err)
				}
				step++
				adam.Step(s.Grads(), step, 1e-4, 1)
			}
			run() // takes memory into use, as the first runs of bench/torch_worker.py do
			b.ReportAllocs()
			for b.Loop() {
				run()
			}
			b.ReportMetric(float64(s.Memory())/1e6, "MB-planned")
			b.ReportMetric(float64(op.FLOP(s.Outputs()...))/1e9, "GFLOP")
		})
	}
}

// BenchmarkScaling is a training step of the MNIST network as batch, width and image
// grow, and of a network with attention at each level as its tokens do, the pixels of
// an image, with as many pixels in all.
func BenchmarkScaling(b *testing.B) {
	for _, n := range []struct{ batch, channels, size int }{
		{8, 16, 28}, {32, 16, 28}, {128, 16, 28}, {512, 16, 28},
		{128, 8, 28}, {128, 32, 28}, {32, 64, 28},
		{32, 16, 56}, {8, 16, 112}, {8, 16, 224},
	} {
		b.Run(fmt.Sprintf("batch=%d/channels=%d/size=%d", n.batch, n.channels, n.size), func(b *testing.B) {
			benchScaling(b, benchUNet(n.channels, 1, 2, 4), n.batch, n.size)
		})
	}
	for _, size := range []int{8, 16, 32, 64} {
		b.Run(fmt.Sprintf("tokens=%d", size*size), func(b *testing.B) {
			benchScaling(b, benchAttention(), 4096/(size*size), size)
		})
	}
}

// benchAttention is a network of one level with six layers of attention of one head of
// 128 features.
func benchAttention() configs.Model {
	m := benchDDPM()
	m.UNet2D.BlockOutChannels = []int{128}
	m.UNet2D.DownBlockTypes, m.UNet2D.UpBlockTypes = []string{"AttnDownBlock2D"}, []string{"AttnUpBlock2D"}
	return m
}

// benchScaling times training steps on square images of one channel.
func benchScaling(b *testing.B, m configs.Model, batch, size int) {
	rt, err := op.NewRuntime(0)
	if err != nil {
		b.Fatal(err)
	}
	defer rt.Close()
	net, err := model.New(rt, m, []int{1, size, size}, 1)
	if err != nil {
		b.Fatal(err)
	}
	s, err := net.NewTrainStep(batch, "mse", 1)
	if err != nil {
		b.Fatal(err)
	}
	randomize(s.X)
	randomize(s.Target)
	run := func() {
		if _, err := s.Run(1); err != nil {
			b.Fatal(err)
		}
	}
	run() // takes memory into use
	for b.Loop() {
		run()
	}
	pixels := float64(batch * size * size)
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/pixels*1e9, "ns/pixel")
	b.ReportMetric(float64(s.Memory())/1e6, "MB-planned")
	b.ReportMetric(float64(op.FLOP(s.Outputs()...))/1e9, "GFLOP")
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkInference is one prediction of a batch.
func BenchmarkInference(b *testing.B) {
	for i, n := range benchNets {
		for _, batch := range []int{n.batch, 1} {
			b.Run(fmt.Sprintf("%s/%d", n.name, batch), func(b *testing.B) {
				u, _ := benchNet(b, i)
				p := model.NewPredictor(u, batch)
				defer p.Close()
				x := make([]float32, batch*u.Dim())
				out, level := make([]float32, len(x)), make([]float32, batch)
				randomize(x)
				for k := range level {
					level[k] = float32(k)
				}
				run := func() {
					if err := p.Predict(out, x, level); err != nil {
						b.Fatal(err)
					}
				}
				run() // packs the weights and takes memory into use
				b.ReportAllocs()
				for b.Loop() {
					run()
				}
				graph, err := u.InferenceGraph(batch)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(op.FLOP(graph))/1e9, "GFLOP")
			})
		}
	}
}
