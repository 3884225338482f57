package checkpoint_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

// complexRun is a network for complex data in the layout of the published code,
// with what PyTorch computes from it (bench/complexnet.py).
const complexRun = "../model/testdata/torch/unet1d_complex"

func mustImport(t *testing.T, path string) *checkpoint.Imported {
	t.Helper()
	im, err := checkpoint.Import(path)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

// TestComplexGeneration generates by an imported complex network: the chain from
// given noise, and the power of samples drawn with the noise that its settings tell.
func TestComplexGeneration(t *testing.T) {
	im := mustImport(t, complexRun)
	std := im.Config.Data.NoiseStd()
	if std != math.Sqrt2/2 {
		t.Fatalf("one real value of ε has the standard deviation %v, want 1/√2", std)
	}
	rt, err := op.NewRuntime(2)
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	net, err := model.New(rt, im.Config.Model, im.Sample, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := net.Load(checkpoint.Tensors(im.Weights)); err != nil {
		t.Fatal(err)
	}
	s, err := sched.New(im.Config.Schedule)
	if err != nil {
		t.Fatal(err)
	}
	expected, err := weights.ReadNPZFile(filepath.Join(complexRun, "expected.npz"))
	if err != nil {
		t.Fatal(err)
	}
	find := func(name string) []float64 {
		a, ok := weights.Find(expected, name)
		if !ok {
			t.Fatalf("expected.npz has no %s", name)
		}
		return a.Float64()
	}
	p := model.NewPredictor(net, 500)
	x := find("noise")
	if err := sched.Mean(context.Background(), p, x, s.Steps(float64(s.T-1)), nil); err != nil {
		t.Fatal(err)
	}
	diff, norm := 0.0, 0.0
	for i, want := range find("generated") {
		diff += (x[i] - want) * (x[i] - want)
		norm += want * want
	}
	t.Logf("relative error of the chain %.2g", math.Sqrt(diff/norm))
	if !(math.Sqrt(diff/norm) < 1e-5) {
		t.Errorf("the chain from given noise differs from PyTorch by %.2g", math.Sqrt(diff/norm))
	}

	const n = 3000
	if x, err = s.Generate(context.Background(), p, n, sched.GenerateOptions{Seed: 5, Std: std}); err != nil {
		t.Fatal(err)
	}
	values := float64(len(x) / 2)
	power, want, se := 0.0, find("resampled")[0], find("resampled")[1]
	for _, v := range x {
		power += v * v / values
	}
	se *= math.Sqrt(1 + 20_000./n) // of PyTorch's 20,000 samples, and of ours
	t.Logf("power %.4f a complex value, PyTorch %.4f, standard error %.4f", power, want, se)
	if !(math.Abs(power-want) < 4*se) {
		t.Errorf("generated samples have power %.4f a complex value, PyTorch's %.4f ± %.4f", power, want, se)
	}
}

// TestComplexExport: every format that tells settings tells the convention, and
// the published code's folders say complex_data for what is under it, alone.
func TestComplexExport(t *testing.T) {
	for source, complex := range map[string]bool{complexRun: true, "../model/testdata/torch/unet1d_gmm": false} {
		for _, f := range []checkpoint.Format{checkpoint.FormatOwn, checkpoint.FormatSafetensors, checkpoint.FormatAuthors} {
			im := mustImport(t, source)
			path := filepath.Join(t.TempDir(), "x")
			if f == checkpoint.FormatSafetensors {
				path += ".safetensors"
			}
			if err := im.Export(path, f); err != nil {
				t.Fatal(err)
			}
			if got := mustImport(t, path).Config.Data.Noise; (got == configs.NoiseComplex) != complex {
				t.Errorf("%s as %s comes back with data.noise %s", source, f, got)
			}
			if f != checkpoint.FormatAuthors {
				continue
			}
			b, err := os.ReadFile(filepath.Join(path, "sim_params.json"))
			if err != nil {
				t.Fatal(err)
			}
			var params map[string]struct {
				Complex *bool `json:"complex_data"`
			}
			if err := json.Unmarshal(b, &params); err != nil {
				t.Fatal(err)
			}
			for _, section := range []string{"data_dict", "diff_model_dict"} {
				if c := params[section].Complex; c == nil || *c != complex {
					t.Errorf("%s: %s.complex_data is not %v", source, section, complex)
				}
			}
		}
	}
}

// TestComplexFlag: a folder that does not say complex_data means the published
// code's default, and real and imaginary parts need two channels.
func TestComplexFlag(t *testing.T) {
	const real = "../model/testdata/torch/unet1d_gmm"
	for _, v := range []struct{ source, old, new, noise, refused string }{
		{complexRun, `"complex_data": true`, `"complex_data": false`, configs.NoiseReal, ""},
		{complexRun, `"complex_data": true,`, ``, configs.NoiseComplex, ""},
		{real, `"complex_data": false`, `"complex_data": true`, "", "odd number of channels"},
		{real, `"complex_data": false,`, ``, "", "odd number of channels"},
	} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(v.source)); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, "sim_params.json")
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		head, model, _ := bytes.Cut(b, []byte(`"diff_model_dict"`))
		b = append(head, append([]byte(`"diff_model_dict"`), bytes.ReplaceAll(model, []byte(v.old), []byte(v.new))...)...)
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		im, err := checkpoint.Import(dir)
		switch {
		case v.refused != "":
			if err == nil || !strings.Contains(err.Error(), v.refused) || !strings.Contains(err.Error(), "complex_data") {
				t.Errorf("%s with %s: error %v", v.source, v.new, err)
			}
		case err != nil:
			t.Error(err)
		case im.Config.Data.Noise != v.noise:
			t.Errorf("%s with %s: data.noise %s, want %s", v.source, v.new, im.Config.Data.Noise, v.noise)
		}
	}
}
