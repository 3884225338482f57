package eval

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
)

// What an evaluation would refuse at its end is refused before, by the key.
func TestApplicable(t *testing.T) {
	mixture := configs.Default().Data
	mixture.Dim, mixture.Components, mixture.Samples = 4, 2, configs.Samples{Train: 30, Val: 5, Test: 5}
	array := configs.Data{Kind: "npy", Dir: filepath.Join(t.TempDir(), "x.npy"), Normalize: "power", Layout: "auto", Noise: configs.NoiseReal}
	f, err := os.Create(array.Dir)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, 40*36)
	for i := range x {
		x[i] = float32(i*i%97) / 97
	}
	if err := weights.WriteNPY(f, weights.FromFloat32("", []int{40, 36}, x)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	images := array
	images.Dir = filepath.Join(t.TempDir(), "images.npy")
	if f, err = os.Create(images.Dir); err != nil {
		t.Fatal(err)
	}
	if err := weights.WriteNPY(f, weights.FromFloat32("", []int{40, 6, 6}, x)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	dimension := images
	dimension.Normalize = "dimension"

	for name, tt := range map[string]struct {
		data configs.Data
		eval configs.Eval
		want string // "" for nothing to refuse
	}{
		"everything known":         {mixture, configs.Eval{SNR: "0", Methods: []string{"mean", "average:3"}, Baselines: []string{"ls", "wiener", "lmmse", "cme", "gmm:30"}}, ""},
		"of arrays":                {array, configs.Eval{SNR: "0", Methods: []string{"mean"}, Baselines: []string{"ls", "lmmse", "gmm:3"}}, ""},
		"of images":                {images, configs.Eval{SNR: "0", Baselines: []string{"nlm", "tv", "wavelet"}}, ""},
		"cme without a prior":      {array, configs.Eval{SNR: "0", Baselines: []string{"cme"}}, "cme needs a known prior"},
		"filters of signals":       {array, configs.Eval{SNR: "0", Baselines: []string{"ls", "nlm"}}, "nlm denoises images"},
		"filters of coloured":      {dimension, configs.Eval{SNR: "0", Baselines: []string{"tv"}}, "data.normalize = dimension"},
		"more components than":     {mixture, configs.Eval{SNR: "0", Baselines: []string{"gmm:31"}}, "gmm:31: want 1 to 30"},
		"no such method":           {mixture, configs.Eval{SNR: "0", Methods: []string{"median"}}, "eval.methods"},
		"an SNR that is no number": {mixture, configs.Eval{SNR: "loud", Methods: []string{"mean"}}, "eval.snr"},
	} {
		set, err := data.Open(context.Background(), tt.data, 1)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		err = Applicable(set, tt.eval)
		if tt.want == "" && err != nil || tt.want != "" && (!configs.IsUsage(err) || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}
