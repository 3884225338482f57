package weights

import (
	"archive/zip"
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/sbinet/npyio/npz"

	"github.com/condmean/condmean/internal/limit"
	"github.com/condmean/condmean/internal/npy"
)

// expected reads a fixture's reference values with an independent reader.
func expected(t *testing.T, name string) map[string][]float64 {
	t.Helper()
	r, err := npz.Open(filepath.Join("testdata", name+".expected.npz"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	want := make(map[string][]float64)
	for _, k := range r.Keys() {
		v := []float64{}
		if n := r.Header(k).Descr.Shape; !slices.Contains(n, 0) {
			if err := r.Read(k, &v); err != nil {
				t.Fatal(k, err)
			}
		}
		want[strings.TrimSuffix(k, ".npy")] = v
	}
	return want
}

// compare checks values bit by bit, both widenings.
func compare(t *testing.T, got []Array, want map[string][]float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d arrays, want %d", len(got), len(want))
	}
	for _, a := range got {
		w, ok := want[a.Name]
		if !ok {
			t.Errorf("unexpected array %s", a.Name)
			continue
		}
		g, g32 := a.Float64(), a.Float32()
		if len(g) != len(w) || len(g32) != len(w) {
			t.Errorf("%s: %d elements, want %d", a.Name, len(g), len(w))
			continue
		}
		for i := range g {
			if math.Float64bits(g[i]) != math.Float64bits(w[i]) {
				t.Errorf("%s[%d] = %v, want %v", a.Name, i, g[i], w[i])
			}
			if math.Float32bits(g32[i]) != math.Float32bits(float32(w[i])) {
				t.Errorf("%s[%d] = %v as float32, want %v", a.Name, i, g32[i], float32(w[i]))
			}
		}
	}
}

func TestReadNPZWrittenByNumPy(t *testing.T) {
	for _, file := range []string{"numpy.npz", "numpy_deflated.npz"} {
		t.Run(file, func(t *testing.T) {
			arrays, err := ReadNPZFile(filepath.Join("testdata", file))
			if err != nil {
				t.Fatal(err)
			}
			compare(t, arrays, expected(t, "numpy"))
			for name, want := range map[string]struct {
				dtype DType
				shape []int
			}{
				"f8": {Float64, []int{2, 3, 4}}, "f2": {Float16, []int{11}}, "i8": {Int64, []int{2, 2}},
				"bool": {Bool, []int{3}}, "scalar": {Float32, nil}, "empty": {Float32, []int{0, 3}},
				"fortran": {Float32, []int{3, 4, 2}},
			} {
				if a, ok := Find(arrays, name); !ok || a.DType != want.dtype || !slices.Equal(a.Shape, want.shape) {
					t.Errorf("%s: %v %v, want %v", name, a.DType, a.Shape, want)
				}
			}
		})
	}
	arrays, err := ReadNPZFile("testdata/numpy_versions.npz")
	if err != nil {
		t.Fatal(err)
	}
	v := expected(t, "numpy")["f4"]
	compare(t, arrays, map[string][]float64{"v1": v, "v2": v, "v3": v})
}

// The entries we write are byte for byte those that NumPy writes.
func TestWriteNPZMatchesNumPy(t *testing.T) {
	const file = "testdata/float32.npz"
	arrays, err := ReadNPZFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range arrays {
		arrays[i] = FromFloat32(a.Name, a.Shape, a.Float32())
	}
	var buf bytes.Buffer
	if err := WriteNPZ(&buf, arrays); err != nil {
		t.Fatal(err)
	}
	want, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer want.Close()
	got, err := zip.NewReader(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.File) != len(want.File) {
		t.Fatalf("%d entries, want %d", len(got.File), len(want.File))
	}
	for i := range want.File {
		w, errW := readEntry(want.File[i])
		g, errG := readEntry(got.File[i])
		if errW != nil || errG != nil || want.File[i].Name != got.File[i].Name || !bytes.Equal(w, g) {
			t.Errorf("entry %s differs from NumPy's (%v, %v)", want.File[i].Name, errW, errG)
		}
	}
}

func TestNPZRoundTrip(t *testing.T) {
	nan := math.Float32frombits(0x7fc12345)
	arrays := []Array{
		FromFloat32("z.first", []int{2, 2}, []float32{1, nan, float32(math.Inf(-1)), float32(math.Copysign(0, -1))}),
		FromFloat64("a/second", []int{3}, []float64{math.Pi, math.SmallestNonzeroFloat64, math.MaxFloat64}),
		FromFloat32("scalar", nil, []float32{7}),
		FromFloat32("none", []int{0}, nil),
	}
	var one, two bytes.Buffer
	if err := WriteNPZ(&one, arrays); err != nil {
		t.Fatal(err)
	}
	if err := WriteNPZ(&two, arrays); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("equal arrays give different bytes")
	}
	got, err := ReadNPZ(bytes.NewReader(one.Bytes()), int64(one.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range arrays {
		g := got[i]
		if g.Name != a.Name || g.DType != a.DType || !slices.Equal(g.Shape, a.Shape) || !bytes.Equal(g.bytes(), a.bytes()) {
			t.Errorf("%s: got %s %v %v", a.Name, g.Name, g.DType, g.Shape)
		}
	}
}

// entry is a file of an archive made for a test.
type entry struct {
	name, data string
	method     uint16
}

func archiveOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, e := range entries {
		w, err := z.CreateHeader(&zip.FileHeader{Name: e.name, Method: e.method})
		if err == nil {
			_, err = w.Write([]byte(e.data))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// npyOf is an .npy file with the given header fields.
func npyOf(descr, shape, data string) string {
	h := fmt.Sprintf("{'descr': %s, 'fortran_order': False, 'shape': %s, }\n", descr, shape)
	return npy.Magic + "\x01\x00" + string([]byte{byte(len(h)), byte(len(h) >> 8)}) + h + data
}

func TestHostileNPZ(t *testing.T) {
	good := npyOf("'<f4'", "(1,)", "\x00\x00\x80\x3f")
	whole := archiveOf(t, entry{name: "a.npy", data: good})
	flipped := bytes.Clone(whole)
	flipped[bytes.Index(flipped, []byte("\x80\x3f"))] ^= 1
	overlap := bytes.ReplaceAll(archiveOf(t, entry{name: "a.npy", data: good}, entry{name: "b.npy", data: good}), []byte("b.npy"), []byte("a.npy"))
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"empty file":     {nil, "zip archive"},
		"not a zip":      {[]byte(strings.Repeat("x", 100)), "zip archive"},
		"truncated":      {whole[:len(whole)-10], "zip archive"},
		"flipped byte":   {flipped, "checksum"},
		"entry twice":    {overlap, "twice"},
		"climbs out":     {archiveOf(t, entry{name: "../../a.npy", data: good}), "inside"},
		"absolute":       {archiveOf(t, entry{name: "/etc/a.npy", data: good}), "inside"},
		"backslash":      {archiveOf(t, entry{name: `..\a.npy`, data: good}), "inside"},
		"other file":     {archiveOf(t, entry{name: "evil.exe", data: good}), "evil.exe"},
		"objects":        {archiveOf(t, entry{name: "a.npy", data: npyOf("'|O'", "(1,)", "cos\nsystem\n(S'x'\ntR.")}), "Python objects"},
		"structured":     {archiveOf(t, entry{name: "a.npy", data: npyOf("[('x', '<f4')]", "(1,)", "1234")}), "structured"},
		"complex":        {archiveOf(t, entry{name: "a.npy", data: npyOf("'<c8'", "(1,)", "12345678")}), "complex64"},
		"long double":    {archiveOf(t, entry{name: "a.npy", data: npyOf("'<f16'", "(1,)", "0123456789abcdef")}), "<f16"},
		"too little":     {archiveOf(t, entry{name: "a.npy", data: npyOf("'<f4'", "(2,)", "1234")}), "needs 8 bytes"},
		"too much":       {archiveOf(t, entry{name: "a.npy", data: npyOf("'<f4'", "(1,)", "12345")}), "needs 4 bytes"},
		"huge shape":     {archiveOf(t, entry{name: "a.npy", data: npyOf("'<f4'", "(4611686018427387904, 4)", "")}), "too large"},
		"overflow":       {archiveOf(t, entry{name: "a.npy", data: npyOf("'<f4'", "(99999999999999999999,)", "")}), "out of range"},
		"negative shape": {archiveOf(t, entry{name: "a.npy", data: npyOf("'<f4'", "(-1,)", "")}), "malformed"},
		"no header":      {archiveOf(t, entry{name: "a.npy", data: npy.Magic + "\x01\x00\xff\xff{"}), "truncated"},
		"long header":    {archiveOf(t, entry{name: "a.npy", data: npy.Magic + "\x02\x00\xff\xff\xff\xff{"}), "truncated"},
		"version 9":      {archiveOf(t, entry{name: "a.npy", data: npy.Magic + "\x09\x00\x01\x00{"}), "version 9"},
		"no magic":       {archiveOf(t, entry{name: "a.npy", data: "hello"}), "not an .npy"},
		"no name":        {archiveOf(t, entry{name: ".npy", data: good}), "no name"},
	} {
		t.Run(name, func(t *testing.T) {
			refuses(t, c.want, func() error {
				_, err := ReadNPZ(bytes.NewReader(c.file), int64(len(c.file)))
				return err
			})
		})
	}
}

// refuses checks that read fails with one line that contains want.
func refuses(t *testing.T, want string, read func() error) {
	t.Helper()
	err := read()
	if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || len(err.Error()) > 400 {
		t.Errorf("error %q, want one line with %q", err, want)
	}
}

// A zip bomb is refused before it unfolds.
func TestZipBomb(t *testing.T) {
	const unfolded = 64 << 20
	file := archiveOf(t, entry{
		name: "a.npy", method: zip.Deflate,
		data: npyOf("'<f4'", fmt.Sprintf("(%d,)", unfolded/4), strings.Repeat("\x00", unfolded)),
	})
	if a, err := ReadNPZ(bytes.NewReader(file), int64(len(file))); err != nil || len(a) != 1 {
		t.Errorf("%v: values within the limit, however well they are compressed", err)
	}
	t.Setenv(limit.Variable, "1000000")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	refuses(t, "more than the limit of 1000000 decoded values", func() error {
		_, err := ReadNPZ(bytes.NewReader(file), int64(len(file)))
		return err
	})
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("took %d bytes to refuse a file of %d", got, len(file))
	}
}

func TestWriteNPZRefusesBadNames(t *testing.T) {
	one := []float32{1}
	for _, names := range [][]string{{""}, {"a", "a"}, {"../a"}, {"/a"}} {
		var arrays []Array
		for _, n := range names {
			arrays = append(arrays, FromFloat32(n, []int{1}, one))
		}
		if err := WriteNPZ(new(bytes.Buffer), arrays); err == nil {
			t.Errorf("names %q are written", names)
		}
	}
}

func FuzzReadNPZ(f *testing.F) {
	for _, name := range []string{"numpy.npz", "numpy_deflated.npz", "numpy_versions.npz"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add(archiveOf(f, entry{name: "a.npy", data: npyOf("'|O'", "(1,)", "cos\nsystem\n(S'x'\ntR.")}))
	f.Fuzz(func(t *testing.T, b []byte) {
		arrays, err := ReadNPZ(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		for _, a := range arrays {
			if len(a.Float32()) != a.Len() {
				t.Errorf("%s: %d elements for shape %v", a.Name, len(a.Float32()), a.Shape)
			}
		}
	})
}

func FuzzParseNPY(f *testing.F) {
	f.Add([]byte(npyOf("'<f4'", "(1,)", "1234")))
	f.Add([]byte(npyOf("'<f8'", "(2, 3L)", strings.Repeat("x", 48))))
	f.Add([]byte(strings.Replace(npyOf("'|i1'", "(2, 3)", "abcdef"), "False", "True", 1)))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := parseNPY(b)
		if err == nil && len(a.Float64()) != a.Len() {
			t.Errorf("%d elements for shape %v", len(a.Float64()), a.Shape)
		}
	})
}
