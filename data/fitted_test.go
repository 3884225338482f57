package data

import (
	"context"
	"errors"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/dist/disttest"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/rng"
)

// TestFitted fits a mixture to images, draws from it, and finds the fit again.
func TestFitted(t *testing.T) {
	c := configs.Default().Data
	c.Fit, c.Dir, c.Components, c.Covariance = "mnist", "testdata", 3, "diag"
	c.Mixture = filepath.Join(t.TempDir(), "fits", "mnist.npz")
	c.Samples = configs.Samples{Train: 4000, Val: 20, Test: 30}
	iterations := int64(0)
	open := func(seed uint64) *Set {
		s, err := Open(context.Background(), c, seed, WithProgress(func(_ string, done, _ int64) { iterations = done }))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open(1)
	if iterations == 0 {
		t.Error("the fit reports no progress")
	}
	if !slices.Equal(s.Shape(), []int{1, 28, 28}) || !s.Image || s.Train.Len() != 4000 || s.Val.Len() != 20 || s.Test.Len() != 30 {
		t.Errorf("shape %v, %d samples", s.Shape(), s.Train.Len())
	}
	// The prior belongs to the normalised samples: zero mean, power one.
	if m, _ := s.Mixture.Moments(); math.Abs(s.Mixture.Power()-1) > 1e-9 || math.Abs(m[400]) > 1e-9 {
		t.Errorf("the prior has power %v", s.Mixture.Power())
	}
	// In their own units, samples have the mean of the images they are fitted to.
	images, err := testOpener(configs.Data{Kind: "mnist", Dir: "testdata"}).idx(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	of, drawn := meanOf(t, images.train), meanOf(t, s.Train)
	for k := range of {
		// Pixels have a deviation of at most a half: five standard errors.
		if math.Abs(of[k]-drawn[k]) > 5*0.5/math.Sqrt(4000) || math.Abs(of[k]-s.Norm.Mean[k]) > 1e-9 {
			t.Fatalf("pixel %d has mean %v in images, %v in samples, %v in the normalisation", k, of[k], drawn[k], s.Norm.Mean[k])
		}
	}
	iterations = 0
	if again := open(2); iterations != 0 || !slices.Equal(again.Norm.Mean, s.Norm.Mean) || slices.Equal(readAll(t, again.Val)[0], readAll(t, s.Val)[0]) {
		t.Errorf("a second run fits anew (%d iterations), or draws the same samples", iterations)
	}
	c.Components = 4
	if _, err := Open(context.Background(), c, 1); err == nil || !configs.IsUsage(err) || !strings.Contains(err.Error(), "has 3 components") {
		t.Errorf("error %v for the fit of another size", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c.Mixture = filepath.Join(t.TempDir(), "x.npz")
	if _, err := Open(ctx, c, 1, WithProgress(func(string, int64, int64) { cancel() })); err == nil {
		t.Error("a cancelled fit succeeds")
	}
	if _, err := os.Stat(c.Mixture); err == nil {
		t.Error("a cancelled fit is saved")
	}
}

// nowhere fails a test that asks for an address.
type nowhere struct{ t *testing.T }

func (n nowhere) RoundTrip(r *http.Request) (*http.Response, error) {
	n.t.Errorf("the network is asked for %s", r.URL)
	return nil, errors.New("there is no network")
}

// Where the fit is there, its images need not be: everything is as it was with them.
func TestFittedWithoutImages(t *testing.T) {
	for _, e := range []struct {
		fit     string
		batches []int
		shape   []int
		name    string
	}{
		{"mnist", nil, []int{1, 28, 28}, "mixture of 2 Gaussians fitted to MNIST"},
		{"mnist", []int{1}, []int{1, 28, 28}, "mixture of 2 Gaussians fitted to MNIST"},
		{"fashion", nil, []int{1, 28, 28}, "mixture of 2 Gaussians fitted to Fashion-MNIST"},
		{"cifar10", []int{2}, []int{3, 32, 32}, "mixture of 2 Gaussians fitted to CIFAR-10 with training batches [2]"},
		{"cifar10", []int{2, 1}, []int{3, 32, 32}, "mixture of 2 Gaussians fitted to CIFAR-10 with training batches [1 2]"},
	} {
		c := configs.Default().Data
		c.Fit, c.Batches, c.Components, c.Covariance = e.fit, e.batches, 2, "diag"
		c.Mixture = filepath.Join(t.TempDir(), "fit.npz")
		c.Samples = configs.Samples{Train: 5, Val: 3, Test: 2}
		var sets []*Set
		for _, dir := range []string{"testdata", t.TempDir()} {
			c.Dir = dir
			o := testOpener(c)
			o.client.Transport = nowhere{t}
			s, err := o.mixture(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(s.Shape(), e.shape) || !s.Image || s.Name != e.name {
				t.Errorf("%s: shape %v, image %v, name %q, want %v, an image, %q", dir, s.Shape(), s.Image, s.Name, e.shape, e.name)
			}
			sets = append(sets, s)
		}
		with, without := sets[0], sets[1]
		if !reflect.DeepEqual(with.Norm, without.Norm) || !reflect.DeepEqual(with.Fingerprint, without.Fingerprint) {
			t.Errorf("%s: norm or fingerprint %+v without images, %+v with them", e.fit, without.Fingerprint, with.Fingerprint)
		}
		for i, s := range []Source{without.Train, without.Val, without.Test} {
			if !reflect.DeepEqual(readAll(t, s), readAll(t, []Source{with.Train, with.Val, with.Test}[i])) {
				t.Errorf("%s: split %d has other samples without images", e.fit, i)
			}
		}
	}
}

// Only their files tell the shape of images of another size than the published ones.
func TestFittedToOtherSizes(t *testing.T) {
	const n, high, wide = 40, 4, 5
	dir := t.TempDir()
	pixels, labels := idxHeader(n, high, wide), append(idxHeader(n), make([]byte, n)...)
	for i := range n * high * wide {
		pixels = append(pixels, byte(i*i*7%251))
	}
	for name, b := range map[string][]byte{
		"train-images-idx3-ubyte": pixels, "train-labels-idx1-ubyte": labels, "t10k-images-idx3-ubyte": pixels, "t10k-labels-idx1-ubyte": labels,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := configs.Default().Data
	c.Fit, c.Dir, c.Components, c.Covariance = "mnist", dir, 2, "diag"
	c.Mixture = filepath.Join(t.TempDir(), "fit.npz")
	c.Samples = configs.Samples{Train: 5, Val: 3, Test: 2}
	for range 2 { // the first time it is fitted, the second time it is there
		disttest.Run(t, 2, func(g dist.Group) error {
			s, err := Open(context.Background(), c, 1, WithGroup(g))
			if err == nil && !slices.Equal(s.Shape(), []int{1, high, wide}) {
				t.Errorf("shape %v, want %v", s.Shape(), []int{1, high, wide})
			}
			return err
		})
	}
	c.Dir = filepath.Join(dir, "train-labels-idx1-ubyte") // no folder: nothing is there, and nothing can be put there
	if _, err := Open(context.Background(), c, 1); !configs.IsUsage(err) || !strings.Contains(err.Error(), c.Mixture+" has 20 dimensions, images of MNIST 784") {
		t.Errorf("error %v without the images", err)
	}
}

// What is known of public sets is what their files hold.
func TestPublished(t *testing.T) {
	for name, public := range publicSets() {
		if len(public.files) == 0 {
			continue
		}
		o := testOpener(configs.Data{Kind: name, Dir: "testdata"})
		f, err := o.files(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(f.train.Shape(), public.shape) || !strings.HasPrefix(f.name, public.title) || public.title == "" {
			t.Errorf("%s: %q of shape %v, want %q of %v", name, f.name, f.train.Shape(), public.title, public.shape)
		}
	}
	if all := publicSets()["cifar10"].part([]int{5, 1, 3, 2, 4}); all != "CIFAR-10" {
		t.Errorf("all batches are %q", all)
	}
}

func meanOf(t *testing.T, s Source) []float64 {
	t.Helper()
	mean := make([]float64, dims.Count(s.Shape()))
	for _, x := range readAll(t, s) {
		for k, v := range x {
			mean[k] += float64(v) / float64(s.Len())
		}
	}
	return mean
}

// TestMixtureFile opens a mixture that was saved.
func TestMixtureFile(t *testing.T) {
	m, err := gmm.Random(5, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	c := configs.Default().Data
	c.Mixture, c.Samples = filepath.Join(t.TempDir(), "m.npz"), configs.Samples{Train: 10, Val: 10, Test: 10}
	if _, err := Open(context.Background(), c, 1); err == nil || !configs.IsUsage(err) {
		t.Errorf("error %v without the file", err)
	}
	if err := m.Save(c.Mixture); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(context.Background(), c, 1); err != nil || s.Dim() != 5 || s.Mixture.Components() != 2 {
		t.Errorf("%v", err)
	}
}

// Samples of a mixture from a file are in its units, and normalising them gives
// the very samples that were drawn.
func TestMixtureFileKeepsItsUnits(t *testing.T) {
	const d = 5
	m, err := gmm.Random(d, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	offset := make([]float64, d)
	for k := range offset {
		offset[k] = -100 - float64(k)
	}
	if m, err = m.Affine(offset, []float64{1. / 3}); err != nil { // x ← 3(x + 100 + k)
		t.Fatal(err)
	}
	c := configs.Default().Data
	c.Mixture, c.Samples = filepath.Join(t.TempDir(), "m.npz"), configs.Samples{Train: 3000, Val: 10, Test: 10}
	if err := m.Save(c.Mixture); err != nil {
		t.Fatal(err)
	}
	if m, err = gmm.Load(c.Mixture); err != nil {
		t.Fatal(err)
	}
	z, mean, scale, err := m.Normalize()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(context.Background(), c, 1)
	if err != nil {
		t.Fatal(err)
	}
	pool := par.New(2)
	defer pool.Close()
	drawn := make([]float64, 3000*d)
	if err := z.Sample(pool, drawn, 1, uint64(rng.DataTrain), 0); err != nil {
		t.Fatal(err)
	}
	x := make([]float32, 3000*d)
	if err := s.Read(x, s.Train, 0); err != nil {
		t.Fatal(err)
	}
	for i, v := range x {
		if v != float32(drawn[i]) {
			t.Fatalf("value %d is %v normalised, want %v as it was drawn", i, v, drawn[i])
		}
	}
	for k, got := range meanOf(t, s.Train) {
		if math.Abs(s.Norm.Mean[k]-mean[k]) > 1e-9*math.Abs(mean[k]) || math.Abs(s.Norm.Scale[0]/scale-1) > 1e-9 {
			t.Errorf("the map is (x - %v)/%v, want the mixture's own, %v and %v", s.Norm.Mean[k], s.Norm.Scale[0], mean[k], scale)
		}
		if math.Abs(got-mean[k]) > 5*3*scale/math.Sqrt(3000) {
			t.Errorf("value %d of the samples has the mean %v, want %v", k, got, mean[k])
		}
	}
	if !(s.Norm.Low < s.Norm.High) || s.Norm.Low < 100 {
		t.Errorf("range [%v, %v]", s.Norm.Low, s.Norm.High)
	}
}
