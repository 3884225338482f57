package train

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
)

// complexRun is a network for complex data in the layout of the published code,
// with what PyTorch computes from it (bench/complexnet.py).
const complexRun = "../model/testdata/torch/unet1d_complex"

// finetune returns the settings of a run that begins with that network, on the
// samples that PyTorch evaluated it on, and what PyTorch found.
func finetune(t *testing.T) (configs.Config, func(name string) []float64) {
	t.Helper()
	expected, err := weights.ReadNPZFile(filepath.Join(complexRun, "expected.npz"))
	if err != nil {
		t.Fatal(err)
	}
	find := func(name string) weights.Array {
		a, ok := weights.Find(expected, name)
		if !ok {
			t.Fatalf("expected.npz has no %s", name)
		}
		return a
	}
	dir := t.TempDir()
	for _, split := range []string{"train.npy", "val.npy", "test.npy"} {
		var b bytes.Buffer
		if err := weights.WriteNPY(&b, find("test")); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, split), b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	src, err := readSource(configs.Init{From: complexRun})
	if err != nil {
		t.Fatal(err)
	}
	c := tiny()
	c.Data = src.Config.Data
	c.Data.Dir = dir
	c.Schedule, c.Model, c.Objective = src.Config.Schedule, src.Config.Model, src.Config.Objective
	c.Init.From = complexRun
	c.Train.EMA, c.Train.LR, c.Train.Steps, c.Train.ValEvery = 0, 1e-9, 1, 1 // stays where it is
	return c, func(name string) []float64 { return find(name).Float64() }
}

// TestComplexLoss fine-tunes an imported complex network. Its validation loss is
// the one PyTorch has with other noise on the same samples, and it denoises as well.
func TestComplexLoss(t *testing.T) {
	c, expected := finetune(t)
	dir := filepath.Join(t.TempDir(), "run")
	r, err := Run(context.Background(), c, Options{Out: dir})
	if err != nil {
		t.Fatal(err)
	}
	loss := expected("loss_eval") // mean and standard deviation over samples
	if se := loss[1] / math.Sqrt(512); !(math.Abs(r.Best-loss[0]) < 4*se) {
		t.Errorf("validation loss %.4f, PyTorch's %.4f ± %.4f", r.Best, loss[0], se)
	}
	lines := readMetrics(t, dir)
	nmse := lines[len(lines)-1].NMSE
	sweep := expected("sweep") // rows of SNR, NMSE of the chain, its interval, one-shot, CME, LMMSE
	for row, key := range map[int]string{1: "0", 2: "10", 3: "20"} {
		// A quarter of a dB is three standard errors on 256 samples.
		if d := nmse[key] - sweep[6*row+3]; !(math.Abs(d) < 0.5) {
			t.Errorf("%s dB: one-shot NMSE %.3f dB, PyTorch's %.3f", key, nmse[key], sweep[6*row+3])
		}
	}
}

// TestInitRefusesConvention: weights know one convention.
func TestInitRefusesConvention(t *testing.T) {
	c, _ := finetune(t)
	c.Data.Noise = configs.NoiseReal
	_, err := Run(context.Background(), c, Options{Out: filepath.Join(t.TempDir(), "run")})
	if !configs.IsUsage(err) || !strings.Contains(err.Error(), "set data.noise=complex") {
		t.Errorf("a complex network on real data: %v", err)
	}
	// Weights alone have none.
	src, err := readSource(configs.Init{From: complexRun})
	if err != nil {
		t.Fatal(err)
	}
	c.Init.From = writeNPZ(t, filepath.Join(t.TempDir(), "x.npz"), src.Weights)
	if _, _, err := beginOn(t, c, 2, 8); err != nil {
		t.Errorf("weights alone: %v", err)
	}
}
