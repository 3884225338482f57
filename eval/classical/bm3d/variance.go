package bm3d

import "math"

// covariances of a transform's coefficients in two blocks of white noise of unit
// variance, by what one block is shifted against the other: where they overlap, they
// share noise.
type covariances [2*Side - 1][2*Side - 1]block

// newCovariances computes them for the rows f of a separable transform:
//
//	Cov_uv(dr,dc) = (Σᵢ f_u(i+dr)·f_u(i))·(Σⱼ f_v(j+dc)·f_v(j)).
func newCovariances(f *matrix) *covariances {
	var along [2*Side - 1][Side]float64 // by shift and coefficient
	for k := range along {
		shift := k - (Side - 1)
		for u := range Side {
			for i := max(0, -shift); i < min(Side, Side-shift); i++ {
				along[k][u] += f[u*Side+i+shift] * f[u*Side+i]
			}
		}
	}
	c := new(covariances)
	for r := range c {
		for k := range c[r] {
			for u := range c[r][k] {
				c[r][k][u] = along[r][u/Side] * along[k][u%Side]
			}
		}
	}
	return c
}

// variances writes those of a group's spectrum for white noise of unit variance: 1,
// and what blocks that overlap have in common,
//
//	var_ku = Σ_ij h_k(i)·h_k(j)·Cov_u(pᵢ - pⱼ),
//
// h_k row k of the Haar transform, pᵢ the place of block i in a plane of a width.
func (c *covariances) variances(dst []block, group []int, width int) {
	for i := range dst {
		for u := range dst[i] {
			dst[i][u] = 1
		}
	}
	n := len(group)
	for i, p := range group {
		for j, q := range group[:i] {
			dr, dc := p/width-q/width, p%width-q%width
			if dr <= -Side || dr >= Side || dc <= -Side || dc >= Side {
				continue
			}
			common := &c[dr+Side-1][dc+Side-1]
			add(&dst[0], common, 2/float64(n))
			// Row m + i/size of the transform has the blocks of size·(i/size) on, the
			// latter half with the other sign.
			for m, size := 1, n; m < n; m, size = 2*m, size/2 {
				if i/size != j/size {
					break
				}
				sign := 1.0
				if i/(size/2) != j/(size/2) {
					sign = -1
				}
				add(&dst[m+i/size], common, sign*2/float64(size))
			}
		}
	}
	for i := range dst {
		for u, v := range dst[i] {
			dst[i][u] = math.Max(v, 0) // rounding
		}
	}
}

func add(dst, x *block, by float64) {
	for i, v := range x {
		dst[i] += by * v
	}
}
