package quality

import (
	"math"
	"slices"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
)

// fixture holds arrays of testdata/quality.npz, which testdata/fixtures.py made
// with scikit-image.
func fixture(t *testing.T) map[string]weights.Array {
	t.Helper()
	arrays, err := weights.ReadNPZFile("testdata/quality.npz")
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]weights.Array{}
	for _, a := range arrays {
		m[a.Name] = a
	}
	return m
}

// TestAgreement compares with scikit-image (gaussian_weights=True, sigma=1.5,
// use_sample_covariance=False, data_range given) to 1e-10.
func TestAgreement(t *testing.T) {
	f := fixture(t)
	for _, name := range []string{"grey", "colour", "bytes", "kair"} {
		x, y, r := f[name+".x"], f[name+".y"].Float64(), f[name+".range"].Float64()[0]
		if got, want := PSNR(x.Float64(), y, r), f[name+".psnr"].Float64()[0]; math.Abs(got-want) > 1e-10 {
			t.Errorf("%s: PSNR %.12f dB, scikit-image %.12f", name, got, want)
		}
		if got, want := SSIM(x.Float64(), y, [3]int(x.Shape), r), f[name+".ssim"].Float64()[0]; math.Abs(got-want) > 1e-10 {
			t.Errorf("%s: SSIM %.12f, scikit-image %.12f", name, got, want)
		}
	}
}

// TestRoundKair gives the figures of bytes from unrounded values.
func TestRoundKair(t *testing.T) {
	f := fixture(t)
	y := f["kair.unrounded"].Float64()
	RoundKair(y, y)
	x := f["kair.x"].Float64()
	for i := range x {
		if got, want := y[i]*255, f["kair.y"].Float64()[i]; math.Abs(got-want) > 1e-12 {
			t.Fatalf("value %d is %v, want %v", i, got, want)
		}
		x[i] /= 255
	}
	if got, want := PSNR(x, y, 1), f["kair.psnr"].Float64()[0]; math.Abs(got-want) > 1e-10 {
		t.Errorf("PSNR %v, want %v", got, want)
	}
}

// TestProperties of any image, of sizes around the window's too.
func TestProperties(t *testing.T) {
	for _, shape := range [][3]int{{1, 1, 1}, {1, 3, 30}, {2, 11, 10}, {1, 12, 11}, {3, 16, 16}} {
		n := shape[0] * shape[1] * shape[2]
		x, y := make([]float64, n), make([]float64, n)
		for i := range x {
			x[i], y[i] = math.Sin(float64(i*i)), math.Cos(float64(i))
		}
		if s := SSIM(x, x, shape, 2); math.Abs(s-1) > 1e-12 {
			t.Errorf("%v: SSIM of an image with itself is %v", shape, s)
		}
		if p := PSNR(x, x, 2); !math.IsInf(p, 1) {
			t.Errorf("%v: PSNR of an image with itself is %v", shape, p)
		}
		a, b := SSIM(x, y, shape, 2), SSIM(y, x, shape, 2)
		if !(a < 0.999) || math.Abs(a-b) > 1e-12 {
			t.Errorf("%v: SSIM is %v one way, %v the other", shape, a, b)
		}
		scale := func(x []float64) []float64 {
			x = slices.Clone(x)
			for i := range x {
				x[i] *= 7
			}
			return x
		}
		if s := SSIM(scale(x), scale(y), shape, 14); math.Abs(s-a) > 1e-12 {
			t.Errorf("%v: SSIM changes with units: %v, %v", shape, a, s)
		}
		if p, q := PSNR(x, y, 2), PSNR(scale(x), scale(y), 14); math.Abs(p-q) > 1e-12 {
			t.Errorf("%v: PSNR changes with units: %v, %v", shape, p, q)
		}
	}
}

func TestPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"lengths": func() { PSNR(make([]float64, 2), make([]float64, 3), 1) },
		"range":   func() { PSNR(make([]float64, 2), make([]float64, 2), 0) },
		"shape":   func() { SSIM(make([]float64, 2), make([]float64, 2), [3]int{1, 2, 2}, 1) },
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

func BenchmarkSSIM(b *testing.B) {
	x, y := make([]float64, 784), make([]float64, 784)
	for i := range x {
		x[i], y[i] = math.Sin(float64(i)/20), math.Sin(float64(i)/21)
	}
	for b.Loop() {
		SSIM(x, y, [3]int{1, 28, 28}, 2)
	}
}
