package tensorboard

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestGolden compares a file byte by byte with one made from TensorBoard's own
// messages by its own record writer (testdata/make.py).
func TestGolden(t *testing.T) {
	want, err := os.ReadFile(filepath.Join("testdata", "events.golden"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	w, err := create(dir, 300, func() time.Time { return time.Unix(1700000000, 250e6) })
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Scalars(350, Scalar{"train/loss", 0.3}, Scalar{"val/loss", -1e-7}); err != nil {
		t.Fatal(err)
	}
	if err := w.Image(1<<40, "samples", 2, 300, 3, []byte("\x89PNG")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.1700000000.*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	got, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%x\nwant\n%x", got, want)
	}
}

func TestCreateRefuses(t *testing.T) {
	if _, err := Create(filepath.Join(t.TempDir(), "none"), 0); err == nil {
		t.Error("a file was created in a folder that does not exist")
	}
}
