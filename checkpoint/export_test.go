package checkpoint

import (
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/atomicfile"
)

// half is a safetensors file of one float16 tensor: 1, -2.
const half = `{"w":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}`

// Files of weights alone become others, whatever their element types and names;
// counts become integers where they are some, whatever their shape.
func TestExportForeignArrays(t *testing.T) {
	const count = "a.num_batches_tracked"
	for name, c := range map[string]struct {
		in   weights.Array
		want weights.DType // as safetensors
	}{
		"a count":        {weights.FromFloat32(count, nil, []float32{12}), weights.Int64},
		"no counts":      {weights.FromFloat32(count, []int{0}, nil), weights.Int64},
		"no counts, 2-D": {weights.FromFloat32(count, []int{0, 3}, nil), weights.Int64},
		"three counts":   {weights.FromFloat32(count, []int{3}, []float32{1, 2, 3}), weights.Int64},
		"half a batch":   {weights.FromFloat32(count, nil, []float32{1.5}), weights.Float32},
		"a huge count":   {weights.FromFloat32(count, nil, []float32{1e30}), weights.Float32},
		"no numbers":     {weights.FromFloat32("w", []int{0}, nil), weights.Float32},
		"a long name":    {weights.FromFloat32(strings.Repeat("n", 1000), nil, []float32{1}), weights.Float32},
	} {
		t.Run(name, func(t *testing.T) {
			im := &Imported{From: "source", Weights: []weights.Array{c.in}}
			for _, f := range []Format{FormatNPZ, FormatSafetensors} {
				path := filepath.Join(t.TempDir(), "x."+string(f))
				if err := im.Export(path, f); err != nil {
					t.Fatal(err)
				}
				got, err := weights.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				a := got.Arrays[0]
				if a.Name != c.in.Name || !slices.Equal(a.Shape, c.in.Shape) || !slices.Equal(a.Float64(), c.in.Float64()) || f == FormatSafetensors && a.DType != c.want {
					t.Errorf("%s: %s %v %v %v", f, a.Name, a.Shape, a.DType, a.Float64())
				}
			}
		})
	}
}

// Narrow element types are widened, to every format that needs no settings.
func TestExportNarrowTypes(t *testing.T) {
	in := filepath.Join(t.TempDir(), "half.safetensors")
	if err := atomicfile.WriteFunc(in, func(w io.Writer) error {
		_, err := io.WriteString(w, string([]byte{byte(len(half)), 0, 0, 0, 0, 0, 0, 0})+half+"\x00\x3c\x00\xc0")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	im, err := Import(in)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []Format{FormatNPZ, FormatSafetensors} {
		path := filepath.Join(t.TempDir(), "x."+string(f))
		if err := im.Export(path, f); err != nil {
			t.Fatal(err)
		}
		got, err := weights.ReadFile(path)
		if err != nil || got.Arrays[0].DType != weights.Float32 || !slices.Equal(got.Arrays[0].Float64(), []float64{1, -2}) {
			t.Errorf("%s: %+v, %v", f, got, err)
		}
	}
}

// What cannot be written is refused before there is a file.
func TestExportRefusesForeignArrays(t *testing.T) {
	for name, a := range map[string]weights.Array{
		"a name that climbs out": weights.FromFloat32("../w", nil, []float32{1}),
		"complex numbers":        weights.FromComplex128("w", nil, []complex128{1i}, false),
	} {
		path := filepath.Join(t.TempDir(), "x.npz")
		im := &Imported{From: "source", Weights: []weights.Array{a}}
		if err := im.Export(path, FormatNPZ); !configs.IsUsage(err) {
			t.Errorf("%s: %v, want a UsageError", name, err)
		}
		if files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); err != nil || len(files) > 0 {
			t.Errorf("%s leaves %v, %v", name, files, err)
		}
	}
	empty := filepath.Join(t.TempDir(), "empty.npz")
	if err := (&Imported{}).Export(empty, FormatNPZ); err != nil {
		t.Fatal(err)
	}
	if _, err := Import(empty); err == nil || !strings.Contains(err.Error(), "there are no tensors") {
		t.Errorf("a file without tensors: %v", err)
	}
}
