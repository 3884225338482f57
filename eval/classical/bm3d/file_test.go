package bm3d

import (
	"errors"
	"flag"
	"os"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
)

var (
	file     = flag.String("file", "", "`archive` of a noisy image to denoise, for bench/bm3dcheck.py")
	estimate = flag.String("estimate", "", "`archive` to write")
)

// TestFile denoises y (C,H,W) at sigma of an archive and writes the estimate.
func TestFile(t *testing.T) {
	if *file == "" {
		t.Skip("no -file")
	}
	c := arraysOf(t, *file)
	y := c["y"]
	xhat := denoised(y.Float64(), [3]int(y.Shape), c["sigma"].Float64()[0])
	f, err := os.Create(*estimate)
	if err != nil {
		t.Fatal(err)
	}
	err = weights.WriteNPZ(f, []weights.Array{weights.FromFloat64("estimate", y.Shape, xhat)})
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
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
