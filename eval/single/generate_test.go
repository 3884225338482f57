package single

import (
	"context"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/sched"
)

// Samples of an exact predictor have the prior's variances, and do not depend on
// how they are split into batches.
func TestGenerate(t *testing.T) {
	s := subject(t, []int{1, 2}, []float64{0.3, 0, 0, 1.7}, 0, 1)
	for _, g := range []Generated{{Method: sched.MethodResample, Steps: 300, Seed: 2}, {Method: sched.MethodDDIM, Steps: 60, Seed: 2}} {
		const n = 2000
		if err := g.draw(context.Background(), s, n, 64, nil); err != nil {
			t.Fatal(err)
		}
		for k, want := range []float64{0.3, 1.7} {
			v := 0.0
			for i := k; i < len(g.X); i += 2 {
				v += g.X[i] * g.X[i] / n
			}
			// Four standard errors of a variance, and what the steps miss.
			if math.Abs(v/want-1) > 4*math.Sqrt(2.0/n)+0.03 {
				t.Errorf("%v: variance %.4f, want %v", g.Method, v, want)
			}
		}
		other := g
		if err := other.draw(context.Background(), s, 70, 7, nil); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(other.X, g.X[:140]) {
			t.Errorf("%v: samples depend on the batches", g.Method)
		}
	}
}

func TestWriteGenerated(t *testing.T) {
	dir := t.TempDir()
	// Five RGB images of 2×3, of values below, in and above [0,1].
	g := &Generated{Shape: []int{3, 2, 3}, X: make([]float64, 5*18)}
	for i := range g.X {
		g.X[i] = float64(i%18)/8 - 0.25
	}
	path := filepath.Join(dir, "x.npy")
	if err := g.Write(path, 0); err != nil {
		t.Fatal(err)
	}
	a, err := weights.ReadNPYFile(path)
	if err != nil || a.DType != weights.Float32 || !slices.Equal(a.Shape, []int{5, 3, 2, 3}) || a.Float64()[7] != 0.625 {
		t.Errorf("%v of shape %v: %v", a.DType, a.Shape, err)
	}
	path = filepath.Join(dir, "x.png")
	for columns, want := range map[int]image.Point{0: {3*5 - 2, 2*4 - 2}, 2: {2*5 - 2, 3*4 - 2}, 99: {5*5 - 2, 2}} {
		if err := g.Write(path, columns); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(f)
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if err != nil || img.Bounds().Size() != want {
			t.Errorf("%d columns: %v: %v", columns, img.Bounds(), err)
		}
		// The second pixel of the second row of the second image: values 4, 10 and 16.
		if columns == 0 {
			if r, g, b, _ := img.At(5+1, 1).RGBA(); r>>8 != 64 || g>>8 != 255 || b>>8 != 255 {
				t.Errorf("pixel %d %d %d", r>>8, g>>8, b>>8)
			}
		}
	}
	for path, want := range map[string]string{
		"x.jpg": "want an .npy or a .png file", filepath.Join(dir, "no", "x.npy"): "no such file", filepath.Join(path, "x.npy"): "not a directory",
	} {
		if err := g.Write(path, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := (&Generated{Shape: []int{2, 3}, X: make([]float64, 6)}).Write(path, 0); err == nil || !strings.Contains(err.Error(), "no grey or RGB images") {
		t.Errorf("signals as a picture: %v", err)
	}
}

// The range of arrays is not known.
func TestStretch(t *testing.T) {
	g := &Generated{X: make([]float64, 1000), stretch: true}
	for i := range g.X {
		g.X[i] = float64(i) - 300
	}
	if low, high := g.limits(); low != -295 || high != 694 {
		t.Errorf("black is %v, white %v", low, high)
	}
	clear(g.X)
	if low, high := g.limits(); high <= low {
		t.Errorf("black is %v, white %v", low, high)
	}
}

// TestGenerateOnOffset: samples of a small signal on a large offset, and of very
// small and large units, keep their variance in the file.
func TestGenerateOnOffset(t *testing.T) {
	for _, v := range []struct{ mean, std float64 }{{3, 2}, {1e8, 1}, {0, 1e-50}, {0, 1e60}} {
		m, err := gmm.New([]float64{1}, []float64{v.mean, -v.mean}, []float64{v.std * v.std, 0, 0, v.std * v.std})
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		file, out := filepath.Join(dir, "m.npz"), filepath.Join(dir, "x.npy")
		if err := m.Save(file); err != nil {
			t.Fatal(err)
		}
		const n = 500
		if _, err := Generate(context.Background(), GenerateOptions{Checkpoint: denoiser.ExactPrefix + file, Threads: 1, N: n, Method: sched.MethodDDIM, Steps: 30, Out: out}); err != nil {
			t.Fatal(err)
		}
		a, err := weights.ReadNPYFile(out)
		if err != nil {
			t.Fatal(err)
		}
		power := 0.0
		for i, x := range a.Float64() {
			z := (x - v.mean*float64(1-i%2*2)) / v.std
			power += z * z / (2 * n)
		}
		if math.Abs(power-1) > 5/math.Sqrt(n)+0.03 {
			t.Errorf("mean %g, standard deviation %g: %v samples of power %g, want 1", v.mean, v.std, a.DType, power)
		}
		if wide := v.std != 2; (a.DType == weights.Float64) != wide {
			t.Errorf("mean %g, standard deviation %g: %v", v.mean, v.std, a.DType)
		}
	}
}
