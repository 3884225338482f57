package checkpoint

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
)

// A folder of diffusers that is opened and written back has the same settings to the
// byte and the same tensors to the bit, whether by way of one of our checkpoints or not.
func TestDiffusersRoundTrip(t *testing.T) {
	for _, name := range []string{"google-flat", "course-pipeline", "scale-shift-resnet", "mnist-28", "odd-groups", "learned-sigma"} {
		t.Run(name, func(t *testing.T) {
			dir, out := filepath.Join("pretrained", "testdata", name), filepath.Join(t.TempDir(), "out")
			im, err := Import(dir)
			if err != nil {
				t.Fatal(err)
			}
			if !im.Symmetric() || im.Config.Data.Normalize != "symmetric" {
				t.Errorf("statistics %v, normalisation %s", im.Norm, im.Config.Data.Normalize)
			}
			if err := im.Export(out, FormatDiffusers); err != nil {
				t.Fatal(err)
			}
			compareFolders(t, dir, out)

			own, again := filepath.Join(t.TempDir(), "own"), filepath.Join(t.TempDir(), "again")
			if err := im.Export(own, FormatOwn); err != nil {
				t.Fatal(err)
			}
			kept, err := Import(own)
			if err != nil {
				t.Fatal(err)
			}
			if err := kept.Export(again, FormatDiffusers); err != nil {
				t.Fatal(err)
			}
			compareFolders(t, dir, again)
			back, err := Import(again)
			if err != nil {
				t.Fatal(err)
			}
			if d := configs.Diff(*im.Config, *back.Config); len(d) != 1 || d[0].Key != "name" {
				t.Errorf("settings change on the way: %v", d)
			}
			sameTensors(t, back.Weights, im.Weights)
			if _, err := kept.ExportHalf(filepath.Join(t.TempDir(), "half"), FormatDiffusers); !configs.IsUsage(err) {
				t.Errorf("in half precision: %v, want a UsageError", err)
			}
		})
	}
}

// compareFolders compares settings to the byte and weights to the bit.
func compareFolders(t *testing.T, want, got string) {
	t.Helper()
	err := filepath.WalkDir(want, func(path string, e os.DirEntry, err error) error {
		name, _ := filepath.Rel(want, path)
		if err != nil || e.IsDir() || filepath.Base(name) == "expected.json" || filepath.Ext(name) == ".npz" {
			return err
		}
		if filepath.Ext(name) == ".safetensors" {
			a, err := weights.ReadFile(path)
			if err != nil {
				return err
			}
			b, err := weights.ReadFile(filepath.Join(got, name))
			if err != nil {
				return err
			}
			sameTensors(t, b.Arrays, a.Arrays)
			return nil
		}
		a, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		b, err := os.ReadFile(filepath.Join(got, name))
		if err == nil && !bytes.Equal(a, b) {
			t.Errorf("%s differs", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func sameTensors(t *testing.T, got, want []weights.Array) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d tensors, want %d", len(got), len(want))
	}
	for _, w := range want {
		g, ok := weights.Find(got, w.Name)
		if !ok || !slices.Equal(g.Shape, w.Shape) || !slices.Equal(g.Float32(), w.Float32()) {
			t.Errorf("%s differs", w.Name)
		}
	}
}
