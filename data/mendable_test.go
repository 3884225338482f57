package data

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/hostile"
)

// A data set whose files cannot be used is for the user to mend, of every kind and
// wherever that is noticed.
func TestUnusableFilesAreMendable(t *testing.T) {
	array := npyFile(npyText("<f4", "40, 2"), 4*80)
	for name, c := range map[string]struct {
		kind, file string
		b          []byte
	}{
		"no array":    {"npy", "x.npy", nil},
		"cut array":   {"npy", "x.npy", array[:len(array)-1]},
		"no archive":  {"npy", "x.npz", []byte("PK\x05\x06")},
		"no picture":  {"folder", "x.png", []byte("GIF89a")},
		"no wav":      {"audio", "x.wav", []byte("RIFFxxxxAIFFfmt ")},
		"no images":   {"mnist", "train-images-idx3-ubyte", []byte{0, 0, 13, 3}},
		"half record": {"cifar10", "test_batch.bin", make([]byte, 100)},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, c.file)
		others := map[string][]string{ // so that nothing is missing
			"mnist":   {"train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"},
			"cifar10": {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
		}[c.kind]
		for _, other := range append(others, c.file) {
			if err := os.WriteFile(filepath.Join(dir, other), c.b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		d := configs.Default().Data
		if d.Kind, d.Dir = c.kind, dir; c.kind == "npy" {
			d.Dir = path
		}
		if _, err := Open(context.Background(), d, 1); err == nil || !configs.IsUsage(err) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v, want what the user can mend in %s", name, err, dir)
		}
	}
}

// Sizes are bounded before anything is made of them: sparse files hold them all.
func TestSizesAreBounded(t *testing.T) {
	for shape, want := range map[[2]int64]string{
		{10, configs.MaxSampleValues + 1}: "more than 4194304 values",
		{1<<28 + 1, 1}:                    "more than the limit of 268435456",
		{1 << 33, 1}:                      "more than the limit of 268435456",
	} {
		path := filepath.Join(t.TempDir(), "x.npy")
		head := npyFile(npyText("|u1", fmt.Sprintf("%d, %d", shape[0], shape[1])), 0)
		if err := os.WriteFile(path, head, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, int64(len(head))+shape[0]*shape[1]); err != nil {
			t.Skip("no sparse files here: ", err)
		}
		d := configs.Default().Data
		d.Kind, d.Dir = "npy", path
		hostile.Withstands(t, true, func() error {
			_, err := Open(context.Background(), d, 1)
			if !configs.IsUsage(err) || !strings.Contains(err.Error(), want) {
				t.Errorf("%v: %v, want %q", shape, err, want)
			}
			return err
		})
	}
}

// Files of a public data set need not be the published ones.
func TestSplitsOfOneShape(t *testing.T) {
	dir := t.TempDir()
	labels := append([]byte{0, 0, 8, 1, 0, 0, 0, 40}, make([]byte, 40)...)
	for name, b := range map[string][]byte{
		"train-images-idx3-ubyte": append(idxHeader(40, 4, 4), make([]byte, 40*16)...), "train-labels-idx1-ubyte": labels,
		"t10k-images-idx3-ubyte": append(idxHeader(40, 5, 5), make([]byte, 40*25)...), "t10k-labels-idx1-ubyte": labels,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := configs.Default().Data
	d.Kind, d.Dir = "mnist", dir
	if _, err := Open(context.Background(), d, 1); err == nil || !configs.IsUsage(err) || !strings.Contains(err.Error(), "[1 4 4], others [1 5 5]") {
		t.Errorf("%v, want that the shapes differ", err)
	}
}
