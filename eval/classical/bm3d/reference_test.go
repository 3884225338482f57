package bm3d

import (
	"math"
	"testing"
)

// TestReference compares with the implementation of the method's authors, by the
// PSNRs in testdata/reference.npz, which testdata/fixtures.py made.
func TestReference(t *testing.T) {
	f := arraysOf(t, "testdata/reference.npz")
	for _, name := range []string{"grey-15", "grey-50", "colour-15", "colour-50"} {
		x, y := f[name+".x"].Float64(), f[name+".y"]
		mse := 0.0
		for i, v := range denoised(y.Float64(), [3]int(y.Shape), f[name+".sigma"].Float64()[0]) {
			e := v - x[i]/255
			mse += e * e / float64(len(x))
		}
		got, want := -10*math.Log10(mse), f[name+".psnr"].Float64()[0]
		t.Logf("%s: PSNR %.3f dB, reference %.3f dB", name, got, want)
		if math.Abs(got-want) > 0.1 {
			t.Errorf("%s: PSNR %.3f dB, reference %.3f dB", name, got, want)
		}
	}
}
