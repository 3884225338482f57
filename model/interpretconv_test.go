package model_test

import (
	"math"
	"slices"

	"github.com/condmean/condmean/op"
)

// reader is what a convolution reads: f(x) and its slope, for the inputs of an
// op.Prologue.
type reader struct {
	x, z, slope array   // x; f(x); df/d(A·x + B), or 1
	rest        []array // the inputs after those of the prologue
}

func read(in []array, p op.Prologue) reader {
	r := reader{x: in[0], z: zeros(in[0].shape...), slope: zeros(in[0].shape...), rest: in[1:]}
	var scale, shift, mask []float64
	if p.Affine {
		scale, shift = r.rest[0].halves()
		r.rest = r.rest[1:]
	}
	if p.Mask {
		mask = r.rest[0].v
		r.rest = r.rest[1:]
	}
	channels := r.x.shape[1]
	perPlane(r.z, func(n, c, k int) float64 {
		x := r.x.plane(n, c)[k]
		z, slope := x, 1.
		if i := n*channels + c; p.Affine {
			u := scale[i]*x + shift[i]
			z, slope = silu(u), siluSlope(u)
			if p.Linear {
				z, slope = u, 1
			}
			if p.Mask {
				z, slope = z*mask[i], slope*mask[i]
			}
		}
		r.slope.plane(n, c)[k] = slope
		return z
	})
	return r
}

// eachTap visits all products of a convolution: pixel p of an output o, pixel q
// of a channel c that it reads, and the place of the weight.
func eachTap(x array, a op.ConvAttributes, visit func(n, o, c, p, q, w int)) {
	h, width := x.size()
	for n := range x.shape[0] {
		for o := range a.Out {
			for c := range a.In {
				for i := range a.Kernel[0] {
					for j := range a.Kernel[1] {
						for r := range h {
							for s := range width {
								y, x := r+i-a.Kernel[0]/2, s+j-a.Kernel[1]/2
								if a.Padding == op.Replicate {
									y, x = min(max(y, 0), h-1), min(max(x, 0), width-1)
								} else if y < 0 || y >= h || x < 0 || x >= width {
									continue
								}
								visit(n, o, c, r*width+s, y*width+x, ((o*a.In+c)*a.Kernel[0]+i)*a.Kernel[1]+j)
							}
						}
					}
				}
			}
		}
	}
}

func conv(y array, in []array, a op.ConvAttributes) {
	f := read(in, a.Prologue)
	w, b := f.rest[0], f.rest[1]
	perPlane(y, func(n, c, k int) float64 {
		if a.Residual {
			return b.v[c] + f.rest[2].plane(n, c)[k]
		}
		return b.v[c]
	})
	eachTap(f.x, a, func(n, o, c, p, q, i int) { y.plane(n, o)[p] += w.v[i] * f.z.plane(n, c)[q] })
}

func convBackwardData(dz *array, in []array, a op.ConvAttributes) {
	dy, w := in[0], in[1]
	f := read(in[2:], a.Prologue)
	eachTap(f.x, a, func(n, o, c, p, q, i int) { dz.plane(n, c)[q] += w.v[i] * dy.plane(n, o)[p] })
	d := zeros(2, f.x.shape[0], f.x.shape[1])
	da, db := d.halves()
	perPlane(*dz, func(n, c, k int) float64 {
		v := dz.plane(n, c)[k] * f.slope.plane(n, c)[k]
		da[n*f.x.shape[1]+c] += v * f.x.plane(n, c)[k]
		db[n*f.x.shape[1]+c] += v
		return v
	})
	dz.more = map[string]array{"affine": d}
}

func convBackwardWeights(dw *array, in []array, a op.ConvAttributes) {
	dy := in[0]
	f := read(in[1:], a.Prologue)
	eachTap(f.x, a, func(n, o, c, p, q, i int) { dw.v[i] += dy.plane(n, o)[p] * f.z.plane(n, c)[q] })
	db := zeros(a.Out)
	for n := range dy.shape[0] {
		for o := range a.Out {
			for _, v := range dy.plane(n, o) {
				db.v[o] += v
			}
		}
	}
	dw.more = map[string]array{"bias": db}
}

// norm is a normalisation with its statistics; see op.Norm for the formulas.
type norm struct {
	op.NormAttributes
	n, c           int
	gamma, beta    []float64
	m, m2          []float64 // (N,C) moments; nil with running statistics
	film           array     // (N,2C) if there is one, or (N,C) of shifts
	planes         []int     // how many planes share the statistics of a plane's set
	mean, variance []float64 // (N,C) of each plane's set
}

func newNorm(a op.NormAttributes, in []array, shape []int) *norm {
	o := &norm{NormAttributes: a, n: shape[1], c: shape[2], gamma: in[0].v, beta: in[1].v}
	in = in[2:]
	if a.NeedsMoments() {
		o.m, o.m2 = in[0].halves()
		in = in[1:]
	}
	if a.Film {
		o.film = in[0]
	}
	all := o.n * o.c
	o.planes, o.mean, o.variance = make([]int, all), make([]float64, all), make([]float64, all)
	o.each(func(i, n, c int) {
		if !a.NeedsMoments() {
			o.mean[i], o.variance[i] = float64(a.Running.Mean[c]), float64(a.Running.Var[c])
			return
		}
		o.each(func(k, n, c int) {
			if o.together(i, k) {
				s, b := o.scaleShift(n, c)
				o.planes[i]++
				o.mean[i] += s*o.m[k] + b
			}
		})
		o.mean[i] /= float64(o.planes[i])
		o.each(func(k, n, c int) {
			if o.together(i, k) {
				s, b := o.scaleShift(n, c)
				d := s*o.m[k] + b - o.mean[i]
				o.variance[i] += (s*s*o.m2[k]/float64(a.Pixels) + d*d) / float64(o.planes[i])
			}
		})
	})
	return o
}

// each visits the planes.
func (o *norm) each(f func(i, n, c int)) {
	for n := range o.n {
		for c := range o.c {
			f(n*o.c+c, n, c)
		}
	}
}

// together reports whether two planes share their statistics.
func (o *norm) together(i, k int) bool {
	switch o.Kind {
	case op.Batch:
		return i%o.c == k%o.c
	case op.Group:
		size := o.c / o.Groups
		return i/o.c == k/o.c && i%o.c/size == k%o.c/size
	}
	return i == k
}

// scaleShift is that of x, filmAt whichever there is.
func (o *norm) scaleShift(n, c int) (scale, shift float64) {
	if o.After {
		return 1, 0
	}
	return o.filmAt(n, c)
}

func (o *norm) filmAt(n, c int) (scale, shift float64) {
	switch {
	case !o.Film:
		return 1, 0
	case o.Shift:
		return 1, o.film.row(n)[c]
	}
	return film(o.film, n, c)
}

func (o *norm) r(i int) float64 { return 1 / math.Sqrt(o.variance[i]+o.Eps) }

func (o *norm) affine(y array) {
	a, b := y.halves()
	o.each(func(i, n, c int) {
		scale, shift := o.scaleShift(n, c)
		a[i] = o.gamma[c] * o.r(i) * scale
		b[i] = o.gamma[c]*o.r(i)*(shift-o.mean[i]) + o.beta[c]
		if o.After {
			k, d := o.filmAt(n, c)
			a[i], b[i] = a[i]*k, b[i]*k+d
		}
	})
}

// backward applies the chain rule plane by plane.
func (o *norm) backward(y *array, grad array) {
	da, db := grad.halves()
	dm, dm2 := y.halves()
	dgamma, dbeta, dfilm := zeros(o.c), zeros(o.c), zeros(o.n, 2*o.c)
	if o.After { // what the norm itself gave, and its gradient
		dA, dB := slices.Clone(da), slices.Clone(db)
		o.each(func(i, n, c int) {
			k, _ := o.filmAt(n, c)
			a := o.gamma[c] * o.r(i)
			dfilm.v[n*2*o.c+c], dfilm.v[n*2*o.c+o.c+c] = dA[i]*a+dB[i]*(o.beta[c]-a*o.mean[i]), dB[i]
			dA[i], dB[i] = dA[i]*k, dB[i]*k
		})
		da, db = dA, dB
	}
	o.each(func(i, n, c int) {
		scale, shift := o.scaleShift(n, c)
		dgamma.v[c] += o.r(i) * (da[i]*scale + db[i]*(shift-o.mean[i]))
		dbeta.v[c] += db[i]
		ds, dshift := da[i]*o.gamma[c]*o.r(i), db[i]*o.gamma[c]*o.r(i)
		if o.NeedsMoments() {
			// The set's mean and variance hear of all its planes.
			var dmean, dvariance float64
			o.each(func(k, n, c int) {
				if o.together(i, k) {
					s, b := o.scaleShift(n, c)
					dmean -= db[k] * o.gamma[c] * o.r(k)
					dvariance -= o.gamma[c] * (da[k]*s + db[k]*(b-o.mean[k])) * math.Pow(o.r(k), 3) / 2
				}
			})
			p := float64(o.planes[i])
			dmz := (dmean + 2*dvariance*(scale*o.m[i]+shift-o.mean[i])) / p
			dMz := dvariance / (p * float64(o.Pixels))
			dm[i], dm2[i] = scale*dmz, scale*scale*dMz
			ds += o.m[i]*dmz + 2*scale*o.m2[i]*dMz
			dshift += dmz
		}
		if !o.After {
			dfilm.v[n*2*o.c+c], dfilm.v[n*2*o.c+o.c+c] = ds, dshift
		}
	})
	if o.Shift {
		shifts := zeros(o.n, o.c)
		for n := range o.n {
			copy(shifts.row(n), dfilm.row(n)[o.c:])
		}
		dfilm = shifts
	}
	y.more = map[string]array{"gamma": dgamma, "beta": dbeta, "film": dfilm}
}
