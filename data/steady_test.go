package data

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
)

// writeArray writes an array of n samples as .npy or stored .npz.
func writeArray(t *testing.T, path string, shape []int, x []float64) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	a := weights.FromFloat64("x", shape, x)
	if filepath.Ext(path) == ".npz" {
		err = weights.WriteNPZ(f, []weights.Array{a})
	} else {
		err = weights.WriteNPY(f, a)
	}
	if err := firstOf(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// ramp returns n numbers that differ.
func ramp(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i*i%1009) - 400
	}
	return x
}

// A file that is cut short, written over or replaced in place under a run ends
// it: no sample of the remains is handed out.
func TestFilesThatChange(t *testing.T) {
	const n, d = 400, 512
	for name, change := range map[string]func(path string) error{
		"cut":     func(path string) error { return os.Truncate(path, 300+8*d*10) },
		"emptied": func(path string) error { return os.Truncate(path, 0) },
		"written over": func(path string) error {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteAt(make([]byte, 100), 4000)
			return firstOf(err, f.Close(), os.Chtimes(path, time.Time{}, time.Now().Add(time.Minute)))
		},
	} {
		for _, ext := range []string{".npy", ".npz"} {
			path := filepath.Join(t.TempDir(), "x"+ext)
			writeArray(t, path, []int{n, d}, ramp(n*d))
			c := configs.Default().Data
			c.Kind, c.Dir = "npy", path
			s, err := Open(context.Background(), c, 1)
			if err != nil {
				t.Fatal(err)
			}
			x := make([]float32, d)
			if err := s.Read(x, s.Train, 0); err != nil {
				t.Fatal(err)
			}
			if err := change(path); err != nil {
				t.Fatal(err)
			}
			for i := 0; err == nil && i < s.Train.Len(); i++ {
				err = s.Read(x, s.Train, i)
			}
			if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "sample ") || !strings.Contains(err.Error(), "changed since it was opened") {
				t.Errorf("%s %s: error %v, want one that names the file, a sample and the change", ext, name, err)
			}
			// A run reads on from here, and stops.
			l, err := s.Loader(32, 1, Cursor{})
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; err == nil && i < 100; i++ {
				_, err = l.Next(context.Background())
			}
			l.Close()
			if err == nil || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s %s: the loader goes on: %v", ext, name, err)
			}
		}
	}
}

// A file that is replaced by renaming is another one: the open one stays.
func TestFilesRenamedOver(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "x.npy"), filepath.Join(dir, "y.npy")
	writeArray(t, path, []int{30, 4}, ramp(120))
	writeArray(t, other, []int{2, 4}, ramp(8))
	c := configs.Default().Data
	c.Kind, c.Dir = "npy", path
	s, err := Open(context.Background(), c, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := readAll(t, s.Train)
	if err := os.Rename(other, path); err != nil {
		t.Fatal(err)
	}
	for i, x := range readAll(t, s.Train) {
		for k := range x {
			if x[k] != want[i][k] {
				t.Fatalf("sample %d changed", i)
			}
		}
	}
}
