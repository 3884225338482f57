package single

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/sched"
)

// TestUselessWork: outputs that cannot be written are noticed before any network
// call, and nothing is left behind.
func TestUselessWork(t *testing.T) {
	dir := t.TempDir()
	input := filepath.Join(dir, "in.npy")
	var b bytes.Buffer
	if err := weights.WriteNPY(&b, weights.FromFloat32("", []int{2, 8}, make([]float32, 16))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(input, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	folder, closed := filepath.Join(dir, "folder.npy"), filepath.Join(dir, "closed")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(closed, 0o500); err != nil {
		t.Fatal(err)
	}
	outputs := []string{folder, filepath.Join(dir, strings.Repeat("x", 300)+".npy"), filepath.Join(dir, "no", "x.npy"), filepath.Join(input, "x.npy")}
	if os.Getuid() > 0 {
		outputs = append(outputs, filepath.Join(closed, "x.npy"))
	}
	checkpoint := denoiser.ExactPrefix + filepath.Join("..", "..", "gmm", "testdata", "rand_gmm_n8_k4.npz")
	for _, out := range outputs {
		var shown bytes.Buffer
		_, err := Generate(context.Background(), GenerateOptions{Checkpoint: checkpoint, N: 2, Method: sched.MethodDDIM, Out: out, Err: &shown})
		if err == nil || !strings.HasPrefix(err.Error(), "--out: ") || shown.Len() > 0 {
			t.Errorf("generate into %s: %v, after %q", out, err, shown.String())
		}
		_, err = Denoise(context.Background(), DenoiseOptions{Checkpoint: checkpoint, Input: input, Output: out, Err: &shown})
		if err == nil || !strings.HasPrefix(err.Error(), "--output: ") || shown.Len() > 0 {
			t.Errorf("denoise into %s: %v, after %q", out, err, shown.String())
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		t.Errorf("%v: %v", entries, err)
	}
}

// Names that a file system takes are written, long ones too.
func TestLongNames(t *testing.T) {
	checkpoint := denoiser.ExactPrefix + filepath.Join("..", "..", "gmm", "testdata", "rand_gmm_n8_k4.npz")
	for _, n := range []int{200, 230} {
		out := filepath.Join(t.TempDir(), strings.Repeat("x", n-4)+".npy")
		g, err := Generate(context.Background(), GenerateOptions{Checkpoint: checkpoint, N: 2, Method: sched.MethodDDIM, Steps: 2, Out: out})
		if err != nil {
			t.Fatal(err)
		}
		if a, err := weights.ReadNPYFile(out); err != nil || len(a.Float64()) != len(g.X) {
			t.Errorf("a name of %d bytes: %v", n, err)
		}
		if _, err := g.Compare(); err == nil {
			t.Error("samples are compared with nothing")
		}
	}
}

// TestUnfit: what a network has no use for is not even opened: a picture may take a
// gigabyte to decode.
func TestUnfit(t *testing.T) {
	checkpoint := denoiser.ExactPrefix + filepath.Join("..", "..", "gmm", "testdata", "rand_gmm_n8_k4.npz")
	dir := t.TempDir()
	for name, want := range map[string]string{
		"x.png": "needs a network that was trained on images", "x.JPEG": "needs a network that was trained on images",
		"x.npy": "no such file", "x.wav": "no such file", // the samples are signals of one channel
		"x.gif": "want an .npy, .png, .jpg, .tif, .pgm, .ppm or .wav file",
	} {
		_, err := Denoise(context.Background(), DenoiseOptions{Checkpoint: checkpoint, Input: filepath.Join(dir, name), Output: filepath.Join(dir, "out"+filepath.Ext(name))})
		if err == nil || !strings.HasPrefix(err.Error(), "--input: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}

// TestColouredNote: scales that differ by 6 dB or more make a note.
func TestColouredNote(t *testing.T) {
	for want, scale := range map[string][]float64{"": {3}, "6 dB stronger": {1, 2, 1.5}, "20 dB stronger": {0.1, 1, 0.5}} {
		if got := colouredNote(scale); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("scales %v: note %q, want %q", scale, got, want)
		}
	}
	if got := colouredNote([]float64{1, 1.9}); got != "" {
		t.Errorf("a note of scales that hardly differ: %q", got)
	}
}
