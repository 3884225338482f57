package media

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
)

// Complex arrays come back as what they were, and of every n elements the real
// parts are first.
func TestComplexArrays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.npy")
	write := func(z []complex128, wide bool) {
		t.Helper()
		var b bytes.Buffer
		if err := weights.WriteNPY(&b, weights.FromComplex128("", []int{2, 3}, z, wide)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	z := []complex128{1 + 7i, 2 + 8i, 3 + 9i, 4 - 1i, 5 - 2i, 6.125 - 3i}
	for _, wide := range []bool{false, true} {
		for n, want := range map[int][]float64{
			1: {1, 7, 2, 8, 3, 9, 4, -1, 5, -2, 6.125, -3},
			3: {1, 2, 3, 7, 8, 9, 4, 5, 6.125, -1, -2, -3},
			6: {1, 2, 3, 4, 5, 6.125, 7, 8, 9, -1, -2, -3},
		} {
			write(z, wide)
			m, err := Read(path)
			if err != nil || m.Kind != Array || !m.Complex || !slices.Equal(m.Shape, []int{2, 3}) {
				t.Fatalf("%+v: %v", m, err)
			}
			m.Planar(n)
			if !slices.Equal(m.X, want) {
				t.Errorf("%d elements together: %v, want %v", n, m.X, want)
			}
			if err := m.Write(path, m.X); err != nil {
				t.Fatal(err)
			}
			got, err := weights.ReadNPYFile(path)
			if err != nil || got.DType != map[bool]weights.DType{false: weights.Complex64, true: weights.Complex128}[wide] ||
				!slices.Equal(got.Shape, m.Shape) || !slices.Equal(got.Complex128(), z) {
				t.Errorf("%d elements together came back as %v of %v %v: %v", n, got.DType, got.Shape, got.Complex128(), err)
			}
		}
	}
	z[4] = complex(5, math.NaN())
	write(z, true)
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), "element [1 1] holds NaN") {
		t.Errorf("an imaginary part that is no number: %v", err)
	}
}
