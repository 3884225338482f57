package data

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/gmm"
)

func printOf(t *testing.T, c configs.Data, options ...Option) Fingerprint {
	t.Helper()
	s, err := Open(context.Background(), c, 1, options...)
	if err != nil {
		t.Fatal(err)
	}
	return s.Fingerprint
}

// The fingerprint tells contents, order and number of samples apart, and neither
// places nor threads.
func TestFingerprint(t *testing.T) {
	const n, d = 700, 3
	x := ramp(n * d)
	of := func(x []float64, shape ...int) configs.Data {
		path := filepath.Join(t.TempDir(), "x.npy")
		writeArray(t, path, shape, x)
		c := configs.Default().Data
		c.Kind, c.Dir = "npy", path
		return c
	}
	want := printOf(t, of(x, n, d), WithThreads(1))
	if want.Train != 560 || want.Val != 70 || want.Test != 70 || !slices.Equal(want.Shape, []int{1, d}) || want.Hash == "" {
		t.Errorf("%+v", want)
	}
	if got := printOf(t, of(x, n, d), WithThreads(5)); want.Changed(got) != "" {
		t.Errorf("elsewhere, with other threads: %s", want.Changed(got))
	}
	flipped, swapped, last := slices.Clone(x), slices.Clone(x), slices.Clone(x)
	flipped[0], flipped[1] = -x[0], -x[1]
	copy(swapped, x[d:2*d])
	copy(swapped[d:], x[:d])
	last[n*d-1] += 1e-9
	for name, c := range map[string]struct {
		c    configs.Data
		what string
	}{
		"two signs":         {of(flipped, n, d), "contents"},
		"two samples":       {of(swapped, n, d), "order"},
		"one value":         {of(last, n, d), "contents"},
		"more samples":      {of(ramp((n+10)*d), n+10, d), "568, 71 and 71"},
		"samples of others": {of(x, n*d/7, 7), "shape [1 7]"},
	} {
		if got := want.Changed(printOf(t, c.c)); !strings.Contains(got, c.what) {
			t.Errorf("%s: %q, want %q", name, got, c.what)
		}
	}
	kept, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if back, ok, err := FingerprintFrom(kept); err != nil || !ok || want.Changed(back) != "" {
		t.Errorf("kept, it comes back as %+v, %v", back, err)
	}
	if _, ok, err := FingerprintFrom(nil); ok || err != nil {
		t.Errorf("of early checkpoints: %v, %v", ok, err)
	}
	for _, kept := range []string{"[1", "null", "3", "{}", `{"shape":[1,-4]}`, `{"shape":[1,99999999]}`, `{"shape":[1,4],"train":-1}`, `{"shape":[1,4],"hash":7}`} {
		if _, ok, err := FingerprintFrom([]byte(kept)); ok || err == nil {
			t.Errorf("%s passes for a fingerprint", kept)
		}
	}
}

// Images and recordings are told by their files, wherever they lie.
func TestFingerprintOfFiles(t *testing.T) {
	for kind, from := range map[string]string{"folder": "testdata/images", "audio": "testdata/wav"} {
		c := configs.Default().Data
		c.Kind, c.Dir, c.Size, c.SkipBad = kind, from, 8, true
		was := printOf(t, c)
		c.Dir = filepath.Join(t.TempDir(), "moved")
		if err := os.CopyFS(c.Dir, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
		if what := was.Changed(printOf(t, c, WithThreads(3))); what != "" {
			t.Errorf("%s: copied, %s", kind, what)
		}
		files, err := filepath.Glob(filepath.Join(c.Dir, "*.*"))
		if err != nil || len(files) < 2 {
			t.Fatal(files, err)
		}
		f, err := os.OpenFile(files[0], os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.WriteString("xx")
		if err := firstOf(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		if was.Changed(printOf(t, c)) == "" {
			t.Errorf("%s: another %s goes unnoticed", kind, files[0])
		}
	}
}

// A mixture is told by its file, whatever number of samples is drawn of it.
func TestFingerprintOfMixtures(t *testing.T) {
	c := configs.Default().Data
	c.Dim, c.Components, c.Samples = 5, 2, configs.Samples{Train: 10, Val: 10, Test: 10}
	random := printOf(t, c)
	c.Samples.Train = 20
	if what := random.Changed(printOf(t, c)); what != "" {
		t.Errorf("random: %s", what)
	}
	save := func(seed uint64) {
		m, err := gmm.Random(5, 2, seed)
		if err == nil {
			err = m.Save(c.Mixture)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	c.Mixture = filepath.Join(t.TempDir(), "m.npz")
	save(1)
	was := printOf(t, c)
	c.Samples.Test = 20
	if what := was.Changed(printOf(t, c)); what != "" {
		t.Errorf("of a file: %s", what)
	}
	save(2)
	if what := was.Changed(printOf(t, c)); what == "" {
		t.Error("another mixture goes unnoticed")
	}
}
