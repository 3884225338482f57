package pretrained

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/dims"
)

func trained(t testing.TB, m *Model) Trained {
	t.Helper()
	tensors, err := m.Weights()
	if err != nil {
		t.Fatal(err)
	}
	return Trained{Network: m.Network, Schedule: m.Schedule, Objective: m.Objective, Sample: m.Sample, Tensors: tensors}
}

// writeTorch writes a .pt file.
func writeTorch(w io.Writer, o Origin, x Trained) error {
	write, err := o.Torch(x)
	if err != nil {
		return err
	}
	return write(w)
}

// write puts files into a folder.
func write(t testing.TB, files []File) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		var b bytes.Buffer
		if err := f.Write(&b); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// equal compares what was opened twice, bit by bit.
func equal(t *testing.T, got, want *Model) {
	t.Helper()
	if !reflect.DeepEqual(got.Network, want.Network) || !reflect.DeepEqual(got.Schedule, want.Schedule) || got.Objective != want.Objective ||
		!slices.Equal(got.Sample, want.Sample) || got.Clip != want.Clip {
		t.Errorf("settings differ:\n%+v %+v %+v\n%+v %+v %+v", got.Network.UNet2D, got.Schedule, got.Objective, want.Network.UNet2D, want.Schedule, want.Objective)
	}
	if !reflect.DeepEqual(trained(t, got).Tensors, trained(t, want).Tensors) {
		t.Error("tensors differ")
	}
}

// A folder that was opened is written as it was: settings to the byte, the tensors
// that the library has, by today's names, to the bit.
func TestWriteFolder(t *testing.T) {
	for _, f := range fixtures {
		if f.layout == LayoutOpenAI {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			m, e := open(t, f), readExpected(t, f.name)
			// What a checkpoint keeps of the origin is enough.
			text, err := json.Marshal(m.Origin)
			if err != nil {
				t.Fatal(err)
			}
			var origin Origin
			if err := json.Unmarshal(text, &origin); err != nil || !reflect.DeepEqual(origin, m.Origin) {
				t.Fatalf("the origin is not read back: %v", err)
			}
			files, err := origin.Files(trained(t, m))
			if err != nil {
				t.Fatal(err)
			}
			dir := write(t, files)
			for _, file := range files {
				if !strings.HasSuffix(file.Name, ".json") {
					continue
				}
				got, err1 := os.ReadFile(filepath.Join(dir, file.Name))
				want, err2 := os.ReadFile(filepath.Join(f.path(), file.Name))
				if err1 != nil || err2 != nil || !bytes.Equal(got, want) {
					t.Errorf("%s differs: %v %v\n%s", file.Name, err1, err2, got)
				}
			}
			again, err := Open(dir, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := again.Close(); err != nil {
					t.Error(err)
				}
			}()
			equal(t, again, m)
			written, err := weights.ReadFile(again.From)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(sortedKeys(weights.Keys(written.Arrays)), sortedShapes(e)) || written.Metadata["format"] != "pt" {
				t.Errorf("tensors %v", sortedKeys(weights.Keys(written.Arrays)))
			}
			if slices.ContainsFunc(written.Arrays, func(a weights.Array) bool { return a.DType != weights.Float32 }) {
				t.Error("not float32")
			}
		})
	}
}

// A .pt of OpenAI's code goes back through the same map: names, shapes and bits.
func TestWriteTorch(t *testing.T) {
	for _, f := range fixtures {
		if f.layout != LayoutOpenAI {
			continue
		}
		for _, newOrder := range []bool{false, true} { // rows that are in another order come back as well
			flags := *f.options.OpenAI
			flags.NewAttentionOrder = newOrder
			g := f
			g.options.OpenAI = &flags
			m := open(t, g)
			var b bytes.Buffer
			if err := writeTorch(&b, m.Origin, trained(t, m)); err != nil {
				t.Fatal(err)
			}
			got, err := weights.ReadTorch(bytes.NewReader(b.Bytes()), int64(b.Len()))
			if err != nil {
				t.Fatal(err)
			}
			want, err := weights.ReadFile(m.From)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Arrays) != len(want.Arrays) {
				t.Errorf("%s: %d tensors, want %d", f.name, len(got.Arrays), len(want.Arrays))
			}
			for _, w := range want.Arrays {
				g, _ := weights.Find(got.Arrays, w.Name)
				if !slices.Equal(g.Shape, w.Shape) || !slices.Equal(g.Float32(), w.Float32()) {
					t.Errorf("%s: %s differs", f.name, w.Name)
				}
			}
		}
	}
}

// A network of OpenAI's code is one of the library where its settings can say it.
func TestOpenAIAsFolder(t *testing.T) {
	for _, f := range fixtures {
		if f.layout != LayoutOpenAI {
			continue
		}
		m := open(t, f)
		files, err := m.Origin.Files(trained(t, m))
		if f.name == "improved-cosine" { // is fed rescaled times
			if err == nil || !configs.IsUsage(err) || !strings.Contains(err.Error(), "time_factor") {
				t.Errorf("error %v", err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		again, err := Open(write(t, files), Options{})
		if err != nil {
			t.Fatal(err)
		}
		again.Network.UNet2D.Embedding = 32 // is that of the first level
		equal(t, again, m)
		if again.Origin.Layout != LayoutPipeline {
			t.Errorf("layout %s", again.Origin.Layout)
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}
}

// What training changed is written, the rest of the settings stays; unknown keys too.
func TestWriteChanges(t *testing.T) {
	m := open(t, fixtures[1])
	m.Origin.Config = strings.Replace(m.Origin.Config, "{", `{ "unknown": [1, null], `, 1)
	x := trained(t, m)
	x.Network.UNet2D.Dropout = 0.25
	x.Objective.Target = "v"
	x.Schedule = configs.Schedule{Kind: "linear", Steps: 50, BetaEnd: 0.2} // begins at 1/10001
	o := m.Origin
	o.Layout = LayoutModel
	files, err := o.Files(x)
	if err != nil {
		t.Fatal(err)
	}
	dir := write(t, files)
	again, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}()
	if again.Network.UNet2D.Dropout != 0.25 || again.Objective.Target != "v" || again.Schedule.Kind != "custom" || again.Schedule.Steps != 50 ||
		again.Schedule.Betas[0] != 1.0/10001 || again.Schedule.Betas[49] != 0.2 || again.Origin.Layout != LayoutModel {
		t.Errorf("%+v %+v", again.Network.UNet2D, again.Schedule)
	}
	if !strings.Contains(again.Origin.Config, `"unknown"`) || !strings.Contains(again.Origin.Scheduler, `"timestep_spacing": "leading"`) {
		t.Error("settings were lost")
	}
	x.Schedule = configs.Schedule{Kind: "quadratic", Steps: 50, BetaStart: 1e-3, BetaEnd: 0.2}
	text, err := o.scheduler(x)
	if err != nil || !strings.Contains(text, `"scaled_linear"`) || !strings.Contains(text, `"trained_betas": null`) {
		t.Errorf("%v %s", err, text)
	}
	for name, change := range map[string]func(*Trained){
		"not those of the network":  func(x *Trained) { x.Network.UNet2D.NormEps = 1e-3 },
		"objective.target":          func(x *Trained) { x.Objective.Target = "mean" },
		"model.kind":                func(x *Trained) { x.Network.Kind = "unet" },
		"conv_in.weight is missing": func(x *Trained) { x.Tensors = x.Tensors[1:] },
		"conv_in.weight has shape":  func(x *Trained) { x.Tensors = slices.Clone(x.Tensors); x.Tensors[0].Shape = []int{1} },
		"extra has no place": func(x *Trained) {
			x.Tensors = append(slices.Clone(x.Tensors), weights.FromFloat32("extra", []int{1}, []float32{1}))
		},
	} {
		y := x
		change(&y)
		if _, err := o.Files(y); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// A network that was trained here becomes a pipeline that opens as what it was.
func TestWriteNew(t *testing.T) {
	for name, change := range map[string]func(u *configs.UNet2D){
		"default": func(*configs.UNet2D) {},
		"learned": func(u *configs.UNet2D) {
			u.LearnedVariance, u.TimeScaleShift, u.AttnNormGroups = true, "scale_shift", 4
		},
		"one head": func(u *configs.UNet2D) { u.AttentionHeadDim, u.MidBlockScale = 0, 2 },
		"fourier":  func(u *configs.UNet2D) { u.TimeEmbedding, u.MidBlockType = "fourier", "none" },
		"table":    func(u *configs.UNet2D) { u.TimeEmbedding, u.TrainTimesteps, u.TimeEmbeddingDim = "learned", 20, 12 },
	} {
		u := configs.DefaultUNet2D()
		u.BlockOutChannels, u.NormNumGroups, u.LayersPerBlock = []int{8, 8, 8, 16}, 4, 1
		change(&u)
		x := Trained{Network: configs.Model{Kind: "unet2d", UNet2D: u}, Schedule: configs.Schedule{Kind: "cosine", Steps: 20},
			Objective: configs.Objective{Target: "x0", Loss: "mse", Weighting: "none"}, Sample: []int{1, 8, 16}}
		for i, p := range pieces(u, 1, diffusers) {
			x.Tensors = append(x.Tensors, weights.FromFloat32(p.name, p.shape, slices.Repeat([]float32{float32(i)}, dims.Count(p.shape))))
		}
		files, err := Origin{}.Files(x)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		m, err := Open(write(t, files), Options{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := trained(t, m)
		if !reflect.DeepEqual(got, x) || m.Origin.Layout != LayoutPipeline {
			t.Errorf("%s: %+v, want %+v", name, got.Network, x.Network)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
}
