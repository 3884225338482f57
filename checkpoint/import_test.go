package checkpoint

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/atomicfile"
	"github.com/condmean/condmean/model"
)

// imported is a small network with random weights and statistics.
func imported(t *testing.T, change func(*configs.Config)) *Imported {
	t.Helper()
	c := configs.Default()
	c.Data.Dim, c.Schedule.Steps = 16, 20
	c.Model.Channels, c.Model.Multipliers, c.Model.Blocks = 8, []int{1, 2}, 1
	if change != nil {
		change(&c)
	}
	im := &Imported{Config: &c, Sample: []int{1, 16}, Step: 7, Data: json.RawMessage(`{"train":80,"val":10,"test":10,"shape":[1,16],"hash":"0f"}`), Norm: map[string][]float64{"mean": slices.Repeat([]float64{1. / 3}, 16), "scale": {0.1}}}
	state, _, err := model.Declare(c.Model, im.Sample)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, s := range state {
		n := 1
		for _, d := range s.Shape {
			n *= d
		}
		data := make([]float32, n)
		for i := range data {
			data[i] = float32(r.NormFloat64())
		}
		switch {
		case strings.HasSuffix(s.Name, "num_batches_tracked"):
			data[0] = 12
		case strings.HasSuffix(s.Name, "running_var"):
			for i, v := range data {
				data[i] = v * v
			}
		}
		im.Weights = append(im.Weights, weights.FromFloat32(s.Name, s.Shape, data))
	}
	return im
}

// What an export tells comes back bitwise, whatever the network.
func TestExportImport(t *testing.T) {
	for name, change := range map[string]func(*configs.Config){
		"unet":  nil,
		"group": func(c *configs.Config) { c.Model.Norm = "group" },
		"cnn": func(c *configs.Config) {
			c.Model.Kind, c.Model.CNN = "cnn", configs.CNN{Pre: []int{8, 16}, Post: []int{8}, TimeLayers: 2, Embedding: 8}
		},
		"mlp": func(c *configs.Config) {
			c.Model.Kind, c.Model.MLP = "mlp", configs.MLP{Width: 16, Hidden: 24, Blocks: 2, Slots: 12}
		},
		"experts": func(c *configs.Config) {
			c.Model.Kind, c.Model.Experts = "experts", configs.Experts{Count: 5, Rank: 3, Levels: c.Schedule.Steps}
		},
	} {
		for _, f := range []Format{FormatOwn, FormatAuthors, FormatSafetensors, FormatNPZ, FormatTorch} {
			t.Run(name+" "+string(f), func(t *testing.T) {
				im := imported(t, change)
				path := filepath.Join(t.TempDir(), "x")
				if f != FormatOwn && f != FormatAuthors {
					path += "." + string(f)
				}
				err := im.Export(path, f)
				if name != "unet" && name != "group" && f == FormatAuthors {
					if err == nil || !strings.Contains(err.Error(), name) {
						t.Errorf("error %v", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				got, err := Import(path)
				if err != nil {
					t.Fatal(err)
				}
				byName := map[string][]float32{}
				for _, a := range got.Weights {
					byName[a.Name] = a.Float32()
				}
				for _, a := range im.Weights {
					if !slices.Equal(byName[a.Name], a.Float32()) {
						t.Errorf("%s differs", a.Name)
					}
				}
				if len(got.Weights) != len(im.Weights) {
					t.Errorf("%d tensors, want %d", len(got.Weights), len(im.Weights))
				}
				if f == FormatOwn || f == FormatSafetensors {
					if d := cmp.Diff(im.Norm, got.Norm); d != "" || !slices.Equal(got.Sample, im.Sample) || got.Step != im.Step || !bytes.Equal(got.Data, im.Data) || len(configs.Diff(*im.Config, *got.Config)) > 0 {
						t.Errorf("sample %v, step %d, data %s, settings %v, statistics (-want +got):\n%s", got.Sample, got.Step, got.Data, configs.Diff(*im.Config, *got.Config), d)
					}
				}
				if f == FormatAuthors && (!slices.Equal(got.Sample, im.Sample) || got.Config.Model.Norm != im.Config.Model.Norm || got.Config.Schedule.Steps != 20) {
					t.Errorf("sample %v, settings %+v", got.Sample, got.Config)
				}
				if leftover, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); err != nil || leftover != nil {
					t.Errorf("left behind: %v", leftover)
				}
			})
		}
	}
}

// Settings that the published code does not know are refused by name.
func TestExportRefuses(t *testing.T) {
	for want, change := range map[string]func(*configs.Config){
		"schedule.kind cosine": func(c *configs.Config) { c.Schedule = configs.Schedule{Kind: "cosine", Steps: 20} },
		"objective.target v":   func(c *configs.Config) { c.Objective.Target = "v" },
	} {
		path := filepath.Join(t.TempDir(), "x")
		if err := imported(t, change).Export(path, FormatAuthors); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
		if _, err := os.Lstat(path); err == nil {
			t.Error("something is written all the same")
		}
	}
	im := imported(t, nil)
	im.Config = nil
	if err := im.Export(filepath.Join(t.TempDir(), "x"), FormatOwn); err == nil {
		t.Error("a checkpoint without settings")
	}
}

// Samples of one channel have no imaginary parts, whatever settings say.
func TestImportComplexNeedsParts(t *testing.T) {
	for _, f := range []Format{FormatOwn, FormatSafetensors} {
		im := imported(t, func(c *configs.Config) { c.Data.Kind, c.Data.Noise = "npy", configs.NoiseComplex })
		path := filepath.Join(t.TempDir(), "x")
		if f == FormatSafetensors {
			path += ".safetensors"
		}
		if err := im.Export(path, f); err != nil {
			t.Fatal(err)
		}
		if _, err := Import(path); err == nil || !strings.Contains(err.Error(), "data.noise: complex needs real and imaginary parts") || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v", f, err)
		}
	}
}

// Metadata are no more trusted than anything else in a file.
func TestImportHostileMetadata(t *testing.T) {
	im := imported(t, nil)
	for name, meta := range map[string]map[string]string{
		"not YAML":      {metaConfig: "a: [b"},
		"unknown key":   {metaConfig: "model: {widths: 3}"},
		"not JSON":      {metaSample: "[1,"},
		"another type":  {metaSample: `{"a":1}`},
		"not a step":    {metaStep: `"seven"`},
		"nested":        {metaNorm: `{"mean":[[1]]}`},
		"negative size": {metaSample: "[1,-16]"},
		"huge size":     {metaSample: "[1,1000000000000]"},
		"infinite size": {metaSample: "[1e300]"},
		"no print":      {metaData: `{"train":`},
	} {
		path := filepath.Join(t.TempDir(), "x.safetensors")
		if err := atomicfile.WriteFunc(path, func(w io.Writer) error { return weights.WriteSafetensors(w, im.Weights, meta) }); err != nil {
			t.Fatal(err)
		}
		if _, err := Import(path); err == nil || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	// A network that no memory holds is refused before any is taken.
	im.Config.Model.Channels, im.Config.Model.Multipliers = 8192, []int{1, 1, 1, 1}
	if _, err := im.Fit(nil, false); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Errorf("error %v for a huge network", err)
	}
}
