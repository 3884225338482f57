package pretrained

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/internal/hostile"
)

// copyFixture copies a fixture, without what it is expected to give.
func copyFixture(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", name))); err != nil {
		t.Fatal(err)
	}
	return dir
}

func replace(t *testing.T, file, old, new string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err == nil {
		if !strings.Contains(string(b), old) {
			t.Fatalf("%s does not hold %s", file, old)
		}
		err = os.WriteFile(file, []byte(strings.Replace(string(b), old, new, 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func move(t *testing.T, dir, old, new string) {
	t.Helper()
	if err := os.Rename(filepath.Join(dir, old), filepath.Join(dir, new)); err != nil {
		t.Fatal(err)
	}
}

// Folders that are not as they should be are refused in one line; some that are odd
// open all the same.
func TestFolders(t *testing.T) {
	const st, bin = "unet/diffusion_pytorch_model.safetensors", "unet/diffusion_pytorch_model.bin"
	for _, c := range []struct {
		name    string
		options Options
		change  func(dir string)
		want    string // of the error; "" if it opens
		note    string
	}{
		{name: "as it is", change: func(string) {}},
		{name: "scheduler beside the index", change: func(dir string) { move(t, dir, "scheduler/scheduler_config.json", "scheduler_config.json") }},
		{name: "no scheduler", change: func(dir string) { move(t, dir, "scheduler", "s") }, note: "no scheduler_config.json"},
		{name: "latent", change: func(dir string) {
			replace(t, filepath.Join(dir, "model_index.json"), "{", `{"vae": ["diffusers", "AutoencoderKL"],`)
		}, want: "vae: "},
		{name: "no latent", change: func(dir string) {
			replace(t, filepath.Join(dir, "model_index.json"), "{", `{"vae": [null, null], "mel": ["diffusers", "Mel"],`)
		}},
		{name: "text", change: func(dir string) {
			replace(t, filepath.Join(dir, "model_index.json"), "{", `{"text_encoder": ["transformers", "CLIPTextModel"],`)
		}, want: "text_encoder: "},
		{name: "conditional", change: func(dir string) {
			replace(t, filepath.Join(dir, "model_index.json"), "UNet2DModel", "UNet2DConditionModel")
		}, want: "unet = "},
		{name: "variant", change: func(dir string) { move(t, dir, st, "unet/diffusion_pytorch_model.fp16.safetensors") }, note: "variant fp16"},
		{name: "variants", change: func(dir string) {
			move(t, dir, st, "unet/diffusion_pytorch_model.fp16.safetensors")
			replace(t, filepath.Join(dir, "unet/config.json"), "{", "{")
			if err := os.WriteFile(filepath.Join(dir, "unet/diffusion_pytorch_model.non_ema.bin"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, want: "variants fp16, non_ema; say which"},
		{name: "no such variant", options: Options{Variant: "a\nb"}, change: func(string) {}, want: `no weights of variant "a\nb"`},
		{name: "shards", change: func(dir string) { move(t, dir, st, st+".index.json") }, want: "several files"},
		{name: "no weights", change: func(dir string) { move(t, dir, st, "unet/model.safetensors") }, want: "no diffusion_pytorch_model.safetensors or .bin"},
		{name: "no pickle", change: func(dir string) { move(t, dir, st, bin) }, want: "diffusion_pytorch_model.bin"},
		{name: "no config", change: func(dir string) { move(t, dir, "unet", "u") }, want: "no config.json"},
		{name: "no averaged weights", options: Options{EMA: true}, change: func(string) {}, want: "unet_ema"},
		{name: "averaged weights", options: Options{EMA: true}, change: func(dir string) { move(t, dir, "unet", "unet_ema") }},
		{name: "size", options: Options{Size: []int{16, 24}}, change: func(string) {}},
		{name: "no size", change: func(dir string) {
			replace(t, filepath.Join(dir, "unet/config.json"), `"sample_size": 8`, `"sample_size": null`)
		}, want: "sample_size"},
		{name: "another network", change: func(dir string) {
			replace(t, filepath.Join(dir, "unet/config.json"), `"layers_per_block": 2`, `"layers_per_block": 1`)
		}, want: "unexpected: "},
		{name: "a larger network", change: func(dir string) {
			replace(t, filepath.Join(dir, "unet/config.json"), `"layers_per_block": 2`, `"layers_per_block": 3`)
		}, want: "missing: down_blocks.0.resnets.2.norm1.weight"},
		{name: "hostile names", change: func(dir string) {
			write := weights.WriteSafetensors
			var list []weights.Array
			for _, name := range hostile.Names[:4] {
				list = append(list, weights.FromFloat32(strings.ToValidUTF8(name, ""), []int{1}, []float32{1}))
			}
			f, err := os.Create(filepath.Join(dir, st))
			if err == nil {
				err = errors.Join(write(f, list, nil), f.Close())
			}
			if err != nil {
				t.Fatal(err)
			}
		}, want: "4 unexpected"},
		{name: "other shapes", change: func(dir string) { replace(t, filepath.Join(dir, "unet/config.json"), "12\n", "16\n") }, want: "of another shape: "},
		{name: "fixed variance", change: func(dir string) {
			replace(t, filepath.Join(dir, "unet/config.json"), `"out_channels": 3`, `"out_channels": 6`)
		}, want: "variance_type"},
	} {
		dir := copyFixture(t, "course-pipeline")
		c.change(dir)
		m, err := Open(dir, c.options)
		if c.want != "" {
			oneLine(t, c.name, err, c.want)
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if notes := strings.Join(m.Notes, "; "); c.note == "" && notes != "" || !strings.Contains(notes, c.note) {
			t.Errorf("%s: notes %q", c.name, notes)
		}
		if len(c.options.Size) > 0 && !slices.Equal(m.Sample[1:], c.options.Size) {
			t.Errorf("%s: %v", c.name, m.Sample)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestRecognise(t *testing.T) {
	for _, f := range fixtures {
		if got := Recognise(f.path()); got != f.layout {
			t.Errorf("%s: %q", f.name, got)
		}
	}
	ours := torchFile(t, "model-300.pt", map[string][]int{"model.model.init_conv.weight": {8, 1, 3, 3}, "model.model.time_mlp.0.weight": {32, 8}})
	if got := Recognise(ours); got != "" {
		t.Errorf("the published code's network: %q", got)
	}
	for path, want := range map[string]Layout{"testdata/lucid-1.5.8/model-1.pt": LayoutLucidrains, "testdata/google-flat/config.json": "", "testdata": "",
		"testdata/lucid-1.5.8": "", "testdata/nothing": "", "testdata/old-keys-bin/unet/diffusion_pytorch_model.bin": "", "testdata/old-keys-bin/unet": LayoutModel} {
		if got := Recognise(path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
