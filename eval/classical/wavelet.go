package classical

import "math"

// Wavelet writes the image with soft thresholds on its wavelet coefficients,
// averaged over shifts of the image (cycle spinning). The wavelet is db2, the
// thresholds are BayesShrink's σ²/√max(mean(coefficient²) - σ², 0), one for
// each subband.
func Wavelet(dst, y []float64, shape [3]int, sigma float64) {
	check(dst, y, shape)
	h, w := shape[1], shape[2]
	clear(dst)
	for first := 0; first < len(y); first += h * w {
		spin(grid{h, w, dst[first:][:h*w]}, grid{h, w, y[first:][:h*w]}, func(g grid) grid {
			return shrink(g, db2, db2.maxLevel(h, w), sigma, bayesShrink)
		})
	}
}

// spins is how many shifts along each axis are averaged.
const spins = 4

// spin writes the average of f over circular shifts.
func spin(dst, y grid, f func(grid) grid) {
	rows, columns := min(spins, y.h), min(spins, y.w)
	by := 1 / float64(rows*columns)
	shifted := newGrid(y.h, y.w)
	for dr := range rows {
		for dc := range columns {
			for r := range y.h {
				for c := range y.w {
					shifted.x[(r+dr)%y.h*y.w+(c+dc)%y.w] = y.x[r*y.w+c]
				}
			}
			g := f(shifted)
			for r := range y.h {
				for c := range y.w {
					dst.x[r*y.w+c] += by * g.x[(r+dr)%y.h*y.w+(c+dc)%y.w]
				}
			}
		}
	}
}

// threshold returns that of a subband of an image of n values.
type threshold func(band []float64, sigma float64, n int) float64

// bayesShrink is nearly the best soft threshold for coefficients of a
// generalised Gaussian distribution.
func bayesShrink(band []float64, sigma float64, _ int) float64 {
	square := 0.0
	for _, v := range band {
		square += v * v
	}
	const epsilon = 0x1p-52 // in place of zero
	v := sigma * sigma
	return v / math.Sqrt(max(square/float64(len(band))-v, epsilon))
}

// visuShrink is the universal threshold σ√(2 log n).
func visuShrink(_ []float64, sigma float64, n int) float64 {
	return sigma * math.Sqrt(2*math.Log(float64(n)))
}

// shrink decomposes the plane into levels, moves all detail coefficients
// towards zero by the threshold of their subband, and puts it together again.
func shrink(g grid, wave wavelet, levels int, sigma float64, t threshold) grid {
	n := len(g.x)
	details := make([][]grid, levels)
	for l := range levels {
		g, details[l] = wave.analyse(g)
		for _, band := range details[l] {
			by := t(band.x, sigma, n)
			for i, v := range band.x {
				band.x[i] = math.Copysign(max(math.Abs(v)-by, 0), v)
			}
		}
	}
	for l := levels - 1; l >= 0; l-- {
		g = wave.synthesise(g, details[l])
	}
	return g
}
