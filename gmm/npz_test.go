package gmm_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/gmm"
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
