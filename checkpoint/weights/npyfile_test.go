package weights

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestNPYFile(t *testing.T) {
	var buf bytes.Buffer
	want := FromFloat64("", []int{2, 1, 3}, []float64{1, -2, 3.5, 4, 5, 1e-300})
	if err := WriteNPY(&buf, want); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "noisy.npy")
	for length := range buf.Len() { // cut anywhere, it is refused by name
		if err := os.WriteFile(name, buf.Bytes()[:length], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadNPYFile(name); err == nil || !strings.Contains(err.Error(), name) {
			t.Fatalf("cut to %d bytes: error %v, want one that names the file", length, err)
		}
	}
	if err := os.WriteFile(name, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := ReadNPYFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "noisy" || got.DType != Float64 || !slices.Equal(got.Shape, want.Shape) || !slices.Equal(got.Float64(), want.Float64()) {
		t.Errorf("read %s %v %v %v", got.Name, got.DType, got.Shape, got.Float64())
	}
}
