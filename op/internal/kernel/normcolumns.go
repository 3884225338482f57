package kernel

// NormColumns is the arithmetic of a norm over the batch, in float64, on up to 16
// adjacent channels: of each sample a row of every array. A scale-shift makes
// z = (1+s)·x + b of the activation x.
type NormColumns struct {
	tier           *tier
	samples, width int
	stride         int // floats from sample to sample
	film           int // likewise, of the scale-shift and its gradient; 0 without one
	n              normNumbers
	zero, unused   [lane]float32 // in place of a scale-shift and its gradient

	mean, m2             []float32 // of planes, or their gradients
	a, b                 []float32 // the affine map, or its gradient
	scale, shift         []float32 // s, b
	gradScale, gradShift []float32
	gradMean, gradM2     []float32
}

// normNumbers are numbers of each channel, in the order in which the assembly
// finds them.
type normNumbers struct {
	sum, sum2 [lane]float64 // added up over the samples
	one       [lane]float64
	mu        [lane]float64 // μ
	pixels    [lane]float64 // S, of a plane
	factor    [lane]float64 // γr
	offset    [lane]float64 // β - γrμ
	dMean     [lane]float64 // gradient of μ, a plane's share
	dV, dVS   [lane]float64 // gradient of V, a value's share; 2·S times that
}

// NewNormColumns returns the arithmetic on channels of a width up to 16, of planes
// of so many pixels.
func NewNormColumns(w *Workspace, samples, width, stride, pixels int) NormColumns {
	c := NormColumns{tier: w.tier, samples: samples, width: width, stride: stride}
	for k := range lane {
		c.n.one[k], c.n.pixels[k] = 1, float64(pixels)
	}
	if width < lane {
		c.tier = generic
	}
	return c
}

// Film is a scale-shift or its gradient, of the first channel on, with Stride floats
// from sample to sample. The zero value is none.
type Film struct {
	Scale, Shift []float32
	Stride       int
}

// setFilm takes the scale-shift.
func (c *NormColumns) setFilm(f Film) {
	c.scale, c.shift, c.film = f.Scale, f.Shift, f.Stride
	if f.Stride == 0 {
		c.scale, c.shift = c.zero[:], c.zero[:]
	}
}

// Means writes to sum the sums over the samples of the means of z; mean and m2 are
// the moments of the planes of x, from the first channel on.
func (c *NormColumns) Means(sum []float64, mean, m2 []float32, f Film) {
	c.mean, c.m2 = mean, m2
	c.setFilm(f)
	clear(c.n.sum[:])
	c.tier.normMeans(c)
	copy(sum, c.n.sum[:c.width])
}

// Squares writes to sum those of the squares of z about mu, given the moments by
// Means.
func (c *NormColumns) Squares(sum, mu []float64) {
	copy(c.n.mu[:], mu)
	clear(c.n.sum[:])
	c.tier.normSquares(c)
	copy(sum, c.n.sum[:c.width])
}

// Affine writes the affine map (a, b) of x: factor·z + offset.
func (c *NormColumns) Affine(a, b []float32, factor, offset []float64, f Film) {
	c.a, c.b = a, b
	c.setFilm(f)
	copy(c.n.factor[:], factor)
	copy(c.n.offset[:], offset)
	c.tier.normAffine(c)
}

// AffineGrad writes to sum and sum2 the sums over the samples of the gradients of
// offset and, offset being β - factor·mu, of factor, from those of the affine map
// (da, db); and to grad those of the scale-shift.
func (c *NormColumns) AffineGrad(sum, sum2 []float64, da, db []float32, factor, mu []float64, f, grad Film) {
	c.a, c.b = da, db
	c.setFilm(f)
	c.setGrad(grad)
	copy(c.n.factor[:], factor)
	copy(c.n.mu[:], mu)
	clear(c.n.sum[:])
	clear(c.n.sum2[:])
	c.tier.normAffineGrad(c)
	copy(sum, c.n.sum[:c.width])
	copy(sum2, c.n.sum2[:c.width])
}

// MomentsGrad writes the gradients of the moments to (dm, dM2), and adds what passes
// through them to that of the scale-shift, after AffineGrad. dMean is the gradient of
// μ, as a share of each plane, and dV that of V, of each value.
func (c *NormColumns) MomentsGrad(dm, dM2, mean, m2 []float32, dMean, dV []float64, f, grad Film) {
	c.mean, c.m2, c.gradMean, c.gradM2 = mean, m2, dm, dM2
	c.setFilm(f)
	c.setGrad(grad)
	copy(c.n.dMean[:], dMean)
	for k, v := range dV {
		c.n.dV[k], c.n.dVS[k] = v, 2*v*c.n.pixels[k]
	}
	c.tier.normMomentsGrad(c)
}

func (c *NormColumns) setGrad(f Film) {
	c.gradScale, c.gradShift = f.Scale, f.Shift
	if f.Stride == 0 {
		c.gradScale, c.gradShift = c.unused[:], c.unused[:]
	}
}

// row returns the channels of sample n of x.
func (c *NormColumns) row(x []float32, n int) []float32 { return x[n*c.stride:][:c.width] }

// filmRow returns those of s and b.
func (c *NormColumns) filmRow(n int) (s, b []float32) {
	return c.scale[n*c.film:][:c.width], c.shift[n*c.film:][:c.width]
}

func (c *NormColumns) gradRow(n int) (ds, db []float32) {
	return c.gradScale[n*c.film:][:c.width], c.gradShift[n*c.film:][:c.width]
}

// normMeansGeneric is the reference of tier.normMeans: sum += (1+s)·m + b.
func normMeansGeneric(c *NormColumns) {
	for n := range c.samples {
		s, b := c.filmRow(n)
		for k, m := range c.row(c.mean, n) {
			c.n.sum[k] += (1+float64(s[k]))*float64(m) + float64(b[k])
		}
	}
}

// normSquaresGeneric is the reference of tier.normSquares: with z = (1+s)·m + b - μ,
// sum += (1+s)²·M₂ + S·z².
func normSquaresGeneric(c *NormColumns) {
	for n := range c.samples {
		s, b := c.filmRow(n)
		m2 := c.row(c.m2, n)
		for k, m := range c.row(c.mean, n) {
			s := 1 + float64(s[k])
			z := s*float64(m) + float64(b[k]) - c.n.mu[k]
			c.n.sum[k] += s*s*float64(m2[k]) + c.n.pixels[k]*z*z
		}
	}
}

// normAffineGeneric is the reference of tier.normAffine: a = factor·(1+s) and
// b = factor·b + offset, without fused operations.
func normAffineGeneric(c *NormColumns) {
	for n := range c.samples {
		s, b := c.filmRow(n)
		shift := c.row(c.b, n)
		for k := range shift {
			c.a[n*c.stride+k] = float32(c.n.factor[k] * (1 + float64(s[k])))
			shift[k] = float32(float64(c.n.factor[k]*float64(b[k])) + c.n.offset[k])
		}
	}
}

// normAffineGradGeneric is the reference of tier.normAffineGrad: ds = factor·da,
// db = factor·db, sum += db and sum2 += da·(1+s) + db·(b - μ).
func normAffineGradGeneric(c *NormColumns) {
	for n := range c.samples {
		s, b := c.filmRow(n)
		ds, db := c.gradRow(n)
		shift := c.row(c.b, n)
		for k, x := range c.row(c.a, n) {
			da, d := float64(x), float64(shift[k])
			ds[k], db[k] = float32(c.n.factor[k]*da), float32(c.n.factor[k]*d)
			c.n.sum[k] += d
			c.n.sum2[k] += da*(1+float64(s[k])) + d*(float64(b[k])-c.n.mu[k])
		}
	}
}

// normMomentsGradGeneric is the reference of tier.normMomentsGrad: with z as in
// normSquaresGeneric and dz = dMean + dVS·z, dm = (1+s)·dz, dM₂ = dV·(1+s)²,
// db += dz and ds += dz·m + 2·dV·(1+s)·M₂.
func normMomentsGradGeneric(c *NormColumns) {
	for n := range c.samples {
		s, b := c.filmRow(n)
		ds, db := c.gradRow(n)
		m2, dm, dM2 := c.row(c.m2, n), c.row(c.gradMean, n), c.row(c.gradM2, n)
		for k, x := range c.row(c.mean, n) {
			s, m := 1+float64(s[k]), float64(x)
			dz := c.n.dMean[k] + c.n.dVS[k]*(s*m+float64(b[k])-c.n.mu[k])
			t := c.n.dV[k] * s
			dm[k] = float32(dz * s)
			dM2[k] = float32(t * s)
			db[k] = float32(float64(db[k]) + dz)
			ds[k] = float32(float64(ds[k]) + dz*m + 2*t*float64(m2[k]))
		}
	}
}
