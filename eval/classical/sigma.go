package classical

import (
	"math"
	"slices"
)

// SigmaMAD estimates σ by the median absolute deviation of the finest diagonal
// wavelet coefficients (db2), of which clean images have few:
//
//	σ̂ = median|d| / 0.6745
//
// (Donoho and Johnstone 1994). y holds one or more images (C,H,W) of one noise
// level; the estimates of all channels of all images are averaged.
func SigmaMAD(y []float64, shape [3]int) float64 {
	n := shape[1] * shape[2]
	checkSamples(y, shape)
	total := 0.0
	for first := 0; first < len(y); first += n {
		_, details := db2.analyse(grid{shape[1], shape[2], y[first:][:n]})
		total += madSigma(details[len(details)-1].x)
	}
	return total / float64(len(y)/n)
}

// normalQuartile is the third quartile of N(0,1), and so the median of |N(0,1)|.
const normalQuartile = 0.674489750196081743202227014541307185

// madSigma leaves coefficients that are exactly zero out: there is no noise
// where an image was masked.
func madSigma(d []float64) float64 {
	a := make([]float64, 0, len(d))
	for _, v := range d {
		if v != 0 {
			a = append(a, math.Abs(v))
		}
	}
	if len(a) == 0 {
		return 0
	}
	slices.Sort(a)
	m := len(a) / 2
	median := a[m]
	if len(a)%2 == 0 {
		median = (a[m-1] + a[m]) / 2
	}
	return median / normalQuartile
}

// SigmaPatches estimates σ from the covariance of all patches: images span but
// few directions of the patches' space, so that the smallest eigenvalues are the
// noise's. Eigenvalues are left out from the largest one down until the mean of
// the rest is their median: σ̂² is that mean (Chen, Zhu and Heng, ICCV 2015). It is
// too high where images span all directions and there is little noise. y holds one or more images (C,H,W) of one noise level. Patches are 8×8 pixels,
// or smaller where there are fewer than ten patches for each of their values.
func SigmaPatches(y []float64, shape [3]int) float64 {
	checkSamples(y, shape)
	return noiseSigma(fittingPatches(y, shape).eigenvalues())
}

// noiseSigma returns the root of the mean of as many of the smallest eigenvalues as
// have their mean as median; NaN if there are none.
func noiseSigma(values []float64) float64 {
	for n := len(values); n > 0; n-- {
		mean := 0.0
		for _, v := range values[:n] {
			mean += v / float64(n)
		}
		below, equal := slices.BinarySearch(values[:n], mean)
		above := n - below
		for ; equal && above > 0 && values[n-above] == mean; above-- {
		}
		if below <= above { // the image's own eigenvalues pull the mean above the median
			return math.Sqrt(max(mean, 0))
		}
	}
	return math.NaN()
}
