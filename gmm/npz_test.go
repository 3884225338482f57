package gmm_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/hostile"
	"github.com/condmean/condmean/internal/npy"
)

func TestSaveLoad(t *testing.T) {
	for kind, m := range threeKinds(t, 5, 3) {
		name := filepath.Join(t.TempDir(), "m.npz")
		for range 2 { // the second replaces the first
			if err := m.Save(name); err != nil {
				t.Fatal(err)
			}
		}
		got, err := gmm.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if got.Kind() != kind || !slices.Equal(got.Weights(), m.Weights()) {
			t.Errorf("%s: came back as %s with weights %v", kind, got.Kind(), got.Weights())
		}
		for k := range 3 {
			if !slices.Equal(got.Mean(k), m.Mean(k)) {
				t.Errorf("%s: mean %d differs", kind, k)
			}
			want := m.Covariance(k)
			for i, v := range got.Covariance(k) {
				closeTo(t, string(kind)+" covariance", v, want[i], 1e-13)
			}
		}
		if left, err := filepath.Glob(filepath.Join(filepath.Dir(name), ".*")); err != nil || len(left) != 0 {
			t.Errorf("files left behind: %v (%v)", left, err)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	w := weights.FromFloat64("weights", []int{2}, []float64{0.5, 0.5})
	m := weights.FromFloat64("means", []int{2, 1}, []float64{-1, 1})
	c := weights.FromFloat64("covariances", []int{2, 1, 1}, []float64{1, 1})
	array := func(name string, n int, shape ...int) weights.Array {
		return weights.FromFloat64(name, shape, make([]float64, n))
	}
	for _, tc := range []struct {
		say    string
		arrays []weights.Array
	}{
		{`"weights" is missing`, []weights.Array{m, c}},
		{`"means" is missing`, []weights.Array{w, c}},
		{`"covariances" is missing`, []weights.Array{w, m}},
		{`"noise" is missing`, []weights.Array{w, m, array("factors", 2, 2, 1, 1)}},
		{`"weights": shape`, []weights.Array{array("weights", 4, 2, 2), m, c}},
		{`"means": shape`, []weights.Array{w, array("means", 3, 3, 1), c}},
		{`"covariances": shape`, []weights.Array{w, m, array("covariances", 4, 2, 2)}},
		{`"covariances": shape`, []weights.Array{w, m, array("covariances", 8, 2, 2, 2)}},
		{`"factors": shape`, []weights.Array{w, m, array("factors", 2, 1, 1, 2), array("noise", 2, 2)}},
		{`means`, []weights.Array{w, array("means", 0, 2, 0), c}},
		{`weights`, []weights.Array{array("weights", 0, 0), array("means", 0, 0, 1), array("covariances", 0, 0, 1, 1)}},
		{`weights[0]`, []weights.Array{array("weights", 2, 2), m, c}},
		{`covariances[1]`, []weights.Array{w, m, weights.FromFloat64("covariances", []int{2, 1, 1}, []float64{1, -1})}},
	} {
		name := filepath.Join(t.TempDir(), "bad.npz")
		var buf bytes.Buffer
		if err := weights.WriteNPZ(&buf, tc.arrays); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, buf.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := gmm.Load(name)
		if err == nil || !strings.Contains(err.Error(), tc.say) || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want one line with the file's name and %q", err, tc.say)
		}
	}
	if _, err := gmm.Load(t.TempDir()); err == nil {
		t.Error("a folder is accepted")
	}
	if _, err := gmm.Load("no-such-file.npz"); err == nil {
		t.Error("a missing file is accepted")
	}
	m2 := threeKinds(t, 3, 2)[gmm.Full]
	if err := m2.Save(filepath.Join(t.TempDir(), "no", "folder.npz")); err == nil {
		t.Error("saved into a missing folder")
	}
}

func FuzzRead(f *testing.F) {
	for _, m := range threeKinds(f, 3, 2) {
		var buf bytes.Buffer
		if err := m.Write(&buf); err != nil {
			f.Fatal(err)
		}
		f.Add(buf.Bytes())
		f.Add(buf.Bytes()[:buf.Len()/2])
	}
	b, err := os.ReadFile("testdata/rand_gmm_n8_k4.npz")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := gmm.Read(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		// Whatever is accepted can be written and read back.
		var buf bytes.Buffer
		if err := m.Write(&buf); err != nil {
			t.Fatal(err)
		}
		if _, err := gmm.Read(bytes.NewReader(buf.Bytes()), int64(buf.Len())); err != nil {
			t.Fatal(err)
		}
	})
}

// Values that compress well, and arrays that no mixture needs, do no harm.
func TestLoadCommon(t *testing.T) {
	const k, n = 16, 64
	w, means, covs := make([]float64, k), make([]float64, k*n), make([]float64, k*n*n)
	for i := range k {
		w[i] = 1. / k
		means[i*n+i] = 3
		for j := range n {
			covs[i*n*n+j*n+j] = 0.5
		}
	}
	var plain bytes.Buffer
	err := weights.WriteNPZ(&plain, []weights.Array{
		weights.FromFloat64("weights", []int{k}, w), weights.FromFloat64("means", []int{k, n}, means), weights.FromFloat64("covariances", []int{k, n, n}, covs),
	})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "mixture.npz")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(plain.Bytes()), int64(plain.Len()))
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	for _, e := range r.File { // as numpy.savez_compressed packs them
		from, err := e.Open()
		if err != nil {
			t.Fatal(err)
		}
		to, err := z.Create(e.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(to, from); err != nil {
			t.Fatal(err)
		}
	}
	for other, content := range map[string]string{
		"note.npy": "\x93NUMPY\x01\x00\x36\x00{'descr': '<U1', 'fortran_order': False, 'shape': (), }a\x00\x00\x00", "readme.txt": "hello", "broken.npy": "x",
	} {
		to, err := z.Create(other)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(to, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	m, err := gmm.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	if m.Components() != k || m.Dim() != n || m.Mean(3)[3] != 3 {
		t.Errorf("%d components of dimension %d", m.Components(), m.Dim())
	}
}

// Hostile mixtures: every array replaced by others of all shapes and values.
func TestHostileMixture(t *testing.T) {
	good := map[string]weights.Array{
		"weights":     weights.FromFloat64("weights", []int{2}, []float64{0.5, 0.5}),
		"means":       weights.FromFloat64("means", []int{2, 1}, []float64{-1, 1}),
		"covariances": weights.FromFloat64("covariances", []int{2, 1, 1}, []float64{1, 1}),
	}
	shapes := [][]int{nil, {0}, {1}, {2}, {3}, {1, 2}, {2, 2}, {2, 0}, {0, 1}, {2, 1, 2}, {2, 2, 1}, {1 << 16}, {1, 1 << 16}, {2, 1, 1, 1}}
	values := []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, 1e308, 0}
	n := 0
	try := func(name string, a weights.Array) {
		arrays := []weights.Array{a}
		for other, b := range good {
			if other != name {
				arrays = append(arrays, b)
			}
		}
		var b bytes.Buffer
		if err := weights.WriteNPZ(&b, arrays); err != nil {
			t.Fatal(err)
		}
		n++
		hostile.Withstands(t, false, func() error {
			_, err := gmm.Read(bytes.NewReader(b.Bytes()), int64(b.Len()))
			if err == nil && (slices.ContainsFunc(a.Float64(), func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })) {
				t.Errorf("%s of %v and %v are accepted", name, a.Shape, a.Float64()[0])
			}
			return err
		})
	}
	for name, a := range good {
		for _, shape := range shapes {
			size := 1
			for _, d := range shape {
				size *= d
			}
			try(name, weights.FromFloat64(name, shape, make([]float64, size)))
		}
		for _, v := range values {
			try(name, weights.FromFloat64(name, a.Shape, []float64{v, a.Float64()[1]}))
		}
	}
	t.Logf("%d mixtures", n)
}

// A mixture saved on, or for, a big-endian machine is the same mixture.
func TestLoadBigEndian(t *testing.T) {
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	for name, a := range map[string]struct {
		shape  []int
		values []float64
	}{"weights": {[]int{2}, []float64{0.25, 0.75}}, "means": {[]int{2, 1}, []float64{-1, 3}}, "covariances": {[]int{2, 1, 1}, []float64{0.5, 2}}} {
		b, err := npy.AppendHeader(nil, npy.Element{Kind: 'f', Size: 8, Big: true}, a.shape)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range a.values {
			b = binary.BigEndian.AppendUint64(b, math.Float64bits(v))
		}
		to, err := z.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	m, err := gmm.Read(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if w := m.Weights(); w[0] != 0.25 || m.Mean(1)[0] != 3 || m.Covariance(0)[0] != 0.5 {
		t.Errorf("weights %v, mean %v, covariance %v", w, m.Mean(1), m.Covariance(0))
	}
}
