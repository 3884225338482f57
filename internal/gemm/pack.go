package gemm

import (
	"fmt"
	"unsafe"
)

// blockK is the length of k that is worked on at a time, so that a panel of B
// stays in the first-level cache.
const blockK = 256

// Matrix is a packed right factor B (k,n).
type Matrix[T Float] struct {
	k, n int
	tier *tier[T]
	data []T // blocks of k × panels of nr columns × (rows of the block, nr), zero-padded
}

// New returns a zero matrix (k,n), to be set.
func New[T Float](k, n int) *Matrix[T] { return newMatrix(best[T](), k, n) }

func newMatrix[T Float](t *tier[T], k, n int) *Matrix[T] {
	m := &Matrix[T]{tier: t}
	m.Resize(k, n)
	return m
}

// Pack packs b (k,n), given row-major.
func Pack[T Float](b []T, k, n int) *Matrix[T] {
	m := New[T](k, n)
	m.Set(b, nil)
	return m
}

// PackTransposed packs the transpose of bt (n,k), given row-major.
func PackTransposed[T Float](bt []T, k, n int) *Matrix[T] {
	m := New[T](k, n)
	m.SetTransposed(bt, nil)
	return m
}

// Resize makes m a matrix (k,n), to be set; the zero Matrix may be resized. Memory
// is taken only where more is needed than ever before.
func (m *Matrix[T]) Resize(k, n int) {
	if m.tier == nil {
		m.tier = best[T]()
	}
	size := (n + m.tier.nr - 1) / m.tier.nr * m.tier.nr * k
	if k < 1 || n < 1 {
		panic(fmt.Sprintf("gemm: a (%d,%d) matrix", k, n))
	}
	m.k, m.n, m.data = k, n, grow(m.data, size)
}

// Set packs b (k,n), given row-major, with the threads of w; w may be nil.
func (m *Matrix[T]) Set(b []T, w *Workspace[T]) {
	m.panels(b, w, func(panel []T, k0, kb, j0, cols int) {
		nr := m.tier.nr
		for i := range kb {
			row := panel[i*nr:][:nr]
			copy(row, b[(k0+i)*m.n+j0:][:cols])
			clear(row[cols:])
		}
	})
}

// SetTransposed packs the transpose of bt (n,k), given row-major, likewise.
func (m *Matrix[T]) SetTransposed(bt []T, w *Workspace[T]) {
	m.panels(bt, w, func(panel []T, k0, kb, j0, cols int) {
		nr, side := m.tier.nr, m.tier.side
		if cols < nr {
			clear(panel)
		}
		done := 0 // columns, by blocks
		blocks := 0
		if side > 0 {
			blocks = kb / side
		}
		if blocks > 0 {
			for ; done+side <= cols; done += side {
				m.tier.transpose(panel[done:], bt[(j0+done)*m.k+k0:], nr, m.k, blocks)
			}
		}
		for j := range cols {
			from := 0
			if j < done {
				from = blocks * side
			}
			for i, v := range bt[(j0+j)*m.k+k0:][from:kb] {
				panel[(from+i)*nr+j] = v
			}
		}
	})
}

// panels calls f for every panel: rows k0 … k0+kb and columns j0 … j0+cols of B.
func (m *Matrix[T]) panels(b []T, w *Workspace[T], f func(panel []T, k0, kb, j0, cols int)) {
	if len(b) < m.k*m.n {
		panic(fmt.Sprintf("gemm: %d values for a (%d,%d) matrix", len(b), m.k, m.n))
	}
	nr := m.tier.nr
	across := (m.n + nr - 1) / nr
	w.do((m.k+blockK-1)/blockK*across, func(c, _ int) {
		k0, j0 := c/across*blockK, c%across*nr
		f(m.panel(k0, j0), k0, min(blockK, m.k-k0), j0, min(nr, m.n-j0))
	})
}

// panel returns the panel that begins with row k0 and column j0.
func (m *Matrix[T]) panel(k0, j0 int) []T {
	nr, kb := m.tier.nr, min(blockK, m.k-k0)
	padded := (m.n + nr - 1) / nr * nr
	return m.data[k0*padded+j0*kb:][:kb*nr]
}

// aligned returns n zeros that begin with a line of the cache.
func aligned[T Float](n int) []T {
	const line = 64
	size := int(unsafe.Sizeof(T(0)))
	b := make([]T, n+line/size)
	off := int(-uintptr(unsafe.Pointer(unsafe.SliceData(b)))%line) / size
	return b[off : off+n : off+n]
}
