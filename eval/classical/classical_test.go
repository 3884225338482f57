package classical

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/internal/rng"
)

// fixture holds arrays of testdata/classical.npz, which testdata/fixtures.py
// made with scikit-image.
func fixture(t testing.TB) map[string]weights.Array {
	t.Helper()
	arrays, err := weights.ReadNPZFile("testdata/classical.npz")
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]weights.Array{}
	for _, a := range arrays {
		m[a.Name] = a
	}
	return m
}

func shapeOf(a weights.Array) [3]int { return [3]int(a.Shape) }

// TestAgreement compares with scikit-image. Non-local means are allowed 0.05·h,
// for scikit-image takes exponentials that are up to 4 % off; all else is the same
// to 1e-10.
func TestAgreement(t *testing.T) {
	f := fixture(t)
	shrinkAll := func(w wavelet, levels int, by threshold) func(dst, y []float64, s [3]int, sigma float64) {
		return func(dst, y []float64, s [3]int, sigma float64) {
			n := s[1] * s[2]
			for at := 0; at < len(y); at += n {
				g := shrink(grid{s[1], s[2], y[at:][:n]}, w, levels, sigma, by)
				for r := range s[1] {
					copy(dst[at+r*s[2]:][:s[2]], g.x[r*g.w:])
				}
			}
		}
	}
	channels := func(weight float64) func(dst, y []float64, s [3]int, sigma float64) {
		return func(dst, y []float64, s [3]int, sigma float64) {
			n := s[1] * s[2]
			for at := 0; at < len(y); at += n {
				chambolle(dst[at:][:n], grid{s[1], s[2], y[at:][:n]}, weight*sigma)
			}
		}
	}
	for name, denoise := range map[string]func(dst, y []float64, s [3]int, sigma float64){
		"tv": channels(0.8), "nlm": NLM,
		"haar.BayesShrink": shrinkAll(haar, 2, bayesShrink), "db2.BayesShrink": shrinkAll(db2, 2, bayesShrink),
		"haar.VisuShrink": shrinkAll(haar, 2, visuShrink), "db2.VisuShrink": shrinkAll(db2, 2, visuShrink),
	} {
		for _, image := range []string{"grey", "colour"} {
			tolerance := 1e-10
			if name == "nlm" {
				tolerance = 0.05 * nlmH * f[image+".sigma"].Float64()[0]
			}
			y, want := f[image+".y"], f[image+"."+name].Float64()
			got := make([]float64, len(want))
			denoise(got, y.Float64(), shapeOf(y), f[image+".sigma"].Float64()[0])
			if d := largest(got, want); !(d <= tolerance) {
				t.Errorf("%s of %s differs by %.3g from scikit-image, tolerance %g", name, image, d, tolerance)
			}
		}
	}
	for name, w := range map[string]wavelet{"haar": haar, "db2": db2} {
		y := f["line.y"]
		got := make([]float64, 101)
		shrinkAll(w, 3, bayesShrink)(got, y.Float64(), shapeOf(y), 0.3)
		if d := largest(got, f["line."+name+".BayesShrink"].Float64()); !(d <= 1e-10) {
			t.Errorf("%s of a line differs by %.3g", name, d)
		}
	}
}

func TestSigmaAgreement(t *testing.T) {
	f := fixture(t)
	for _, image := range []string{"grey", "colour", "line"} {
		y, want := f[image+".y"], f[image+".mad"].Float64()[0]
		if got := SigmaMAD(y.Float64(), shapeOf(y)); math.Abs(got/want-1) > 1e-10 {
			t.Errorf("%s: SigmaMAD %.12g, scikit-image %.12g", image, got, want)
		}
	}
	for _, image := range []string{"grey", "colour"} {
		y, want := f[image+".y"], f[image+".patches"].Float64()[0]
		if got := noiseSigma(newPatches(y.Float64(), shapeOf(y), 4).eigenvalues()); math.Abs(got/want-1) > 1e-10 {
			t.Errorf("%s: patches give %.12g, numpy %.12g", image, got, want)
		}
	}
}

// picture is piecewise smooth.
func picture(shape [3]int) []float64 {
	x := make([]float64, shape[0]*shape[1]*shape[2])
	for i := range x {
		c, r, k := i/(shape[1]*shape[2]), i/shape[2]%shape[1], i%shape[2]
		x[i] = 0.2*math.Sin(float64(r+c)/17) + float64(k)/200
		if (r-20)*(r-20)+(k-30)*(k-30) < 200 {
			x[i] += 0.7
		}
	}
	return x
}

func noisy(x []float64, sigma float64, seed uint64) []float64 {
	y := make([]float64, len(x))
	rng.New(seed, rng.EvalNoise, 0, 0).Normal(y)
	for i, v := range x {
		y[i] = v + sigma*y[i]
	}
	return y
}

var denoisers = map[string]func(dst, y []float64, shape [3]int, sigma float64){"nlm": NLM, "tv": TV, "wavelet": Wavelet}

// TestDenoise demands of every denoiser that it removes most of the noise, keeps
// constants, moves and scales with the image, and leaves clean images alone.
func TestDenoise(t *testing.T) {
	shape := [3]int{2, 41, 60}
	x := picture(shape)
	const sigma = 0.1
	y := noisy(x, sigma, 1)
	for name, denoise := range denoisers {
		got := make([]float64, len(y))
		denoise(got, y, shape, sigma)
		if mse := meanSquare(got, x); mse > 0.3*sigma*sigma {
			t.Errorf("%s leaves %.2f of the noise", name, mse/sigma/sigma)
		}
		moved, other := make([]float64, len(y)), make([]float64, len(y))
		for i, v := range y {
			moved[i] = 3*v + 5
		}
		denoise(other, moved, shape, 3*sigma)
		for i, v := range got {
			moved[i] = 3*v + 5
		}
		if d := largest(other, moved); d > 1e-9 {
			t.Errorf("%s: 3y+5 at 3σ differs by %g", name, d)
		}
		if denoise(other, x, shape, 0); largest(other, x) > 1e-12 {
			t.Errorf("%s changes an image without noise", name)
		}
		constant := slices.Repeat([]float64{0.25}, len(y))
		if denoise(other, constant, shape, sigma); largest(other, constant) > 1e-12 {
			t.Errorf("%s changes a constant", name)
		}
	}
}

// TestSizes runs on sizes at which something could go out of range.
func TestSizes(t *testing.T) {
	for _, shape := range [][3]int{{1, 1, 1}, {1, 1, 2}, {1, 2, 1}, {1, 3, 3}, {2, 1, 64}, {1, 7, 2}, {3, 5, 11}} {
		y := noisy(picture(shape), 0.3, 2)
		for name, denoise := range denoisers {
			got := make([]float64, len(y))
			denoise(got, y, shape, 0.3)
			for i, v := range got {
				if math.IsNaN(v) || math.IsInf(v, 0) || v < slices.Min(y)-1 || v > slices.Max(y)+1 {
					t.Errorf("%s of shape %v: value %d is %v", name, shape, i, v)
				}
			}
		}
		for name, s := range map[string]float64{"mad": SigmaMAD(y, shape), "patches": SigmaPatches(y, shape)} {
			if !(s >= 0) || s > 10 {
				t.Errorf("σ by %s of shape %v: %v", name, shape, s)
			}
		}
	}
}

// TestSigma estimates known levels, of one image and of many small ones. What
// the limits allow for is bias: edges look like noise where there is little of
// it, and on small images borders count.
func TestSigma(t *testing.T) {
	large, small := [3]int{1, 128, 96}, [3]int{1, 16, 16}
	for _, c := range []struct{ sigma, mad, patches, madBatch, patchesBatch float64 }{
		{0.02, 0.03, 0.8, 0.1, 0.05}, {0.1, 0.03, 0.08, 0.1, 0.05}, {0.5, 0.03, 0.03, 0.1, 0.05},
	} {
		image, batch := noisy(picture(large), c.sigma, 3), noisy(slices.Repeat(picture(small), 40), c.sigma, 4)
		for name, e := range map[string]struct{ got, limit float64 }{
			"SigmaMAD of an image":     {SigmaMAD(image, large), c.mad},
			"SigmaPatches of an image": {SigmaPatches(image, large), c.patches},
			"SigmaMAD of a batch":      {SigmaMAD(batch, small), c.madBatch},
			"SigmaPatches of a batch":  {SigmaPatches(batch, small), c.patchesBatch},
		} {
			if math.Abs(e.got/c.sigma-1) > e.limit {
				t.Errorf("%s: %.4f, is %v", name, e.got, c.sigma)
			}
		}
	}
}

// TestReconstruction puts decompositions of all sizes together again.
func TestReconstruction(t *testing.T) {
	for _, w := range []wavelet{haar, db2} {
		for h := 1; h < 9; h++ {
			for width := 2; width < 9; width++ {
				y := noisy(make([]float64, h*width), 1, uint64(h*10+width))
				a, d := w.analyse(grid{h, width, y})
				g := w.synthesise(a, d)
				for i, v := range y {
					if got := g.x[i/width*g.w+i%width]; math.Abs(got-v) > 1e-12 {
						t.Fatalf("%d×%d: value %d is %v, was %v", h, width, i, got, v)
					}
				}
			}
		}
	}
}

func TestPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"nothing":       func() { TV(nil, nil, [3]int{0, 2, 2}, 1) },
		"short output":  func() { NLM(make([]float64, 3), make([]float64, 4), [3]int{1, 2, 2}, 1) },
		"half an image": func() { SigmaMAD(make([]float64, 6), [3]int{1, 2, 2}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

func largest(a, b []float64) float64 {
	d := 0.0
	for i, v := range a {
		if e := math.Abs(v - b[i]); !(e <= d) {
			d = e
		}
	}
	return d
}

func meanSquare(a, b []float64) float64 {
	s := 0.0
	for i, v := range a {
		s += (v - b[i]) * (v - b[i])
	}
	return s / float64(len(a))
}

func BenchmarkDenoise(b *testing.B) {
	shape := [3]int{1, 28, 28}
	y := noisy(picture(shape), 0.1, 1)
	got := make([]float64, len(y))
	for name, denoise := range denoisers {
		b.Run(fmt.Sprintf("%s/28x28", name), func(b *testing.B) {
			for b.Loop() {
				denoise(got, y, shape, 0.1)
			}
		})
	}
}
