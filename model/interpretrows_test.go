package model_test

import (
	"math"

	"github.com/condmean/condmean/op"
)

// row returns the values of sample n.
func (a array) row(n int) []float64 {
	c := len(a.v) / a.shape[0]
	return a.v[n*c:][:c]
}

func linear(y *array, in []array, l *op.Linear) {
	x, w, b := in[0], in[1], in[2]
	out := w.shape[0]
	for n := range x.shape[0] {
		for o := range out {
			sum := b.v[o]
			for i, v := range x.row(n) {
				sum += v * w.row(o)[i]
			}
			y.row(n)[o] = sum
		}
	}
	if l.SiLU {
		sum := zeros(y.shape...)
		copy(sum.v, y.v)
		for i, v := range sum.v {
			y.v[i] = silu(v)
		}
		y.more = map[string]array{"sum": sum}
	}
	if l.Residual {
		for i, v := range in[3].v {
			y.v[i] += v
		}
	}
}

func linearGrad(y *array, in []array, weights bool) {
	dy := in[0]
	db := zeros(len(dy.row(0)))
	for n := range dy.shape[0] {
		for o, d := range dy.row(n) {
			db.v[o] += d
			if weights { // in[1] is x (N,I)
				for i, v := range in[1].row(n) {
					y.row(o)[i] += d * v
				}
			} else { // W (O,I)
				for i, v := range in[1].row(o) {
					y.row(n)[i] += d * v
				}
			}
		}
	}
	if weights {
		y.more = map[string]array{"bias": db}
	}
}

// normalised returns a row less its mean, divided by its standard deviation, and
// one over that.
func normalised(x []float64, eps float64) (z []float64, inverse float64) {
	mean, v := 0.0, 0.0
	for _, a := range x {
		mean += a / float64(len(x))
	}
	for _, a := range x {
		v += (a - mean) * (a - mean) / float64(len(x))
	}
	inverse = 1 / math.Sqrt(v+eps)
	for _, a := range x {
		z = append(z, (a-mean)*inverse)
	}
	return z, inverse
}

func layerNorm(y array, in []array, eps float64) {
	for n := range y.shape[0] {
		z, _ := normalised(in[0].row(n), eps)
		for k, v := range z {
			s, b := film(in[1], n, k)
			y.row(n)[k] = s*v + b
		}
	}
}

func layerNormGrad(y *array, in []array, eps float64) {
	d := zeros(in[2].shape...)
	for n := range y.shape[0] {
		z, inverse := normalised(in[1].row(n), eps)
		g, mean, meanZ, c := make([]float64, len(z)), 0.0, 0.0, float64(len(z))
		for k, dy := range in[0].row(n) {
			s, _ := film(in[2], n, k)
			g[k] = s * dy
			mean += g[k] / c
			meanZ += g[k] * z[k] / c
			d.row(n)[k], d.row(n)[len(z)+k] = dy*z[k], dy
		}
		for k := range z {
			y.row(n)[k] = (g[k] - mean - z[k]*meanZ) * inverse
		}
	}
	y.more = map[string]array{"film": d}
}
