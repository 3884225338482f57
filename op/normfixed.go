package op

import "github.com/condmean/condmean/op/internal/kernel"

// manySamples are worth calling a kernel, which computes bitwise the same.
const manySamples = 8

// fixedNorm is a batch norm by its running statistics. They and the parameters are
// constants of a channel, prepared once where the weights are frozen,
//
//	a = γ/√(V+ε)   e = β - a·μ
//
// and a scale-shift (s, b) is all that a run adds: A = a·(1+s) and B = a·b + e or,
// after the norm, a·(1+s) and e·(1+s) + b.
type fixedNorm struct {
	packed packing
	a, e   []float64 // (C)
}

// prepare computes the constants from μ and 1/√(V+ε).
func (f *fixedNorm) prepare(mean, inverse []float64, in normInputs) {
	if f.a == nil {
		f.a, f.e = make([]float64, len(mean)), make([]float64, len(mean))
	}
	for c, g := range in.gamma {
		f.a[c] = float64(g) * inverse[c]
		f.e[c] = float64(in.beta[c]) - f.a[c]*mean[c]
	}
}

// fixed writes A and B of every plane, by the constants of f.
func (m *normMath) fixed(f *fixedNorm, scale, shift []float32, in normInputs) {
	if m.cp > m.c {
		clear(scale)
		clear(shift)
	}
	if m.columns != nil && m.n >= manySamples {
		m.split(func(r channels) {
			r.eachColumn(func(k *kernel.NormColumns, lo, hi int) {
				k.Affine(scale[lo:], shift[lo:], f.a[lo:hi], f.e[lo:hi], m.columnFilm(in.film, lo))
			})
		})
		return
	}
	const values = 4096 // of a range of samples
	each := max(1, values/m.c)
	if m.n <= each {
		m.fixedRows(f, scale, shift, in, 0, m.n)
		return
	}
	m.pool.Do((m.n+each-1)/each, func(i, _ int) {
		m.fixedRows(f, scale, shift, in, i*each, min((i+1)*each, m.n))
	})
}

// fixedRows writes those of samples [n0,n1).
func (m *normMath) fixedRows(f *fixedNorm, scale, shift []float32, in normInputs, n0, n1 int) {
	a, e := f.a, f.e[:len(f.a)]
	for n := n0; n < n1; n++ {
		scale, shift := scale[n*m.cp:][:len(a)], shift[n*m.cp:][:len(a)]
		switch {
		case in.film == nil:
			for c, r := range a {
				scale[c], shift[c] = float32(r), float32(e[c])
			}
		case m.Shift:
			b := in.film[n*m.c:][:len(a)]
			for c, r := range a {
				by := r
				if m.After {
					by = 1
				}
				scale[c], shift[c] = float32(r), float32(e[c]+by*float64(b[c]))
			}
		case m.After:
			s, b := in.film[2*n*m.c:][:len(a)], in.film[(2*n+1)*m.c:][:len(a)]
			for c, r := range a {
				k := 1 + float64(s[c])
				scale[c], shift[c] = float32(r*k), float32(e[c]*k+float64(b[c]))
			}
		default:
			s, b := in.film[2*n*m.c:][:len(a)], in.film[(2*n+1)*m.c:][:len(a)]
			for c, r := range a {
				scale[c], shift[c] = float32(r*(1+float64(s[c]))), float32(e[c]+float64(r*float64(b[c])))
			}
		}
	}
}
