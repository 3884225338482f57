//go:build xla && (linux || darwin)

package train

import (
	"context"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/device"
	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/op"
)

// deviceNets are the networks of bench/device.py.
var deviceNets = []struct {
	name  string
	shape []int
	batch int
	model func(*configs.Model)
}{
	{"mnist", []int{1, 28, 28}, 128, func(m *configs.Model) {
		m.Kind, m.Channels, m.Multipliers, m.Blocks, m.Norm = "unet", 16, []int{1, 2, 4}, 2, "batch"
	}},
	{"mlp", []int{1, 64}, 512, func(m *configs.Model) {
		m.Kind, m.MLP = "mlp", configs.MLP{Width: 256, Hidden: 512, Blocks: 3, Slots: 256, Gated: 768}
	}},
	{"ddpm-cifar10", []int{3, 32, 32}, 128, func(m *configs.Model) {
		m.Kind, m.UNet2D = "unet2d", configs.DefaultUNet2D()
		m.UNet2D.BlockOutChannels = []int{128, 256, 256, 256}
		m.UNet2D.DownBlockTypes = []string{"DownBlock2D", "AttnDownBlock2D", "DownBlock2D", "DownBlock2D"}
		m.UNet2D.UpBlockTypes = []string{"UpBlock2D", "UpBlock2D", "AttnUpBlock2D", "UpBlock2D"}
		m.UNet2D.AttentionHeadDim, m.UNet2D.NormEps, m.UNet2D.DownsamplePad, m.UNet2D.FlipSinToCos, m.UNet2D.FreqShift = 0, 1e-6, 0, false, 1
	}},
}

// BenchmarkDeviceStep takes whole training steps on the device that CONDMEAN_DEVICE
// names, with the precision of CONDMEAN_PRECISION: examples drawn here and sent, Adam
// and averages there, the loss fetched. CONDMEAN_BATCH overrides the batch.
func BenchmarkDeviceStep(b *testing.B) {
	name := os.Getenv("CONDMEAN_DEVICE")
	if name == "" {
		b.Skip("CONDMEAN_DEVICE names no device")
	}
	d, err := device.Open(name, device.Options{Precision: os.Getenv("CONDMEAN_PRECISION"), Err: os.Stderr})
	if err != nil {
		b.Fatal(err)
	}
	rt, err := op.NewRuntime(0)
	if err != nil {
		b.Fatal(err)
	}
	defer rt.Close()
	for _, n := range deviceNets {
		b.Run(n.name, func(b *testing.B) {
			c := configs.Default()
			n.model(&c.Model)
			c.Train.Batch, c.Train.EMA = n.batch, 0.999
			if small := os.Getenv("CONDMEAN_BATCH"); small != "" {
				if err := configs.Set(&c, "train.batch="+small); err != nil {
					b.Fatal(err)
				}
			}
			l, err := newTrainer(rt, c, n.shape, d)
			if err != nil {
				b.Fatal(err)
			}
			defer func() {
				if err := l.Close(); err != nil {
					b.Error(err)
				}
			}()
			from := &firstBatch{data.Batch{X: make([]float32, c.Train.Batch*dims.Count(n.shape)), IDs: make([]int, c.Train.Batch)}}
			for i := range from.X {
				from.X[i] = float32(rand.NormFloat64())
			}
			step := 0
			take := func() {
				step++
				if _, err := l.Step(context.Background(), turn{step: step, update: step, lr: 1e-4}, from); err != nil {
					b.Fatal(err)
				}
			}
			for range 3 {
				take()
			}
			b.ResetTimer()
			for range b.N {
				take()
			}
			b.ReportMetric(float64(c.Train.Batch*b.N)/b.Elapsed().Seconds(), "samples/s")
		})
	}
}
