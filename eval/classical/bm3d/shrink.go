package bm3d

const (
	thresholdSigmas = 3.  // hard threshold (λ₃D), in standard deviations of the noise
	wienerNoise     = 0.4 // power of the noise that the Wiener filter reckons with (μ²), in units of its own
)

// threshold keeps the coefficients above λ standard deviations, and the group's mean
// in any case.
func threshold(g, _, variances []block, sigma float64) (weight float64) {
	limit := thresholdSigmas * thresholdSigmas * sigma * sigma
	mean, left := g[0][0], variances[0][0]
	g[0][0] = 0
	for i := range g {
		b, variance := &g[i], &variances[i]
		for k, v := range b {
			if v*v > limit*variance[k] {
				left += variance[k]
			} else {
				b[k] = 0
			}
		}
	}
	g[0][0] = mean
	return 1 / left
}

// wiener multiplies coefficients by W = b²/(b² + μ²·var), b those of the basic
// estimate, but not the group's mean.
func wiener(g, basic, variances []block, sigma float64) (weight float64) {
	noise := wienerNoise * sigma * sigma
	mean, left := g[0][0], variances[0][0]
	g[0][0], basic[0][0] = 0, 0
	for i := range g {
		b, variance := &g[i], &variances[i]
		for k, v := range basic[i] {
			if v == 0 {
				b[k] = 0
				continue
			}
			w := v * v / (v*v + noise*variance[k])
			b[k] *= w
			left += w * w * variance[k]
		}
	}
	g[0][0] = mean
	return 1 / left
}
