package train

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/rng"
)

// networks are folders of other libraries' networks.
const networks = "../checkpoint/pretrained/testdata"

// inherit is Inherit of overrides.
func inherit(t *testing.T, remap bool, overrides ...string) (configs.Config, error) {
	t.Helper()
	return Inherit(func(base configs.Config) (configs.Config, error) {
		err := configs.Set(&base, overrides...)
		return base, err
	}, remap)
}

// A network of another library brings its settings, schedule, target and
// normalisation; a configuration that says otherwise is refused by the key.
func TestInherit(t *testing.T) {
	from := "init.from=" + networks + "/scale-shift-resnet"
	c, err := inherit(t, false, from, "data.kind=folder", "data.dir=photos", "model.unet2d.dropout=0.3", "train.lr=1e-5")
	if err != nil {
		t.Fatal(err)
	}
	if c.Model.Kind != "unet2d" || c.Model.UNet2D.TimeScaleShift != "scale_shift" || c.Schedule.Steps != 1000 || c.Objective.Target != "v" ||
		c.Data.Normalize != "symmetric" || c.Model.UNet2D.Dropout != 0.3 || c.Train.LR != 1e-5 || c.Data.Dir != "photos" || c.Data.Size != 8 {
		t.Errorf("%+v", c)
	}
	same := []string{from, "model.kind=unet2d", "schedule.steps=1000", "objective.target=v"}
	if _, err := inherit(t, false, same...); err != nil {
		t.Errorf("said again: %v", err)
	}
	for _, c := range []struct {
		set, want string
		remap, ok bool
	}{
		{set: "model.kind=unet", want: `model.kind is "unet2d" there, "unet" in the configuration: leave it out`},
		{set: "model.unet2d.layers_per_block=3", want: "model.unet2d.layers_per_block is "},
		{set: "model.unet2d.layers_per_block=3", want: "", ok: true}, // with --partial
		{set: "objective.target=epsilon", want: `objective.target is "v" there`},
		{set: "data.normalize=power", want: "data.normalize is "},
		{set: "schedule.steps=300", want: "schedule.steps is 1000 there, 300 in the configuration: leave it out, or feed the network the levels of equal SNR by --remap-levels"},
		{set: "schedule.steps=300", remap: true, ok: true},
		{set: "init.preset=ffhq_10m", want: "tells its network"},
		{set: "init.preset=ffhq", want: `init.preset: preset "ffhq" is unknown`},
	} {
		set := []string{from, c.set}
		if c.ok && !c.remap {
			set = append(set, "init.partial=true")
		}
		_, err := inherit(t, c.remap, set...)
		if c.ok != (err == nil) || err != nil && (!configs.IsUsage(err) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%s: %v, want %s", c.set, err, c.want)
		}
	}
	if c, err := inherit(t, false, "init.from=gmm64", "model.channels=4"); err != nil || c.Model.Channels != 4 {
		t.Errorf("weights of ours: %v", err)
	}
}

// foreignImages writes an array of images in [0,1].
func foreignImages(t *testing.T, shape ...int) string {
	t.Helper()
	x := make([]float32, 24*shape[0]*shape[1]*shape[2])
	r := rng.New(2, rng.DataTrain, 0, 0).Rand()
	for i := range x {
		x[i] = float32(r.Float64())
	}
	var b bytes.Buffer
	if err := weights.WriteNPY(&b, weights.FromFloat32("", append([]int{24}, shape...), x)); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "images.npy")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// A folder of another library is fine-tuned, whole or in part, goes on after a stop
// with the very same bits, and is written back with its own texts: what was not
// trained, and the rows of a learned variance, as they came.
func TestFineTuneFolder(t *testing.T) {
	learned := []string{"conv_out_variance.weight", "conv_out_variance.bias"}
	for _, c := range []struct {
		name  string
		shape []int
		set   []string
		moves func(name string) bool
	}{
		{"google-flat", []int{3, 12, 12}, nil, func(string) bool { return true }},
		{"google-flat", []int{3, 12, 12}, []string{"adapt.freeze=^down_blocks|^time"}, func(n string) bool {
			return !strings.HasPrefix(n, "down_blocks") && !strings.HasPrefix(n, "time")
		}},
		{"course-pipeline", []int{3, 8, 8}, []string{"adapt.lora.rank=2", `adapt.lora.targets=to_[qkv]\.weight|to_out\.0\.weight|conv\d\.weight`}, func(n string) bool {
			return strings.HasSuffix(n, ".weight") && (strings.Contains(n, ".to_") || strings.Contains(n, ".conv1.") || strings.Contains(n, ".conv2."))
		}},
		{"learned-sigma", []int{3, 12, 8}, nil, func(n string) bool { return !slices.Contains(learned, n) }},
	} {
		t.Run(fmt.Sprint(c.name, c.set), func(t *testing.T) {
			from := filepath.Join(networks, c.name)
			set := append([]string{"name=tuned", "threads=1", "init.from=" + from, "data.kind=npy", "data.dir=" + foreignImages(t, c.shape...),
				"train.batch=4", "train.lr=1e-3", "train.ema=0.9", "train.val_every=2", "checkpoint.keep=9", "eval.samples=2"}, c.set...)
			run := func(steps int, o Options) string {
				cfg, err := inherit(t, false, append(set, fmt.Sprint("train.steps=", steps))...)
				if err == nil {
					err = cfg.Validate()
				}
				if err != nil {
					t.Fatal(err)
				}
				res, err := Run(context.Background(), cfg, o)
				if err != nil {
					t.Fatal(err)
				}
				return res.Dir
			}
			whole := run(4, Options{Out: filepath.Join(t.TempDir(), "whole")})
			parts := run(2, Options{Out: filepath.Join(t.TempDir(), "parts")})
			run(4, Options{Resume: parts})
			for _, file := range []string{"weights.npz", "ema.npz", "optimizer.npz"} {
				a, err := os.ReadFile(filepath.Join(whole, CheckpointsDir, "step-4", file))
				b, err2 := os.ReadFile(filepath.Join(parts, CheckpointsDir, "step-4", file))
				if err != nil || err2 != nil || !bytes.Equal(a, b) {
					t.Errorf("%s differs after a stop: %v %v", file, err, err2)
				}
			}

			source, err := checkpoint.Import(from)
			if err != nil {
				t.Fatal(err)
			}
			tuned, err := checkpoint.Import(filepath.Join(parts, CheckpointsDir, "step-4"))
			if err != nil {
				t.Fatal(err)
			}
			for _, arrays := range [][]weights.Array{tuned.Weights, tuned.EMA} {
				for _, a := range arrays {
					was, ok := weights.Find(source.Weights, a.Name)
					if moved := !slices.Equal(was.Float32(), a.Float32()); !ok || moved && !c.moves(a.Name) {
						t.Errorf("%s changed", a.Name)
					} else if !moved && c.moves(a.Name) && strings.HasSuffix(a.Name, "conv1.weight") {
						t.Errorf("%s did not change", a.Name)
					}
				}
			}
			out := filepath.Join(t.TempDir(), "back")
			if err := tuned.Export(out, checkpoint.FormatDiffusers); err != nil {
				t.Fatal(err)
			}
			sameTexts(t, from, out)
			again, err := checkpoint.Import(out)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range tuned.Weights {
				if b, ok := weights.Find(again.Weights, a.Name); !ok || !slices.Equal(a.Float32(), b.Float32()) {
					t.Errorf("%s is not written back as it is", a.Name)
				}
			}
		})
	}
}

// sameTexts compares the settings of two folders to the byte.
func sameTexts(t *testing.T, want, got string) {
	t.Helper()
	err := filepath.WalkDir(want, func(path string, e os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" || e.Name() == "expected.json" {
			return err
		}
		name, err := filepath.Rel(want, path)
		if err != nil {
			return err
		}
		a, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		b, err := os.ReadFile(filepath.Join(got, name))
		if err == nil && !bytes.Equal(a, b) {
			t.Errorf("%s differs:\n%s\n%s", name, a, b)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
