package train

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"github.com/condmean/condmean/configs"
)

// BenchmarkRun is a training step of the paper's network for its mixture with
// all that belongs to it: data, noise, network, optimizer, average, metrics.
func BenchmarkRun(b *testing.B) {
	c := configs.Default()
	c.Data.Samples = configs.Samples{Train: 2048, Val: 64, Test: 64}
	c.Train.Steps, c.Train.ValEvery = b.N, math.MaxInt32
	if b.N == 1 {
		return // building the network would be most of it
	}
	if _, err := Run(context.Background(), c, Options{Out: filepath.Join(b.TempDir(), "run")}); err != nil {
		b.Fatal(err)
	}
}
