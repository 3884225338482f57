package data

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/limit"
)

// npz returns an archive of one array.
func npz(t testing.TB, name string, method uint16, array []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
	if err == nil {
		_, err = w.Write(array)
	}
	if err := firstOf(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What unpacks to more than the limit is refused by its header, before it takes
// memory; what lies uncompressed in the file is not.
func TestDecodedValuesAreLimited(t *testing.T) {
	const n = 4 << 20
	t.Setenv(limit.Variable, "1000000")
	array := npyFile(npyText("<f4", "65536, 64"), 4*n)
	fortran := npyFile(strings.Replace(npyText("<f4", "65536, 64"), "False", "True", 1), 4*n)
	pixels := append(idxHeader(n/4, 2, 2), make([]byte, n)...)
	for name, c := range map[string]struct {
		file string
		b    []byte
		ok   bool
	}{
		"compressed array": {"x.npz", npz(t, "a.npy", zip.Deflate, array), false},
		"stored array":     {"x.npz", npz(t, "a.npy", zip.Store, array), true},
		"Fortran order":    {"x.npy", fortran, false},
		"gzipped pixels":   {"x.idx", gzipped(pixels), false},
		"pixels":           {"x.idx", pixels, true},
	} {
		path := filepath.Join(t.TempDir(), c.file)
		if err := os.WriteFile(path, c.b, 0o600); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := readers[strings.TrimPrefix(filepath.Ext(path), ".")](path, configs.Default().Data)
		runtime.ReadMemStats(&after)
		if c.ok {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err == nil || !configs.IsUsage(err) || !strings.Contains(err.Error(), limit.Variable) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want one that names the file and %s", name, err, limit.Variable)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
			t.Errorf("%s: takes %d bytes", name, took)
		}
	}
}

// Names of arrays are shown on one line, however long and strange.
func TestNamesOfArrays(t *testing.T) {
	for _, name := range []string{"a\nb.npy", "\x1b[2J.npy", strings.Repeat("long", 5000) + ".npy", "a\nb"} {
		for array, b := range map[string][]byte{"no array": []byte("hello"), "vector": npyFile(npyText("<f4", "3,"), 12), "type": npyFile(npyText("<x\n4", "3,"), 12)} {
			path := filepath.Join(t.TempDir(), "x.npz")
			if err := os.WriteFile(path, npz(t, name, zip.Deflate, b), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, pick := range []string{"", "other"} {
				err := readers["npz"](path, configs.Data{Array: pick, Layout: "auto"})
				if err == nil || strings.ContainsAny(err.Error(), "\n\x1b") || len(err.Error()) > 1500 {
					t.Errorf("%.20q, %s: message %.2000q", name, array, err)
				}
			}
		}
	}
}
