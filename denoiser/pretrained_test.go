package denoiser_test

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/sched"
)

// Folders of diffusers denoise images in [0,1] as a float64 computation of the same
// networks does: the library's own chain without its noise and without clipping, from
// the level whose SNR is that of the noise on [-1,1].
func TestPretrained(t *testing.T) {
	const limit = 1e-5 // of the result's rms
	for _, name := range []string{"google-flat", "course-pipeline", "scale-shift-resnet", "mnist-28", "odd-groups", "old-keys-bin", "learned-sigma"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join("..", "checkpoint", "pretrained", "testdata", name)
			arrays, err := weights.ReadNPZFile(filepath.Join(dir, "expected.npz"))
			if err != nil {
				t.Fatal(err)
			}
			array := func(name string) []float64 {
				a, ok := weights.Find(arrays, name)
				if !ok {
					t.Fatalf("no array %s", name)
				}
				return a.Float64()
			}
			d, err := denoiser.Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := d.Close(); err != nil {
					t.Error(err)
				}
			}()
			snr := 10 * math.Log10(array("denoise/snr")[0])
			if sigma := array("denoise/sigma")[0]; math.Abs(snr+20*math.Log10(2*sigma)) > 1e-3 {
				t.Fatalf("SNR %v dB of noise with σ = %v", snr, sigma)
			}
			r, err := d.Denoise(context.Background(), array("denoise/noisy"), denoiser.Options{SNR: snr, Method: sched.MethodMean})
			if err != nil {
				t.Fatal(err)
			}
			if level := array("denoise/level")[0]; r.THat != level {
				t.Errorf("level %v, want %v", r.THat, level)
			}
			if off := off(r.X, array("denoise/out")); !(off <= limit) {
				t.Errorf("the estimate is off by %.2g of its rms, want at most %v", off, limit)
			} else {
				t.Logf("the estimate is off by %.2g of its rms", off)
			}
			// A chain from a level's own samples, normalised, and a single call there.
			start := int(array("chain/start")[0])
			y := array("chain/x")
			scale := math.Sqrt(d.Schedule().AlphaBar[start]) // chains begin with √ᾱ·y
			for i := range y {
				y[i] /= scale
			}
			for _, c := range []struct {
				method sched.Method
				want   string
			}{{sched.MethodMean, "chain/out"}, {sched.MethodOneShot, "chain/oneshot"}} {
				r, err := d.Denoise(context.Background(), y, denoiser.Options{SNR: d.Schedule().SNRdB(start), Normalized: true, Method: c.method})
				if err != nil {
					t.Fatal(err)
				}
				if off := off(r.X, array(c.want)); r.THat != float64(start) || !(off <= limit) {
					t.Errorf("%s: from level %v, off by %.2g of its rms, want level %d and at most %v", c.want, r.THat, off, start, limit)
				} else {
					t.Logf("%s: off by %.2g", c.want, off)
				}
			}
		})
	}
}

// off is the largest difference over the root mean square of want.
func off(got, want []float64) float64 {
	if len(got) != len(want) {
		return math.NaN()
	}
	most, square := 0.0, 0.0
	for i, w := range want {
		most = max(most, math.Abs(got[i]-w))
		square += w * w
	}
	return most / math.Sqrt(square/float64(len(want)))
}
