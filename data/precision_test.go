package data

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
)

// Offsets that float32 cannot hold beside the signal are removed in float64:
// what is handed out is the float64 result, rounded once.
func TestOffsetsBeyondFloat32(t *testing.T) {
	const n, d = 60, 4
	signal := func(i int) float64 { return float64(i*i%101) - 50 }
	for name, a := range map[string]weights.Array{
		"float64": func() weights.Array {
			x := make([]float64, n*d)
			for i := range x {
				x[i] = 1e8 + signal(i)/64
			}
			return weights.FromFloat64("", []int{n, d}, x)
		}(),
		"int64": func() weights.Array {
			x := make([]int64, n*d)
			for i := range x {
				x[i] = 1<<50 + int64(signal(i))
			}
			return weights.FromInt64("", []int{n, d}, x)
		}(),
		"complex128": func() weights.Array {
			x := make([]complex128, n*d)
			for i := range x {
				x[i] = complex(1e8+signal(i)/64, -1e5+signal(i+7)/4096)
			}
			return weights.FromComplex128("", []int{n, d}, x, true)
		}(),
	} {
		path := filepath.Join(t.TempDir(), "x.npy")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := firstOf(weights.WriteNPY(f, a), f.Close()); err != nil {
			t.Fatal(err)
		}
		c := configs.Default().Data
		c.Kind, c.Dir, c.Normalize, c.Samples = "npy", path, "dimension", configs.Samples{Val: 5, Test: 5}
		s, err := Open(context.Background(), c, 1)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		index := s.Train.(*subset).index
		raw, values := a.Float64(), s.Dim()
		at := func(i, k int) float64 { // value k of sample i, parts apart
			if parts := values / d; parts == 2 {
				return raw[2*(i*d+k%d)+k/d]
			}
			return raw[i*d+k]
		}
		mean, scale := make([]float64, values), make([]float64, values)
		for k := range values { // two passes
			for _, i := range index {
				mean[k] += at(i, k) / float64(len(index))
			}
			for _, i := range index {
				scale[k] += (at(i, k) - mean[k]) * (at(i, k) - mean[k]) / float64(len(index))
			}
			scale[k] = math.Sqrt(scale[k])
			if math.Abs(s.Norm.Mean[k]/mean[k]-1) > 1e-15 {
				t.Errorf("%s: mean %v, want %v", name, s.Norm.Mean[k], mean[k])
			}
		}
		l, err := s.Loader(10, 1, Cursor{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := l.Next(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		x := make([]float32, values)
		for j, id := range b.IDs {
			if err := s.Read(x, s.Train, id); err != nil {
				t.Fatal(err)
			}
			for k, got := range b.X[j*values:][:values] {
				want := float32((at(index[id], k) - s.Norm.Mean[k]) / s.Norm.Scale[k%len(s.Norm.Scale)])
				if got != want || x[k] != want {
					t.Fatalf("%s: sample %d, value %d: %v by the loader, %v read, want %v", name, id, k, got, x[k], want)
				}
			}
		}
		l.Close()
	}
}
