package configs

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLoadRefuses(t *testing.T) {
	dir := t.TempDir()
	big := filepath.Join(dir, "big.yaml")
	if err := os.WriteFile(big, bytes.Repeat([]byte("#"), maxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		"quickstrat":                     "quickstrat: no preset and no file of this name; did you mean quickstart? presets: audio, cifar10-ddpm, cifar10, fashion-gmm, fashion, folder, gmm64-unet, gmm64, mnist-gmm, mnist-unet2d, mnist, npy, quickstart",
		filepath.Join(dir, "none.yaml"):  "none.yaml: no preset and no file of this name; presets: audio, cifar10-ddpm, cifar10, fashion-gmm, fashion, folder, gmm64-unet, gmm64, mnist-gmm, mnist-unet2d, mnist, npy, quickstart",
		"":                               "no preset and no file of this name",
		big:                              "more than the 1048576 that such a file may have",
		dir:                              "not a regular file but a folder",
		filepath.Join(big, "below.yaml"): "not a directory",
	}
	for name, want := range tests {
		if _, err := Load(name); err == nil || !strings.Contains(err.Error(), want) || !IsUsage(err) {
			t.Errorf("%q: error %v; want a UsageError with %q", name, err, want)
		}
	}
}

func TestLoadFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, []byte("seed: 5\ntrain:\n  lrr: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(file); err == nil || !strings.Contains(err.Error(), file+":3: ") {
		t.Errorf("error %v; want file and line", err)
	}
}

// The published facts of the paper's N = 64 experiment.
func TestGMM64IsThePapers(t *testing.T) {
	cfg, err := Load("gmm64-unet")
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Name = "gmm64-unet"
	want.Data.Dim, want.Data.Components = 64, 128
	want.Data.Samples = Samples{100_000, 10_000, 10_000}
	want.Schedule = Schedule{Kind: "linear", Steps: 300}
	want.Model = Model{Kind: "unet", Channels: 16, Multipliers: []int{1, 2, 4, 8}, Blocks: 2, Norm: "batch"}
	cfg.Model = cfg.Model.ReadBy("unet")
	want.Objective = Objective{Target: "epsilon", Loss: "mse", Weighting: "none"}
	want.Train.Epochs, want.Train.Batch, want.Train.Optimizer = 500, 128, "adam"
	for _, d := range Diff(want, cfg) {
		if !strings.HasPrefix(d.Key, "eval.") && d.Key != "train.lr" && d.Key != "train.log_every" {
			t.Errorf("differs from the paper: %v", d)
		}
	}
	if cfg.Train.LR < 1e-5 || cfg.Train.LR > 1e-3 {
		t.Errorf("learning rate %v is outside the paper's [1e-5, 1e-3]", cfg.Train.LR)
	}
}
