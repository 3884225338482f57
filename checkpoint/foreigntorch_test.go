package checkpoint

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/pretrained"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
)

// torchFiles are .pt files of other libraries, where in them the network is, and what
// they do not tell.
var torchFiles = []struct {
	name, prefix string
	told         []string
}{
	{"guided-legacy/model.pt", "", []string{"--image_size 8 --num_channels 32 --channel_mult 1,1 --num_res_blocks 1 --attention_resolutions 4 --num_head_channels 16 " +
		"--use_scale_shift_norm True --resblock_updown True --learn_sigma True --diffusion_steps 1000 --noise_schedule linear --rescale_timesteps False"}},
	{"improved-cosine/model.pt", "", []string{"--image_size 8 --num_channels 32 --channel_mult 1,1 --num_res_blocks 1 --attention_resolutions 8,4 --num_heads 4 " +
		"--use_scale_shift_norm True --learn_sigma True --diffusion_steps 4000 --noise_schedule cosine --rescale_timesteps True"}},
	{"lucid-2.3.1/model-1.pt", "ema.ema_model.model.", []string{"size=8"}},
	{"lucid-1.5.8/model-1.pt", "ema.ema_model.model.", []string{"size=8"}},
	{"lucid-0.27.12/model-1.pt", "model.", []string{"size=8", "version=0.27.12", "objective=pred_noise", "attn_dim_head=32"}},
	{"lucid-variants/model-1.pt", "", []string{"size=8", "version=2.3.1", "objective=pred_v", "beta_schedule=sigmoid", "timesteps=1000"}},
}

func importTold(t *testing.T, path string, words []string) *Imported {
	t.Helper()
	told, err := pretrained.ParseOptions(words)
	if err != nil {
		t.Fatal(err)
	}
	im, err := Import(path, Told(told))
	if err != nil {
		t.Fatal(err)
	}
	return im
}

// A .pt of another library that is opened and written back has the same tensors by the
// same names to the bit, by way of a checkpoint or of a .safetensors file of ours too.
func TestForeignTorchRoundTrip(t *testing.T) {
	for _, v := range torchFiles {
		t.Run(v.name, func(t *testing.T) {
			path := filepath.Join("pretrained", "testdata", filepath.FromSlash(v.name))
			source, err := weights.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			im := importTold(t, path, v.told)
			for _, by := range []string{"", "own", "x.safetensors"} {
				kept := im
				if by != "" {
					between := filepath.Join(t.TempDir(), by)
					format, err := FormatOf(between)
					if err != nil {
						t.Fatal(err)
					}
					if err := im.Export(between, format); err != nil {
						t.Fatal(err)
					}
					if kept, err = Import(between); err != nil {
						t.Fatal(err)
					}
					told, came := *im.Config, *kept.Config
					came.Model = came.Model.ReadBy(came.Model.Kind) // files have the own kind's settings alone
					if d := configs.Diff(told, came); len(d) > 0 {
						t.Errorf("settings change on the way by %s: %v", by, d)
					}
				}
				out := filepath.Join(t.TempDir(), "back.pt")
				if err := kept.Export(out, FormatTorch); err != nil {
					t.Fatal(err)
				}
				back, err := weights.ReadFile(out)
				if err != nil {
					t.Fatal(err)
				}
				prefix := v.prefix
				if strings.HasPrefix(v.name, "lucid") {
					prefix = "ema.ema_model.model."
				}
				found := 0
				for _, w := range source.Arrays {
					short, ok := strings.CutPrefix(w.Name, v.prefix)
					if g, there := weights.Find(back.Arrays, prefix+short); ok && (!there || !slices.Equal(g.Shape, w.Shape) || !slices.Equal(g.Float32(), w.Float32())) {
						t.Errorf("%s: %s differs", by, w.Name)
					} else if ok {
						found++
					}
				}
				if found < 100 {
					t.Errorf("%s: %d tensors are there again", by, found)
				}
				words := v.told
				if strings.HasPrefix(v.name, "lucid") {
					words = []string{"size=8"} // the file tells the rest
				}
				if strings.Contains(v.name, "0.27") {
					words = append(words, "attn_dim_head=32") // but for this
				}
				again := importTold(t, out, words)
				if d := configs.Diff(*im.Config, *again.Config); len(d) != 1 || d[0].Key != "name" {
					t.Errorf("%s: settings change on the way: %v", by, d)
				}
				sameTensors(t, again.Weights, im.Weights)
			}
			if _, err := im.ExportHalf(filepath.Join(t.TempDir(), "half.pt"), FormatTorch); !configs.IsUsage(err) {
				t.Errorf("in half precision: %v, want a UsageError", err)
			}
			im.Config.Adapt.Levels = configs.Schedule{Kind: "linear", Steps: 10}
			if err := im.Export(filepath.Join(t.TempDir(), "levels.pt"), FormatTorch); !configs.IsUsage(err) || !strings.Contains(err.Error(), "adapt.levels") {
				t.Errorf("with remapped levels: %v", err)
			}
		})
	}
}

// What a version of denoising-diffusion-pytorch does not have is refused by its name.
func TestForeignTorchRefuses(t *testing.T) {
	for want, change := range map[string]func(*Imported){
		"model.lucidrains.attn_norm":     func(im *Imported) { im.Config.Model.Lucidrains.AttnNorm = "layer" },
		"model.lucidrains.standardize":   func(im *Imported) { im.Config.Model.Lucidrains.Standardize = "added" },
		"model.lucidrains.divide_values": func(im *Imported) { im.Config.Model.Lucidrains.DivideValues = true },
		"model.lucidrains.unit_scale":    func(im *Imported) { im.Config.Model.Lucidrains.UnitScale = 10 },
		"model.lucidrains.num_mem_kv": func(im *Imported) {
			im.Config.Model.Lucidrains.NumMemKV, im.Origin = 3, pretrained.Origin{}
		},
		"objective.target": func(im *Imported) { im.Config.Objective.Target = "score" },
		"is missing":       func(im *Imported) { im.Weights = im.Weights[1:] },
		"version": func(im *Imported) {
			im.Origin.Lucidrains = &pretrained.LucidrainsFile{Version: "\x1b[2J"}
		},
	} {
		im := importTold(t, filepath.Join("pretrained", "testdata", "lucid-2.3.1", "model-1.pt"), []string{"size=8"})
		change(im)
		err := im.Export(filepath.Join(t.TempDir(), "x.pt"), FormatTorch)
		if err == nil || !configs.IsUsage(err) || !strings.Contains(err.Error(), want) || strings.ContainsAny(err.Error(), "\n\x1b") {
			t.Errorf("%s: %v", want, err)
		}
	}
}
