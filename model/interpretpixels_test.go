package model_test

import (
	"fmt"
	"math"
	"slices"

	"github.com/condmean/condmean/op"
)

// computePixels is compute for the operations of networks that normalise pixels;
// y is zeros of the result's shape.
func computePixels(o op.Operation, in []array, y array) (array, error) {
	switch o := o.(type) {
	case *op.GELU:
		for i, x := range in[0].v {
			y.v[i] = x * (1 + math.Erf(x/math.Sqrt2)) / 2
		}
	case *op.GELUGrad:
		for i, x := range in[1].v {
			y.v[i] = in[0].v[i] * ((1+math.Erf(x/math.Sqrt2))/2 + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi))
		}
	case *op.Modulation:
		a, b := y.halves()
		c := y.shape[2]
		for i := range a {
			a[i], b[i] = film(in[0], i/c, i%c)
		}
	case *op.ModulationGrad:
		da, db := in[0].halves()
		c := y.shape[1] / 2
		for i := range da {
			y.row(i / c)[i%c], y.row(i / c)[c+i%c] = da[i], db[i]
		}
	case *op.Standardize:
		for i := range y.shape[0] {
			z, _, _ := standardized(in[0].row(i), o.StandardizeAttributes)
			copy(y.row(i), z)
		}
	case *op.StandardizeGrad:
		for i := range y.shape[0] {
			z, d, fixed := standardized(in[1].row(i), o.StandardizeAttributes)
			mean, meanZ := 0.0, 0.0
			for k, g := range in[0].row(i) {
				mean += g / float64(len(z))
				meanZ += g * z[k] / float64(len(z))
			}
			if fixed {
				meanZ = 0
			}
			for k, g := range in[0].row(i) {
				y.row(i)[k] = (g - mean - z[k]*meanZ) / d
			}
		}
	case *op.UnitPlanes:
		a, _ := y.halves()
		eachUnit(in[0], o.UnitAttributes, func(i int, _, length float64) {
			a[i] = 1
			if length > 0 {
				a[i] = o.Factor / length
			}
		})
	case *op.UnitPlanesGrad:
		da, _ := in[0].halves()
		dm, dM2 := y.halves()
		eachUnit(in[1], o.UnitAttributes, func(i int, mean, length float64) {
			if length > 0 {
				dM2[i] = -o.Factor * da[i] / (2 * math.Pow(length, 3))
				dm[i] = 2 * float64(o.Pixels) * mean * dM2[i]
			}
		})
	case *op.Patches:
		eachPlace(in[0], y, o.PatchAttributes, func(pixel, place *float64) { *place = *pixel })
	case *op.PatchesGrad:
		eachPlace(y, in[0], o.PatchAttributes, func(pixel, place *float64) { *pixel += *place })
	case *op.PixelNorm:
		eachPixel(in[0], o.PixelNormAttributes, func(n, p int, z []float64, _ float64, _ bool) {
			for c, v := range z {
				y.plane(n, c)[p] = in[1].v[c] * v
			}
		})
	case *op.PixelNormGrad:
		dgain := zeros(in[2].shape...)
		eachPixel(in[1], o.PixelNormAttributes, func(n, p int, z []float64, r float64, constant bool) {
			u, mean, meanZ := make([]float64, len(z)), 0.0, 0.0
			for c := range z {
				dy := in[0].plane(n, c)[p]
				dgain.v[c] += dy * z[c]
				u[c] = in[2].v[c] * dy
				mean += u[c] / float64(len(z))
				meanZ += u[c] * z[c] / float64(len(z))
			}
			if o.RMS {
				mean = 0
			}
			if constant {
				meanZ = 0
			}
			for c := range z {
				y.plane(n, c)[p] = (u[c] - mean - z[c]*meanZ) * r
			}
		})
		y.more = map[string]array{"gain": dgain}
	case *op.LinearAttention:
		eachLinearHead(in, y.shape[0], o.AttentionAttributes, func(n, h int, a linearHead) {
			for p := range a.pixels {
				for e := range o.Width {
					for i := range o.Width {
						y.plane(n, h*o.Width+e)[p] += a.q[i][p] * a.context(i, e) / math.Sqrt(float64(o.Width))
					}
				}
			}
		})
	case *op.LinearAttentionGrad:
		linearAttentionGrad(&y, in, o.AttentionAttributes)
	default:
		return y, fmt.Errorf("%T is not known to the interpreter", o)
	}
	return y, nil
}

// eachPlace pairs the pixels of an image with their places in its patches.
func eachPlace(image, patches array, a op.PatchAttributes, pair func(pixel, place *float64)) {
	h, w := image.size()
	oh, ow := patches.size()
	for n := range image.shape[0] {
		for f := range patches.shape[1] {
			c, i, j := f/(a.Size*a.Size), f/a.Size%a.Size, f%a.Size
			for r := range oh {
				for s := range ow {
					y, x := r*a.Stride+i-a.Padding, s*a.Stride+j-a.Padding
					if y >= 0 && y < h && x >= 0 && x < w {
						pair(&image.plane(n, c)[y*w+x], &patches.plane(n, f)[r*ow+s])
					}
				}
			}
		}
	}
}

// eachPixel visits the pixels of an activation: their normalised channels, the
// factor in these, and whether it is a constant.
func eachPixel(x array, a op.PixelNormAttributes, visit func(n, p int, z []float64, r float64, constant bool)) {
	for n := range x.shape[0] {
		for p := range x.plane(n, 0) {
			var pixel []float64
			squares := 0.0
			for c := range x.shape[1] {
				pixel = append(pixel, x.plane(n, c)[p])
				squares += pixel[c] * pixel[c]
			}
			if !a.RMS {
				z, r := normalised(pixel, a.Eps)
				visit(n, p, z, r, false)
				continue
			}
			r := math.Sqrt(float64(len(pixel))) / max(math.Sqrt(squares), a.Eps)
			for c := range pixel {
				pixel[c] *= r
			}
			visit(n, p, pixel, r, math.Sqrt(squares) < a.Eps)
		}
	}
}

// linearHead is one head of linear attention: rows of features, queries and keys
// as their softmax.
type linearHead struct {
	q, k, v [][]float64
	pixels  int
}

func eachLinearHead(in []array, samples int, o op.AttentionAttributes, visit func(n, h int, a linearHead)) {
	for n := range samples {
		for h := range o.Heads {
			var a linearHead
			for i := range o.Width {
				row := func(which int) []float64 {
					var r []float64
					if which > 0 && o.Memory > 0 {
						r = slices.Clone(in[1].v[(((which-1)*o.Heads+h)*o.Width+i)*o.Memory:][:o.Memory])
					}
					return append(r, in[0].plane(n, (which*o.Heads+h)*o.Width+i)...)
				}
				k := row(1)
				softmax(k)
				a.q, a.k, a.v = append(a.q, row(0)), append(a.k, k), append(a.v, row(2))
			}
			a.pixels = len(a.q[0])
			for p := range a.pixels {
				column := make([]float64, o.Width)
				for i := range column {
					column[i] = a.q[i][p]
				}
				softmax(column)
				for i, v := range column {
					a.q[i][p] = v
				}
			}
			visit(n, h, a)
		}
	}
}

func softmax(x []float64) {
	top, sum := slices.Max(x), 0.0
	for i, v := range x {
		x[i] = math.Exp(v - top)
		sum += x[i]
	}
	for i := range x {
		x[i] /= sum
	}
}

func (a linearHead) context(i, e int) float64 {
	sum := 0.0
	for j, k := range a.k[i] {
		sum += k * a.v[e][j]
	}
	return sum
}

// linearAttentionGrad applies the chain rule to products, then to softmaxes.
func linearAttentionGrad(dx *array, in []array, o op.AttentionAttributes) {
	dy, dm := in[0], zeros(2, o.Heads, o.Width, o.Memory)
	eachLinearHead(in[1:], dx.shape[0], o, func(n, h int, a linearHead) {
		add := func(which, i, j int, d float64) {
			if which > 0 && j < o.Memory {
				dm.v[(((which-1)*o.Heads+h)*o.Width+i)*o.Memory+j] += d
				return
			}
			if which > 0 {
				j -= o.Memory
			}
			dx.plane(n, (which*o.Heads+h)*o.Width+i)[j] += d
		}
		scale := 1 / math.Sqrt(float64(o.Width))
		dq, dk := make([][]float64, o.Width), make([][]float64, o.Width)
		for i := range o.Width {
			dq[i], dk[i] = make([]float64, a.pixels), make([]float64, len(a.k[i]))
			for e := range o.Width {
				context, dcontext := a.context(i, e), 0.0
				for p, d := range dy.plane(n, h*o.Width+e) {
					dq[i][p] += d * context * scale
					dcontext += d * a.q[i][p] * scale
				}
				for j, k := range a.k[i] {
					dk[i][j] += dcontext * a.v[e][j]
					add(2, e, j, dcontext*k)
				}
			}
		}
		for i := range o.Width {
			mean := 0.0
			for j, k := range a.k[i] {
				mean += k * dk[i][j]
			}
			for j, k := range a.k[i] {
				add(1, i, j, k*(dk[i][j]-mean))
			}
		}
		for p := range a.pixels {
			mean := 0.0
			for i := range o.Width {
				mean += a.q[i][p] * dq[i][p]
			}
			for i := range o.Width {
				add(0, i, p, a.q[i][p]*(dq[i][p]-mean))
			}
		}
	})
	dx.more = map[string]array{"memory": dm}
}

// eachUnit visits planes by their moments; length is 0 of those that stay as they are.
func eachUnit(moments array, o op.UnitAttributes, visit func(i int, mean, length float64)) {
	mean, m2 := moments.halves()
	for i := range mean {
		length := 0.0
		if i%moments.shape[2] < o.Channels {
			length = math.Sqrt(m2[i] + float64(o.Pixels)*mean[i]*mean[i])
		}
		visit(i, mean[i], length)
	}
}

// standardized returns (w-m)/d and d, which is fixed where ε is the floor of v.
func standardized(w []float64, o op.StandardizeAttributes) (z []float64, d float64, fixed bool) {
	m, v := 0.0, 0.0
	for _, x := range w {
		m += x / float64(len(w))
	}
	for _, x := range w {
		v += (x - m) * (x - m) / float64(len(w))
	}
	switch {
	case !o.Floor:
		d = math.Sqrt(v + o.Eps)
	case v < o.Eps:
		d, fixed = math.Sqrt(o.Eps), true
	default:
		d = math.Sqrt(v)
	}
	for _, x := range w {
		z = append(z, (x-m)/d)
	}
	return z, d, fixed
}
