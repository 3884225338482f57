package eval

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
)

// complexRun is a network for complex data in the layout of the published code,
// with what PyTorch and NumPy compute from it (bench/complexnet.py).
const complexRun = "../model/testdata/torch/unet1d_complex"

// TestComplexSweep evaluates an imported complex network on the samples that
// PyTorch evaluated it on, each with noise of its own.
func TestComplexSweep(t *testing.T) {
	expected, err := weights.ReadNPZFile(filepath.Join(complexRun, "expected.npz"))
	if err != nil {
		t.Fatal(err)
	}
	samples, ok1 := weights.Find(expected, "test")
	sweep, ok2 := weights.Find(expected, "sweep")
	if !ok1 || !ok2 {
		t.Fatal("expected.npz is not complete")
	}
	dir := t.TempDir()
	for _, split := range []string{"train.npy", "val.npy", "test.npy"} {
		var b bytes.Buffer
		if err := weights.WriteNPY(&b, samples); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, split), b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	im, err := checkpoint.Import(complexRun)
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(dir, "imported")
	if err := im.Export(own, checkpoint.FormatOwn); err != nil {
		t.Fatal(err)
	}
	rep, err := Run(context.Background(), Options{Checkpoint: own, Threads: 2, Change: func(c *configs.Config) {
		c.Data.Dir = dir
		c.Eval = configs.Eval{SNR: "-10:10:20", Methods: []string{"mean"}, Baselines: []string{"ls", "lmmse"}, Match: "linear", Start: "paper"}
	}})
	if err != nil {
		t.Fatal(err)
	}
	for row := range sweep.Len() / 6 { // SNR, NMSE of the chain, its interval, one-shot, CME, LMMSE
		want := sweep.Float64()[6*row:][:6]
		db := want[0]
		mean, ls, lmmse := find(t, rep, db, "mean"), find(t, rep, db, "ls"), find(t, rep, db, "lmmse")
		if d := math.Abs(float64(mean.NMSEdB) - want[1]); !(d < float64(mean.CI95dB)+want[2]) {
			t.Errorf("%v dB: the chain has %.3f ± %.3f dB, PyTorch's %.3f ± %.3f", db, mean.NMSEdB, mean.CI95dB, want[1], want[2])
		}
		if d := math.Abs(float64(ls.NMSEdB) + db); !(d < 2*float64(ls.CI95dB)+0.2) { // the samples' own power is near one
			t.Errorf("%v dB: the observation has %.3f dB", db, ls.NMSEdB)
		}
		// Both are made of the samples' own moments, but these are shrunk.
		if d := float64(lmmse.NMSEdB) - want[5]; !(math.Abs(d) < float64(lmmse.CI95dB)) {
			t.Errorf("%v dB: the LMMSE estimate has %.3f dB, NumPy's %.3f", db, lmmse.NMSEdB, want[5])
		}
		t.Logf("%v dB: mean %.3f (PyTorch %.3f), ls %.3f, lmmse %.3f (NumPy %.3f)", db, mean.NMSEdB, want[1], ls.NMSEdB, lmmse.NMSEdB, want[5])
	}
}
