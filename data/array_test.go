package data

import (
	"bytes"
	"context"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
)

// TestArrays reads what NumPy wrote: element types, byte orders, layouts,
// Fortran order, complex numbers.
func TestArrays(t *testing.T) {
	for name, c := range map[string]struct {
		layout string
		shape  []int
	}{
		"l_f4": {"auto", []int{1, 7}}, "cl_f8": {"auto", []int{2, 7}}, "hw_f2": {"auto", []int{1, 6, 5}}, "chw_big": {"auto", []int{2, 4, 5}},
		"chw_fortran": {"chw", []int{2, 4, 5}}, "hwc_u1": {"hwc", []int{3, 4, 5}}, "l_i2": {"l", []int{1, 3}}, "l_i8": {"auto", []int{1, 3}},
		"l_u4": {"auto", []int{1, 3}}, "l_b1": {"auto", []int{1, 6}}, "l_c8": {"auto", []int{2, 6}}, "cl_c16": {"cl", []int{6, 6}},
		"hw_c8": {"hw", []int{2, 5, 6}}, "hwc_c16": {"hwc", []int{4, 4, 5}},
	} {
		o := testOpener(configs.Data{Dir: filepath.Join("testdata/npy", name+".npy"), Layout: c.layout})
		f, err := o.arrays()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Equal(f.train.Shape(), c.shape) || f.complex != strings.Contains(name, "_c") || f.image != (len(c.shape) == 3 && !f.complex) {
			t.Errorf("%s: shape %v, complex %v, image %v", name, f.train.Shape(), f.complex, f.image)
			continue
		}
		got, want := readAll(t, f.train), expected(t, filepath.Join("testdata/npy", name+".expected.npy"))
		if len(got) != len(want) {
			t.Errorf("%s: %d samples, want %d", name, len(got), len(want))
			continue
		}
		for i := range want {
			if !slices.Equal(got[i], want[i]) {
				t.Fatalf("%s: sample %d is\n%v, want\n%v", name, i, got[i], want[i])
			}
		}
	}
}

func TestArchives(t *testing.T) {
	want := expected(t, "testdata/npy/train.expected.npy")
	for _, name := range []string{"stored.npz", "deflated.npz"} {
		c := configs.Data{Dir: filepath.Join("testdata/npy", name), Layout: "auto"}
		f, err := testOpener(c).arrays()
		if err != nil {
			t.Fatal(err)
		}
		if f.train.Len() != 9 || f.val.Len() != 3 || f.test.Len() != 4 {
			t.Errorf("%s: splits of %d, %d, %d", name, f.train.Len(), f.val.Len(), f.test.Len())
		}
		if got := readAll(t, f.train); !slices.EqualFunc(got, want, slices.Equal[[]float32]) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		c.Array = "test"
		if f, err = testOpener(c).arrays(); err != nil || f.train.Len() != 4 || f.test != nil {
			t.Errorf("%s: array test: %v", name, err)
		}
		c.Array = "tests"
		if _, err = testOpener(c).arrays(); err == nil || !strings.Contains(err.Error(), `has no array "tests", only train, val, test`) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	// One flipped bit of the numbers is found by the checksum.
	b, err := os.ReadFile("testdata/npy/stored.npz")
	if err != nil {
		t.Fatal(err)
	}
	b[200] ^= 1
	path := filepath.Join(t.TempDir(), "x.npz")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := testOpener(configs.Data{Dir: path}).arrays(); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("error %v for a damaged archive", err)
	}
}

// TestArrayFolder opens a folder of splits the whole way.
func TestArrayFolder(t *testing.T) {
	dir := t.TempDir()
	copyFile(t, "testdata/npy/cl_f8.npy", filepath.Join(dir, "train.npy"))
	copyFile(t, "testdata/npy/cl_f8.npy", filepath.Join(dir, "valid.npy"))
	copyFile(t, "testdata/npy/cl_f8.npy", filepath.Join(dir, "test.npy"))
	c := configs.Default().Data
	c.Kind, c.Dir, c.Normalize = "npy", dir, "dimension"
	s, err := Open(context.Background(), c, 1)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float64, s.Train.Len()*s.Dim())
	if err := s.ReadNormalized(x, s.Train, 0); err != nil {
		t.Fatal(err)
	}
	for k := range s.Dim() {
		sum, square := 0.0, 0.0
		for i := range s.Train.Len() {
			v := x[i*s.Dim()+k]
			sum, square = sum+v, square+v*v
		}
		if n := float64(s.Train.Len()); math.Abs(sum/n) > 1e-6 || math.Abs(square/n-1) > 1e-6 {
			t.Errorf("value %d has mean %v and power %v", k, sum/n, square/n)
		}
	}
	copyFile(t, "testdata/npy/l_f4.npy", filepath.Join(dir, "test.npy"))
	if _, err := Open(context.Background(), c, 1); err == nil || !strings.Contains(err.Error(), "test.npy of shape [1 7]") {
		t.Errorf("error %v for splits of two shapes", err)
	}
	c.Dir = t.TempDir()
	if _, err := Open(context.Background(), c, 1); err == nil || !configs.IsUsage(err) || !strings.Contains(err.Error(), "train.npy") {
		t.Errorf("error %v for an empty folder", err)
	}
}

// TestStreaming reads an array of 64 GiB, most of which no disk holds.
func TestStreaming(t *testing.T) {
	const n, l = 1 << 26, 256
	path := filepath.Join(t.TempDir(), "x.npy")
	head := npyFile(npyText("<f4", "67108864, 256"), 0)
	if err := os.WriteFile(path, head, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, int64(len(head))+4*n*l); err != nil {
		t.Skip("no sparse files here: ", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte{0, 0, 0x80, 0x3f}, int64(len(head))+4*(int64(n)-2)*l+4*17); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := testOpener(configs.Data{Dir: path}).arrays()
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, l)
	if err := files.train.Read(x, n-2); err != nil || x[17] != 1 || x[16] != 0 || files.train.Len() != n {
		t.Errorf("sample %d of %d: %v, %v", n-2, files.train.Len(), x[16:18], err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestLayoutNote: what samples of two axes are taken for is told, unless it was.
func TestLayoutNote(t *testing.T) {
	for _, c := range []struct {
		shape        []int
		layout, want string
	}{
		{[]int{4, 2, 9}, "auto", "signals of 2 channels"},
		{[]int{4, 40, 40}, "", "images of one channel"},
		{[]int{4, 40, 40}, "hw", ""},
		{[]int{4, 9}, "auto", ""},
		{[]int{4, 1, 9, 9}, "auto", ""},
	} {
		path := filepath.Join(t.TempDir(), "x.npy")
		n := 1
		for _, d := range c.shape {
			n *= d
		}
		var b, log bytes.Buffer
		if err := weights.WriteNPY(&b, weights.FromFloat32("", c.shape, make([]float32, n))); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		o := testOpener(configs.Data{Dir: path, Layout: c.layout})
		o.log = slog.New(slog.NewTextHandler(&log, nil))
		if _, err := o.arrays(); err != nil {
			t.Fatal(err)
		}
		if (log.Len() > 0) != (c.want != "") || !strings.Contains(log.String(), c.want) {
			t.Errorf("%v, layout %q: the log %q, want %q", c.shape, c.layout, log.String(), c.want)
		}
	}
}
