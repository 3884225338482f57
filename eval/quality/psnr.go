package quality

import (
	"fmt"
	"math"
)

// PSNR returns the peak signal-to-noise ratio of an estimate in dB, +Inf if it
// is perfect.
func PSNR(x, xhat []float64, dataRange float64) float64 {
	checkPair(x, xhat, dataRange)
	sum := 0.0
	for i, v := range x {
		sum += (v - xhat[i]) * (v - xhat[i])
	}
	return 10 * math.Log10(dataRange*dataRange*float64(len(x))/sum)
}

// RoundKair rounds values in the unit interval to 8 bits, as files have them:
// they are clipped to [0,1] and rounded to multiples of 1/255, halves to even.
// dst may be x. PSNR and SSIM of images so rounded, with a data range of 1, are
// the figures of the KAIR toolbox and of much of the literature, which gives
// noise levels as σ/255.
func RoundKair(dst, x []float64) {
	for i, v := range x {
		dst[i] = math.RoundToEven(255*min(max(v, 0), 1)) / 255
	}
}

func checkPair(x, xhat []float64, dataRange float64) {
	if len(x) == 0 || len(x) != len(xhat) || !(dataRange > 0) {
		panic(fmt.Sprintf("quality: %d and %d values of range %v cannot be compared", len(x), len(xhat), dataRange))
	}
}
