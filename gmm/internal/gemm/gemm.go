package gemm

import "fmt"

// blockK is the length of k that is worked on at a time, so that a panel of B
// stays in the first-level cache.
const blockK = 256

// Matrix is a packed right factor B (k,n).
type Matrix struct {
	k, n int
	tier *tier
	data []float64 // blocks of k × panels of nr columns × (rows of the block, nr), zero-padded
}

// Pack packs b (k,n), given row-major.
func Pack(b []float64, k, n int) *Matrix {
	return pack(best, b, k, n, func(i, j int) int { return i*n + j })
}

// PackTransposed packs the transpose of bt (n,k), given row-major.
func PackTransposed(bt []float64, k, n int) *Matrix {
	return pack(best, bt, k, n, func(i, j int) int { return j*k + i })
}

func pack(t *tier, b []float64, k, n int, at func(i, j int) int) *Matrix {
	if k < 1 || n < 1 || len(b) < k*n {
		panic(fmt.Sprintf("gemm: %d values for a (%d,%d) matrix", len(b), k, n))
	}
	panels := (n + t.nr - 1) / t.nr
	m := &Matrix{k: k, n: n, tier: t, data: make([]float64, panels*t.nr*k)}
	p := 0
	for k0 := 0; k0 < k; k0 += blockK {
		for j0 := 0; j0 < n; j0 += t.nr {
			for i := k0; i < min(k0+blockK, k); i++ {
				for j := j0; j < min(j0+t.nr, n); j++ {
					m.data[p+j-j0] = b[at(i, j)]
				}
				p += t.nr
			}
		}
	}
	return m
}

// Workspace is the memory that Mul needs; the zero value is ready. It must
// not be used concurrently.
type Workspace struct {
	a    []float64 // a block of A: strips of mr rows × (columns, mr), zero-padded
	tile []float64 // a tile of C at the edges
}

// Add adds A·B to c (m,n), where a is A (m,k), both row-major and dense.
func (b *Matrix) Add(c, a []float64, m int, w *Workspace) {
	if len(a) < m*b.k || len(c) < m*b.n {
		panic(fmt.Sprintf("gemm: (%d,%d) += (%d,%d)·(%d,%d) on %d and %d values", m, b.n, m, b.k, b.k, b.n, len(c), len(a)))
	}
	mr, nr := b.tier.mr, b.tier.nr
	strips := (m + mr - 1) / mr
	w.a = grow(w.a, strips*mr*min(b.k, blockK))
	w.tile = grow(w.tile, mr*nr)
	panel := b.data
	for k0 := 0; k0 < b.k; k0 += blockK {
		kb := min(blockK, b.k-k0)
		packA(w.a, a, m, b.k, k0, kb, mr)
		for j0 := 0; j0 < b.n; j0 += nr {
			for s := range strips {
				i0 := s * mr
				strip := w.a[s*mr*kb:]
				if i0+mr <= m && j0+nr <= b.n {
					b.tier.kernel(kb, &strip[0], &panel[0], &c[i0*b.n+j0], b.n)
					continue
				}
				clear(w.tile)
				b.tier.kernel(kb, &strip[0], &panel[0], &w.tile[0], nr)
				for i := i0; i < min(i0+mr, m); i++ {
					row, t := c[i*b.n:(i+1)*b.n], w.tile[(i-i0)*nr:]
					for j := j0; j < min(j0+nr, b.n); j++ {
						row[j] += t[j-j0]
					}
				}
			}
			panel = panel[kb*nr:]
		}
	}
}

// packA packs columns k0 … k0+kb of a (m,k) into strips of mr rows.
func packA(dst, a []float64, m, k, k0, kb, mr int) {
	for i0 := 0; i0 < m; i0 += mr {
		strip := dst[i0*kb:]
		for r := range mr {
			if i0+r >= m {
				for i := range kb {
					strip[i*mr+r] = 0
				}
				continue
			}
			for i, v := range a[(i0+r)*k+k0 : (i0+r)*k+k0+kb] {
				strip[i*mr+r] = v
			}
		}
	}
}

func grow(x []float64, n int) []float64 {
	if cap(x) < n {
		return make([]float64, n)
	}
	return x[:n]
}
