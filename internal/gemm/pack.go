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
	m.panels(b, false, w)
}

// setPanel packs rows k0 … k0+kb and columns j0 … j0+cols of B.
func (m *Matrix[T]) setPanel(panel, b []T, k0, kb, j0, cols int) {
	nr := m.tier.nr
	for i := range kb {
		row := panel[i*nr:][:nr]
		copy(row, b[(k0+i)*m.n+j0:][:cols])
		clear(row[cols:])
	}
}

// SetTransposed packs the transpose of bt (n,k), given row-major, likewise.
func (m *Matrix[T]) SetTransposed(bt []T, w *Workspace[T]) {
	m.panels(bt, true, w)
}

// setTransposedPanel packs the same of the transpose of bt.
func (m *Matrix[T]) setTransposedPanel(panel, bt []T, k0, kb, j0, cols int) {
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
}

// panels packs every panel of b.
func (m *Matrix[T]) panels(b []T, transposed bool, w *Workspace[T]) {
	if len(b) < m.k*m.n {
		panic(fmt.Sprintf("gemm: %d values for a (%d,%d) matrix", len(b), m.k, m.n))
	}
	all := (m.k + blockK - 1) / blockK * m.across()
	if w == nil || w.Pool == nil { // without a closure, and so without allocation
		for c := range all {
			m.packPanel(b, transposed, c)
		}
		return
	}
	w.Pool.Do(all, func(c, _ int) { m.packPanel(b, transposed, c) })
}

// across is how many panels lie next to each other.
func (m *Matrix[T]) across() int { return (m.n + m.tier.nr - 1) / m.tier.nr }

func (m *Matrix[T]) packPanel(b []T, transposed bool, c int) {
	nr := m.tier.nr
	k0, j0 := c/m.across()*blockK, c%m.across()*nr
	panel, kb, cols := m.panel(k0, j0), min(blockK, m.k-k0), min(nr, m.n-j0)
	if transposed {
		m.setTransposedPanel(panel, b, k0, kb, j0, cols)
	} else {
		m.setPanel(panel, b, k0, kb, j0, cols)
	}
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
