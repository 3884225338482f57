package bm3d

import "math"

// haar transforms a group along its blocks by the orthonormal Haar wavelet, in
// place: the mean but for a factor comes first, then the details, coarsest first.
// The number of blocks is a power of two; scratch has as many.
func haar(g, scratch []block) {
	for n := len(g); n > 1; n /= 2 {
		copy(scratch, g[:n])
		for i := range n / 2 {
			a, b, low, high := &scratch[2*i], &scratch[2*i+1], &g[i], &g[n/2+i]
			for k, v := range a {
				low[k], high[k] = (v+b[k])*(math.Sqrt2/2), (v-b[k])*(math.Sqrt2/2)
			}
		}
	}
}

// inverseHaar is its inverse.
func inverseHaar(g, scratch []block) {
	for n := 2; n <= len(g); n *= 2 {
		copy(scratch, g[:n])
		for i := range n / 2 {
			low, high, a, b := &scratch[i], &scratch[n/2+i], &g[2*i], &g[2*i+1]
			for k, v := range low {
				a[k], b[k] = (v+high[k])*(math.Sqrt2/2), (v-high[k])*(math.Sqrt2/2)
			}
		}
	}
}
