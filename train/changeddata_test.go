package train

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
)

// writeSamples writes n samples of 8 values.
func writeSamples(t *testing.T, path string, n int, change func(x []float32)) {
	t.Helper()
	x := make([]float32, 8*n)
	for i := range x {
		x[i] = float32(i*i%1009)/500 - 1
	}
	change(x)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := weights.WriteNPY(f, weights.FromFloat32("", []int{n, 8}, x)); err != nil {
		t.Fatal(err)
	}
}

// A run goes on with the data it began with, wherever they lie, and with no
// others: samples held out would be others, and trained on.
func TestResumeRefusesOtherData(t *testing.T) {
	at := t.TempDir()
	dir, path := filepath.Join(at, "run"), filepath.Join(at, "x.npy")
	same := func([]float32) {}
	writeSamples(t, path, 80, same)
	c := tiny()
	c.Data = configs.Default().Data
	c.Data.Kind, c.Data.Dir = "npy", path
	mustRun(t, c, Options{Out: dir})
	c.Train.Steps += 6
	for what, change := range map[string]func(){
		"64, 8 and 8 samples and have 72, 9 and 9": func() { writeSamples(t, path, 90, same) },
		"48, 6 and 6 now":                          func() { writeSamples(t, path, 60, same) },
		"contents":                                 func() { writeSamples(t, path, 80, func(x []float32) { x[100] += 1e-5 }) },
	} {
		change()
		_, err := Run(context.Background(), c, Options{Resume: dir})
		if !configs.IsUsage(err) || !strings.Contains(err.Error(), what) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v", what, err)
		}
	}
	moved := filepath.Join(at, "moved.npy")
	writeSamples(t, moved, 80, same)
	c.Data.Dir = moved
	if r := mustRun(t, c, Options{Resume: dir}); r.Steps != 30 {
		t.Errorf("with the data at another place, the run ended after step %d", r.Steps)
	}
	// Early checkpoints keep no fingerprint, and are resumed all the same.
	last := filepath.Join(dir, CheckpointsDir, "step-30")
	s, err := checkpoint.Read(last)
	if err != nil || s.Data == nil {
		t.Fatalf("%v, fingerprint %s", err, s.Data)
	}
	s.Data = nil
	if err := checkpoint.Write(last, s); err != nil {
		t.Fatal(err)
	}
	c.Train.Steps += 2
	writeSamples(t, moved, 80, func(x []float32) { x[100]++ })
	if r := mustRun(t, c, Options{Resume: dir}); r.Steps != 32 {
		t.Errorf("from an early checkpoint, the run ended after step %d", r.Steps)
	}
}
