//go:build amd64 || arm64

package kernel

// check panics unless arrays of rows, and those of a scale-shift, hold what the
// assembly touches.
func (c *NormColumns) check(rows, film [][]float32) {
	for _, x := range rows {
		need(x, (c.samples-1)*c.stride+lane)
	}
	for _, x := range film {
		need(x, (c.samples-1)*c.film+lane)
	}
}

func callNormMeans(c *NormColumns, f func(mean, scale, shift *float32, numbers *float64, rows, stride, film int)) {
	c.check([][]float32{c.mean}, [][]float32{c.scale, c.shift})
	f(&c.mean[0], &c.scale[0], &c.shift[0], &c.n.sum[0], c.samples, 4*c.stride, 4*c.film)
}

func callNormSquares(c *NormColumns, f func(mean, m2, scale, shift *float32, numbers *float64, rows, stride, film int)) {
	c.check([][]float32{c.mean, c.m2}, [][]float32{c.scale, c.shift})
	f(&c.mean[0], &c.m2[0], &c.scale[0], &c.shift[0], &c.n.sum[0], c.samples, 4*c.stride, 4*c.film)
}

func callNormAffine(c *NormColumns, f func(a, b, scale, shift *float32, numbers *float64, rows, stride, film int)) {
	c.check([][]float32{c.a, c.b}, [][]float32{c.scale, c.shift})
	f(&c.a[0], &c.b[0], &c.scale[0], &c.shift[0], &c.n.sum[0], c.samples, 4*c.stride, 4*c.film)
}

func callNormAffineGrad(c *NormColumns, f func(a, b, scale, shift, gradScale, gradShift *float32, numbers *float64, rows, stride, film int)) {
	c.check([][]float32{c.a, c.b}, [][]float32{c.scale, c.shift, c.gradScale, c.gradShift})
	f(&c.a[0], &c.b[0], &c.scale[0], &c.shift[0], &c.gradScale[0], &c.gradShift[0], &c.n.sum[0], c.samples, 4*c.stride, 4*c.film)
}

func callNormMomentsGrad(c *NormColumns, f func(mean, m2, scale, shift, gradMean, gradM2, gradScale, gradShift *float32, numbers *float64, rows, stride, film int)) {
	c.check([][]float32{c.mean, c.m2, c.gradMean, c.gradM2}, [][]float32{c.scale, c.shift, c.gradScale, c.gradShift})
	f(&c.mean[0], &c.m2[0], &c.scale[0], &c.shift[0], &c.gradMean[0], &c.gradM2[0], &c.gradScale[0], &c.gradShift[0],
		&c.n.sum[0], c.samples, 4*c.stride, 4*c.film)
}
