package data

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/dims"
)

// fact is what is known of a split of a public data set.
type fact struct {
	n      int
	first  []int // labels
	counts []int // of the labels
	mean   float64
}

// publicFacts are published facts of the whole sets, and of the first images of
// each file, which are in testdata; the latter's were found with NumPy.
var publicFacts = map[string]map[string][2]fact{
	"whole": {
		"mnist": {
			{60000, []int{5, 0, 4, 1, 9, 2, 1, 3, 1, 4}, []int{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}, 0.1307},
			{10000, []int{7, 2, 1, 0, 4, 1, 4, 9, 5, 9}, []int{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}, 0.1325},
		},
		"fashion": {
			{60000, []int{9, 0, 0, 3, 0, 2, 7, 2, 5, 5}, slices.Repeat([]int{6000}, 10), 0.2860},
			{10000, []int{9, 2, 1, 1, 6, 1, 4, 6, 5, 7}, slices.Repeat([]int{1000}, 10), 0.2868},
		},
	},
	"testdata": {
		"mnist": {
			{200, []int{5, 0, 4, 1, 9, 2, 1, 3, 1, 4}, []int{21, 26, 20, 21, 21, 13, 19, 21, 15, 23}, 0.126804},
			{60, []int{7, 2, 1, 0, 4, 1, 4, 9, 5, 9}, []int{6, 10, 5, 5, 10, 7, 5, 6, 0, 6}, 0.114561},
		},
		"fashion": {
			{100, []int{9, 0, 0, 3, 0, 2, 7, 2, 5, 5}, []int{12, 11, 9, 15, 9, 11, 10, 8, 4, 11}, 0.284542},
			{40, []int{9, 2, 1, 1, 6, 1, 4, 6, 5, 7}, []int{3, 5, 3, 4, 5, 4, 3, 5, 4, 4}, 0.259786},
		},
	},
}

func (f fact) check(t *testing.T, name string, s Source) {
	t.Helper()
	if s.Len() != f.n {
		t.Errorf("%s: %d images, want %d", name, s.Len(), f.n)
		return
	}
	var first []int
	counts := make([]int, 10)
	sum, x := 0.0, make([]float32, dims.Count(s.Shape()))
	for i := range s.Len() {
		label, ok := Label(s, i)
		if !ok || label > 9 {
			t.Fatalf("%s: image %d has label %d, %v", name, i, label, ok)
		}
		counts[label]++
		if first = append(first, label); len(first) > len(f.first) {
			first = first[:len(f.first)]
		}
		if err := s.Read(x, i); err != nil {
			t.Fatal(err)
		}
		for _, v := range x {
			sum += float64(v)
		}
	}
	if !slices.Equal(first, f.first) || f.counts != nil && !slices.Equal(counts, f.counts) {
		t.Errorf("%s: labels %v…, in all %v; want %v…, %v", name, first, counts, f.first, f.counts)
	}
	digits := 4
	if f.n < 1000 {
		digits = 6
	}
	mean := sum / float64(s.Len()*len(x))
	if got, want := fmt.Sprintf("%.*f", digits, mean), fmt.Sprintf("%.*f", digits, f.mean); got != want {
		t.Errorf("%s: mean pixel %s, want %s", name, got, want)
	}
}

// roots returns the folders of data sets to test with, by what they hold.
func roots(t *testing.T) map[string]string {
	t.Helper()
	r := map[string]string{"testdata": "testdata"}
	if dir := os.Getenv(Environment); dir != "" && !testing.Short() {
		r["whole"] = dir
	}
	return r
}

func TestIDXFacts(t *testing.T) {
	for what, root := range roots(t) {
		for kind, facts := range publicFacts[what] {
			o := testOpener(configs.Data{Kind: kind, Dir: root})
			if what == "whole" {
				if _, err := os.Stat(filepath.Join(root, kind)); err != nil {
					continue
				}
			}
			f, err := o.idx(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(f.train.Shape(), []int{1, 28, 28}) || !f.image {
				t.Errorf("%s: shape %v", kind, f.train.Shape())
			}
			facts[0].check(t, what+" "+kind+" train", f.train)
			facts[1].check(t, what+" "+kind+" test", f.test)
		}
	}
}

func TestCIFARFacts(t *testing.T) {
	firsts := [][]int{{6, 9, 9, 4, 1, 1, 2, 7, 8, 3}, {1, 6, 6, 8, 8, 3, 4, 6, 0, 6}, {3, 8, 8, 0, 6, 6, 1, 6, 3, 1}}
	facts := map[string][]fact{
		"testdata": {{20, firsts[0], nil, 0.438883}, {12, firsts[1], nil, 0.482180}, {12, firsts[2], nil, 0.488490}},
		"whole": {
			{10000, firsts[0], []int{1005, 974, 1032, 1016, 999, 937, 1030, 1001, 1025, 981}, 0.474670},
			{10000, firsts[1], []int{984, 1007, 1010, 995, 1010, 988, 1008, 1026, 987, 985}, 0.473862},
			{10000, firsts[2], slices.Repeat([]int{1000}, 10), 0.476585},
		},
	}
	for what, root := range roots(t) {
		dir := filepath.Join(root, "cifar10")
		if firstThere(dir, cifarTest) == "" {
			continue
		}
		for b, want := range facts[what][:2] {
			o := testOpener(configs.Data{Kind: "cifar10", Dir: root, Batches: []int{b + 1}})
			f, err := o.cifar(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(f.train.Shape(), []int{3, 32, 32}) {
				t.Errorf("shape %v", f.train.Shape())
			}
			want.check(t, fmt.Sprint(what, " batch ", b+1), f.train)
			facts[what][2].check(t, what+" test", f.test)
		}
		o := testOpener(configs.Data{Kind: "cifar10", Dir: root})
		f, err := o.cifar(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if label, _ := Label(f.train, facts[what][0].n); f.train.Len() < facts[what][0].n+facts[what][1].n || label != 1 {
			t.Errorf("%s: %d images, the first of batch 2 has label %d", what, f.train.Len(), label)
		}
	}
	// The first pixels: red, green and blue planes, row by row.
	s, err := openCIFAR("testdata/cifar10/data_batch_1.bin")
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, 3072)
	if err := s.Read(x, 0); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[int]float32{0: 59, 1: 43, 2: 50, 1024: 62, 1025: 46, 1026: 48} {
		if x[at] != want/255 {
			t.Errorf("value %d is %v, want %v/255", at, x[at], want)
		}
	}
}

// TestOpenPublicSets opens data sets the whole way.
func TestOpenPublicSets(t *testing.T) {
	for kind, mean := range map[string]float64{"mnist": 0.1268, "fashion": 0.2845, "cifar10": 0.455} {
		c := configs.Default().Data
		c.Kind, c.Dir = kind, "testdata"
		s, err := Open(context.Background(), c, 7)
		if err != nil {
			t.Fatal(err)
		}
		d := s.Dim()
		x := make([]float64, s.Train.Len()*d)
		if err := s.ReadNormalized(x, s.Train, 0); err != nil {
			t.Fatal(err)
		}
		sum, square := 0.0, 0.0
		for _, v := range x {
			sum, square = sum+v, square+v*v
		}
		if n := float64(len(x)); math.Abs(sum/n) > 1e-6 || math.Abs(square/n-1) > 1e-5 {
			t.Errorf("%s: normalised mean %v and power %v", kind, sum/n, square/n)
		}
		raw := 0.0
		for _, m := range s.Norm.Mean {
			raw += m / float64(d)
		}
		if math.Abs(raw-mean) > 0.01 { // validation samples are left out
			t.Errorf("%s: mean pixel %v of the train split, want about %v", kind, raw, mean)
		}
		if _, ok := Label(s.Val, 0); !ok || !s.Image {
			t.Errorf("%s: labels or kind are lost", kind)
		}
		l, err := s.Loader(4, 1, Cursor{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := l.Next(context.Background())
		if err != nil || len(b.X) != 4*d {
			t.Errorf("%s: batch of %d values, error %v", kind, len(b.X), err)
		}
		l.Close()
	}
}

func TestPlainIDX(t *testing.T) {
	axes, b, err := readIDX(strings.NewReader("\x00\x00\x08\x01\x00\x00\x00\x03abc"), 11, 1)
	if err != nil || !slices.Equal(axes, []int{3}) || string(b) != "abc" {
		t.Errorf("%v %q %v", axes, b, err)
	}
}

func TestPlace(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "mnist"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv(Environment, "")
	t.Setenv("XDG_CACHE_HOME", dir)
	t.Setenv("HOME", dir)
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ env, dir, set, want string }{
		{"", dir, "mnist", filepath.Join(dir, "mnist")},
		{"", dir, "fashion", dir},
		{"/e", "", "mnist", filepath.Join("/e", "mnist")},
		{"/e", dir, "fashion", dir},
		{"", "", "mnist", filepath.Join(cache, "condmean", "mnist")},
	} {
		t.Setenv(Environment, c.env)
		if got, err := place(c.dir, c.set); err != nil || got != c.want {
			t.Errorf("%+v: %s, %v", c, got, err)
		}
	}
}
