package bm3d

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/condmean/condmean/checkpoint/weights"
)

var files = flag.String("files", "", "`folder` of noisy images to denoise, for bench/bm3dcheck.py")

// TestFiles denoises y (C,H,W) at sigma of each NAME.npz in a folder and writes
// NAME.ours, an archive with the estimate and the seconds that it took.
func TestFiles(t *testing.T) {
	if *files == "" {
		t.Skip("no -files")
	}
	names, err := filepath.Glob(filepath.Join(*files, "*.npz"))
	if err != nil || len(names) == 0 {
		t.Fatal("no images: ", err)
	}
	for _, name := range names {
		c := arraysOf(t, name)
		estimate := make([]float64, len(c["y"].Float64()))
		start := time.Now()
		Denoise(estimate, c["y"].Float64(), [3]int(c["y"].Shape), c["sigma"].Float64()[0])
		seconds := time.Since(start).Seconds()
		f, err := os.Create(strings.TrimSuffix(name, ".npz") + ".ours")
		if err != nil {
			t.Fatal(err)
		}
		err = weights.WriteNPZ(f, []weights.Array{
			weights.FromFloat64("estimate", c["y"].Shape, estimate), weights.FromFloat64("seconds", []int{1}, []float64{seconds}),
		})
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// arraysOf reads an archive.
func arraysOf(t *testing.T, name string) map[string]weights.Array {
	t.Helper()
	list, err := weights.ReadNPZFile(name)
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]weights.Array{}
	for _, a := range list {
		m[a.Name] = a
	}
	return m
}
