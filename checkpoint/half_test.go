package checkpoint

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/npy"
)

// Weights in half precision come back from every file as the nearest numbers that
// it holds, in a file of half the size; counts stay whole.
func TestExportHalf(t *testing.T) {
	im := imported(t, nil)
	for i, a := range im.Weights {
		if strings.HasSuffix(a.Name, ".num_batches_tracked") {
			im.Weights[i] = weights.FromFloat32(a.Name, a.Shape, []float32{2049}) // half precision has 2048 and 2050
		}
	}
	dir := t.TempDir()
	for _, f := range []Format{FormatNPZ, FormatSafetensors, FormatTorch} {
		full, half := filepath.Join(dir, "full."+string(f)), filepath.Join(dir, "half."+string(f))
		if err := im.Export(full, f); err != nil {
			t.Fatal(err)
		}
		r, err := im.ExportHalf(half, f)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := weights.Find(im.Weights, r.Tensor); !ok || r.Relative <= 0 || r.Relative > 0x1p-11 {
			t.Errorf("%s: rounding %+v", f, r)
		}
		got, err := Import(half)
		if err != nil {
			t.Fatal(err)
		}
		if f == FormatSafetensors && (got.Config == nil || !slices.Equal(got.Sample, im.Sample)) {
			t.Errorf("settings %v, sample %v", got.Config, got.Sample)
		}
		values := 0
		for _, a := range im.Weights {
			g, ok := weights.Find(got.Weights, a.Name)
			if !ok {
				t.Fatalf("%s: no %s", f, a.Name)
			}
			want, x := a.Float32(), g.Float32()
			values += len(want)
			for i, w := range want {
				if len(a.Shape) > 0 {
					w = npy.Half(npy.ToHalf(float64(w)))
				}
				if x[i] != w {
					t.Fatalf("%s: %s is %v after %v, want %v", f, a.Name, x[i], want[i], w)
				}
			}
		}
		large, small := size(t, full), size(t, half)
		if saved := large - small; saved < int64(2*values)*9/10 {
			t.Errorf("%s: %d bytes became %d; %d values", f, large, small, values)
		}
	}
	if _, err := im.ExportHalf(filepath.Join(dir, "own"), FormatOwn); !configs.IsUsage(err) {
		t.Errorf("a checkpoint: %v", err)
	}

	// A number that half precision does not hold is refused, and nothing written.
	path := filepath.Join(dir, "large.npz")
	first := im.Weights[0]
	x := slices.Clone(first.Float32())
	x[1] = -70000
	im.Weights[0] = weights.FromFloat32(first.Name, first.Shape, x)
	_, err := im.ExportHalf(path, FormatNPZ)
	if !configs.IsUsage(err) || !strings.Contains(err.Error(), first.Name+" holds -70000") || !strings.Contains(err.Error(), "65504") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("left behind: %v", err)
	}
}

// The rounding is that of the tensor that changes most, relative to its norm.
func TestRounding(t *testing.T) {
	_, r, err := weights.Half([]weights.Array{
		weights.FromFloat32("exact", []int{3}, []float32{1, -0.5, 65504}),
		weights.FromFloat64("tie", []int{2}, []float64{1 + 0x1p-11, 0}), // to 1
		weights.FromFloat64("less", []int{2}, []float64{1 + 0x1p-11, 8}),
		weights.FromFloat32("zero", []int{1}, []float32{0}),
		weights.FromInt64("count", nil, []int64{1 << 40}),
	})
	if want := 0x1p-11 / (1 + 0x1p-11); err != nil || r.Tensor != "tie" || math.Abs(r.Relative-want) > 1e-15 {
		t.Errorf("%+v %v, want %v", r, err, want)
	}
	if _, r, err = weights.Half([]weights.Array{weights.FromFloat32("tiny", []int{1}, []float32{1e-9})}); err != nil || r.Relative != 1 {
		t.Errorf("what vanishes: %+v %v", r, err)
	}
	for _, v := range []float64{65520, math.Inf(-1), math.NaN()} {
		if _, _, err := weights.Half([]weights.Array{weights.FromFloat64("x", nil, []float64{v})}); err == nil {
			t.Errorf("%v is taken", v)
		}
	}
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
