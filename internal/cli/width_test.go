package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// What is no terminal has no width.
func TestWidthElsewhere(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []Streams{{Out: f}, {Out: results{f}}, {Out: &bytes.Buffer{}}, {}} {
		if w := s.Width(); w != 0 {
			t.Errorf("%T: %d columns", s.Out, w)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
