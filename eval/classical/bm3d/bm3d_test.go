package bm3d

import (
	"math"
	"slices"
	"testing"

	"github.com/condmean/condmean/internal/rng"
)

// picture is piecewise smooth; its channels differ.
func picture(shape [3]int) []float64 {
	x := make([]float64, shape[0]*shape[1]*shape[2])
	for i := range x {
		c, r, k := i/(shape[1]*shape[2]), i/shape[2]%shape[1], i%shape[2]
		x[i] = 0.2*math.Sin(float64(r+c)/17) + float64(k)/200
		if (r-20)*(r-20)+(k-30)*(k-30) < 200 {
			x[i] += 0.7 - 0.2*float64(c)
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

func denoised(y []float64, shape [3]int, sigma float64) []float64 {
	dst := make([]float64, len(y))
	Denoise(dst, y, shape, sigma)
	return dst
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

// TestDenoise: most of the noise goes; estimates move and scale with the image;
// constants stay, and so does an image without noise.
func TestDenoise(t *testing.T) {
	const sigma = 0.1
	for _, shape := range [][3]int{{1, 41, 60}, {2, 32, 35}, {3, 41, 60}} {
		x := picture(shape)
		y := noisy(x, sigma, 1)
		got := denoised(y, shape, sigma)
		mse := 0.0
		for i, v := range got {
			mse += (v - x[i]) * (v - x[i]) / float64(len(x))
		}
		if mse > 0.15*sigma*sigma {
			t.Errorf("%v: %.3f of the noise is left", shape, mse/sigma/sigma)
		}
		moved, want := make([]float64, len(y)), make([]float64, len(y))
		for i, v := range y {
			moved[i], want[i] = 3*v+5, 3*got[i]+5
		}
		if d := largest(denoised(moved, shape, 3*sigma), want); d > 1e-9 {
			t.Errorf("%v: 3y+5 at 3σ differs by %g", shape, d)
		}
		if d := largest(denoised(x, shape, 0), x); d != 0 {
			t.Errorf("%v: an image without noise is changed by %g", shape, d)
		}
		constant := slices.Repeat([]float64{0.25}, len(y))
		if d := largest(denoised(constant, shape, sigma), constant); d > 1e-12 {
			t.Errorf("%v: a constant is changed by %g", shape, d)
		}
	}
}

// TestChannels: other numbers than three are images of their own.
func TestChannels(t *testing.T) {
	y := noisy(picture([3]int{4, 16, 19}), 0.1, 2)
	all := denoised(y, [3]int{4, 16, 19}, 0.1)
	for c := range 4 {
		if one := denoised(y[c*16*19:][:16*19], [3]int{1, 16, 19}, 0.1); !slices.Equal(one, all[c*16*19:][:16*19]) {
			t.Errorf("channel %d depends on the others", c)
		}
	}
}

// TestGreyInColour: an image with the same noise in all colours stays grey.
func TestGreyInColour(t *testing.T) {
	y := noisy(picture([3]int{1, 24, 24}), 0.1, 3)
	got := denoised(slices.Repeat(y, 3), [3]int{3, 24, 24}, 0.1)
	for i := range y {
		if math.Abs(got[i]-got[i+len(y)]) > 1e-12 || math.Abs(got[i]-got[i+2*len(y)]) > 1e-12 {
			t.Fatalf("pixel %d is %v, %v, %v", i, got[i], got[i+len(y)], got[i+2*len(y)])
		}
	}
}

// TestSizes runs at all sizes around those of a block and of the stride.
func TestSizes(t *testing.T) {
	for _, c := range []int{1, 3} {
		for h := Side; h < Side+7; h++ {
			for _, w := range []int{Side, Side + 1, Side + 2, Side + 3, 30} {
				shape := [3]int{c, h, w}
				y := noisy(picture(shape), 0.3, 4)
				low, high := slices.Min(y)-1, slices.Max(y)+1
				for i, v := range denoised(y, shape, 0.3) {
					if !(v > low && v < high) {
						t.Fatalf("%v: value %d is %v", shape, i, v)
					}
				}
			}
		}
	}
}

// FuzzDenoise: whatever the image, values stay finite and near those it has.
func FuzzDenoise(f *testing.F) {
	f.Add([]byte{0, 255, 3}, uint8(0), uint8(0), false, 0.1)
	f.Add([]byte{7}, uint8(5), uint8(9), true, 1e-9)
	f.Add([]byte{1, 2, 3, 4, 250}, uint8(3), uint8(1), true, 50.)
	f.Fuzz(func(t *testing.T, pixels []byte, h, w uint8, colour bool, sigma float64) {
		if len(pixels) == 0 || !(math.Abs(sigma) < 1e6) {
			t.Skip()
		}
		shape := [3]int{1, Side + int(h%16), Side + int(w%16)}
		if colour {
			shape[0] = 3
		}
		y := make([]float64, shape[0]*shape[1]*shape[2])
		for i := range y {
			y[i] = float64(pixels[i%len(pixels)]) / 255
		}
		for i, v := range denoised(y, shape, sigma) {
			if !(math.Abs(v) < 100) {
				t.Fatalf("%v, σ %v: value %d is %v", shape, sigma, i, v)
			}
		}
	})
}

func TestPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"too low":      func() { Denoise(make([]float64, 70), make([]float64, 70), [3]int{1, 7, 10}, 1) },
		"too narrow":   func() { Denoise(make([]float64, 70), make([]float64, 70), [3]int{1, 10, 7}, 1) },
		"short output": func() { Denoise(make([]float64, 63), make([]float64, 64), [3]int{1, 8, 8}, 1) },
		"no channels":  func() { Denoise(nil, nil, [3]int{0, 8, 8}, 1) },
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

func BenchmarkDenoise(b *testing.B) {
	shape := [3]int{1, 64, 64}
	y := noisy(picture(shape), 0.1, 1)
	dst := make([]float64, len(y))
	for b.Loop() {
		Denoise(dst, y, shape, 0.1)
	}
}
