package media

import (
	"bytes"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/data"
)

func TestArrays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.npy")
	write := func(a weights.Array) {
		t.Helper()
		var b bytes.Buffer
		if err := weights.WriteNPY(&b, a); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// Integers of 64 bits come back in a type that holds them.
	const large = 1<<40 + 1
	write(weights.FromInt64("", []int{2}, []int64{large, large + 2}))
	if m, err := Read(path); err != nil || m.Write(path, m.X) != nil {
		t.Fatal(err)
	}
	if got, err := weights.ReadNPYFile(path); err != nil || got.DType != weights.Float64 || !slices.Equal(got.Float64(), []float64{large, large + 2}) {
		t.Errorf("%v %v: %v", got.DType, got.Float64(), err)
	}
	for _, want := range []weights.DType{weights.Float32, weights.Float64} {
		a := weights.FromFloat64("", []int{2, 3}, []float64{1, 2, 3, 4, 5, 0.1})
		if want == weights.Float32 {
			a = weights.FromFloat32("", a.Shape, a.Float32())
		}
		write(a)
		m, err := Read(path)
		if err != nil || m.Kind != Array || !slices.Equal(m.Shape, []int{2, 3}) {
			t.Fatalf("%+v: %v", m, err)
		}
		if err := m.Write(path, m.X); err != nil {
			t.Fatal(err)
		}
		got, err := weights.ReadNPYFile(path)
		if err != nil || got.DType != want || !slices.Equal(got.Float64(), a.Float64()) {
			t.Errorf("%v came back as %v: %v", want, got.DType, err)
		}
	}
	write(weights.FromFloat64("", []int{2, 2}, []float64{0, 0, math.Inf(1), 0}))
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), "x.npy: element [1 0] holds +Inf") {
		t.Errorf("infinity: %v", err)
	}
	write(weights.FromFloat64("", []int{0, 2}, nil))
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), "nothing in it") {
		t.Errorf("no elements: %v", err)
	}
}

func TestRecordings(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.wav"), filepath.Join(dir, "out.wav")
	format := data.WAVFormat{Rate: 8000, Channels: 2, Bits: 24}
	if err := data.WriteWAV(in, &data.WAV{WAVFormat: format, Samples: [][]float64{{0, 0.5, -0.25}, {1, 2, 3}}}); err != nil {
		t.Fatal(err)
	}
	m, err := Read(in)
	if err != nil || m.Kind != Audio || !slices.Equal(m.Shape, []int{2, 3}) || m.X[1] != 0.5 {
		t.Fatalf("%+v: %v", m, err)
	}
	if err := m.Write(out, m.X); err != nil {
		t.Fatal(err)
	}
	a, err := os.ReadFile(in)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(out); err != nil || !bytes.Equal(a, b) {
		t.Errorf("the file changed: %v", err)
	}
	if err := m.CheckOutput(filepath.Join(dir, "out.png")); err == nil || !strings.Contains(err.Error(), "recording") {
		t.Errorf("a recording as a picture: %v", err)
	}
	for _, bad := range []string{filepath.Join(dir, "no", "x.wav"), filepath.Join(in, "x.wav")} {
		if err := m.CheckOutput(bad); err == nil {
			t.Errorf("%s can be written", bad)
		}
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	var b bytes.Buffer
	if err := png.Encode(&b, images["RGB"].img); err != nil {
		t.Fatal(err)
	}
	huge := bytes.Clone(b.Bytes())
	copy(huge[16:], "\x7f\xff\xff\xff") // its width
	for name, c := range map[string]struct{ content, want string }{
		"x.txt":     {"", "want an .npy, .png, .jpg, .tif, .pgm, .ppm or .wav file"},
		"text.png":  {"hello, world", "text.png: neither a PNG, JPEG, TIFF, PGM nor PPM image"},
		"empty.jpg": {"", "neither a PNG, JPEG, TIFF, PGM nor PPM image"},
		"cut.png":   {b.String()[:60], "not enough pixel data"},
		"huge.png":  {string(huge), "in the image header"}, // its checksum is wrong
		"text.wav":  {"hello, world, and more", "not a WAV file"},
		"text.npy":  {"hello, world", "not an .npy array"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Read(filepath.Join(dir, "absent.png")); err == nil {
		t.Error("an absent file is read")
	}
}
