package op

import "math"

// Naive float64 references, row-major. Signals are images of height 1.

type dims struct{ n, c, h, w int }

func (d dims) at(n, c, y, x int) int { return ((n*d.c+c)*d.h+y)*d.w + x }
func (d dims) len() int              { return d.n * d.c * d.h * d.w }
func (d dims) shape(oneD bool) []int {
	if oneD {
		return []int{d.n, d.c, d.w}
	}
	return []int{d.n, d.c, d.h, d.w}
}

func silu(x float64) float64 { return x / (1 + math.Exp(-x)) }

// refConv convolves x (d) by w (out,c,kh,kw) with 'same' padding.
func refConv(x, w, b []float64, d dims, out, kh, kw int, replicate bool) []float64 {
	o := dims{d.n, out, d.h, d.w}
	y := make([]float64, o.len())
	for n := range d.n {
		for oc := range out {
			for r := range d.h {
				for s := range d.w {
					sum := b[oc]
					for c := range d.c {
						for i := range kh {
							for j := range kw {
								yy, xx := r+i-kh/2, s+j-kw/2
								if replicate {
									yy, xx = min(max(yy, 0), d.h-1), min(max(xx, 0), d.w-1)
								} else if yy < 0 || yy >= d.h || xx < 0 || xx >= d.w {
									continue
								}
								sum += w[((oc*d.c+c)*kh+i)*kw+j] * x[d.at(n, c, yy, xx)]
							}
						}
					}
					y[o.at(n, oc, r, s)] = sum
				}
			}
		}
	}
	return y
}

// refNormSiLU is SiLU(norm((1+s)x + b)), norms with batch statistics computed
// from the definition; film (N,2C) may be nil. mask (N,C) may be nil.
func refNormSiLU(x, film, gamma, beta []float64, d dims, kind NormKind, groups int) []float64 {
	z := make([]float64, len(x))
	set := func(n, c int) int {
		switch kind {
		case Batch:
			return c
		case Group:
			return n*groups + c/(d.c/groups)
		}
		return n*d.c + c
	}
	sum, sq, count := map[int]float64{}, map[int]float64{}, map[int]float64{}
	each := func(f func(i, n, c int)) {
		for n := range d.n {
			for c := range d.c {
				for p := range d.h * d.w {
					f((n*d.c+c)*d.h*d.w+p, n, c)
				}
			}
		}
	}
	each(func(i, n, c int) {
		z[i] = x[i]
		if film != nil {
			z[i] = (1+film[n*2*d.c+c])*x[i] + film[n*2*d.c+d.c+c]
		}
		sum[set(n, c)] += z[i]
		count[set(n, c)]++
	})
	each(func(i, n, c int) {
		k := set(n, c)
		e := z[i] - sum[k]/count[k]
		sq[k] += e * e
	})
	each(func(i, n, c int) {
		k := set(n, c)
		z[i] = silu((z[i]-sum[k]/count[k])/math.Sqrt(sq[k]/count[k]+NormEps)*gamma[c] + beta[c])
	})
	return z
}

func refConcat(a, b []float64, n int) []float64 {
	la, lb := len(a)/n, len(b)/n
	var y []float64
	for i := range n {
		y = append(append(y, a[i*la:(i+1)*la]...), b[i*lb:(i+1)*lb]...)
	}
	return y
}

// refResize halves or doubles; signals only along w.
func refResize(x []float64, d dims, up, oneD bool) []float64 {
	fy := 2
	if oneD {
		fy = 1
	}
	if up {
		o := dims{d.n, d.c, d.h * fy, d.w * 2}
		y := make([]float64, o.len())
		for n := range o.n {
			for c := range o.c {
				for r := range o.h {
					for s := range o.w {
						y[o.at(n, c, r, s)] = x[d.at(n, c, r/fy, s/2)]
					}
				}
			}
		}
		return y
	}
	o := dims{d.n, d.c, d.h / fy, d.w / 2}
	y := make([]float64, o.len())
	for n := range o.n {
		for c := range o.c {
			for r := range o.h {
				for s := range o.w {
					for i := range fy {
						for j := range 2 {
							y[o.at(n, c, r, s)] += x[d.at(n, c, r*fy+i, s*2+j)] / float64(2*fy)
						}
					}
				}
			}
		}
	}
	return y
}

func refLinear(x, w, b []float64, n int) []float64 {
	in, out := len(x)/n, len(b)
	y := make([]float64, n*out)
	for i := range n {
		for o := range out {
			sum := b[o]
			for k := range in {
				sum += x[i*in+k] * w[o*in+k]
			}
			y[i*out+o] = sum
		}
	}
	return y
}

// refLayerNorm normalises the n rows of x, then scales and shifts them.
func refLayerNorm(x, film []float64, n int) []float64 {
	c := len(x) / n
	y := make([]float64, len(x))
	for i := range n {
		row, mean, v := x[i*c:][:c], 0.0, 0.0
		for _, a := range row {
			mean += a / float64(c)
		}
		for _, a := range row {
			v += (a - mean) * (a - mean) / float64(c)
		}
		for k, a := range row {
			y[i*c+k] = (1+film[i*2*c+k])*(a-mean)/math.Sqrt(v+NormEps) + film[i*2*c+c+k]
		}
	}
	return y
}

func refSwiGLU(x []float64, n int) []float64 {
	h := len(x) / n / 2
	y := make([]float64, n*h)
	for i := range y {
		row := x[i/h*2*h:]
		y[i] = silu(row[i%h]) * row[h+i%h]
	}
	return y
}

func refSoftmaxGate(q, s []float64, n int, scale float64) []float64 {
	slots := len(q) / n
	g := make([]float64, len(q))
	for i := range n {
		sum := 0.0
		for k := i * slots; k < (i+1)*slots; k++ {
			g[k] = math.Exp(q[k] * (1 + s[k]))
			sum += g[k]
		}
		for k := i * slots; k < (i+1)*slots; k++ {
			g[k] *= scale / sum
		}
	}
	return g
}
