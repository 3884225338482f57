package gemm

import (
	"fmt"

	"github.com/condmean/condmean/internal/par"
)

// Left is a left factor A (m,k), row-major, or its transpose (k,m), row-major.
type Left[T Float] struct {
	Data       []T
	Transposed bool
}

// Output says what becomes of a product.
type Output[T Float] struct {
	Add  bool // to what C holds; else it replaces it
	Bias []T  // (n) added to every row; nil: none; only without Add
	// Then, if not nil, is called for every finished part of C while it is in
	// cache: rows from i0 to i1, columns from j0 to j1.
	Then func(i0, i1, j0, j1 int)
}

// Workspace is the memory, and the threads, that products need. The zero value
// runs on the calling goroutine. It must not be used concurrently.
type Workspace[T Float] struct {
	Pool    *par.Pool // nil: no threads
	workers []scratch[T]
	edges   []T // a bias, padded to whole panels
	zeros   []T
}

// scratch is the memory of one worker.
type scratch[T Float] struct {
	a    []T // a block of A
	tile []T // a tile of C at the right edge
}

// NewWorkspace returns a workspace with the threads of a pool.
func NewWorkspace[T Float](p *par.Pool) *Workspace[T] { return &Workspace[T]{Pool: p} }

// Add adds A·B to c (m,n), where a is A (m,k), both row-major and dense.
func (m *Matrix[T]) Add(c, a []T, rows int, w *Workspace[T]) {
	m.Mul(c, Left[T]{Data: a}, rows, Output[T]{Add: true}, w)
}

// Mul computes c (m,n), row-major, from A (m,k) times B.
func (m *Matrix[T]) Mul(c []T, a Left[T], rows int, o Output[T], w *Workspace[T]) {
	if len(a.Data) < rows*m.k || len(c) < rows*m.n || (o.Bias != nil && (o.Add || len(o.Bias) != m.n)) {
		panic(fmt.Sprintf("gemm: (%d,%d) = (%d,%d)·(%d,%d) on %d and %d values, bias of %d", rows, m.n, rows, m.k, m.k, m.n, len(c), len(a.Data), len(o.Bias)))
	}
	workers := 1
	if w.Pool != nil {
		workers = w.Pool.Threads()
	}
	if len(w.workers) < workers {
		w.workers = make([]scratch[T], workers)
	}
	p := product[T]{Matrix: m, c: c, a: a, rows: rows, o: o, w: w}
	p.bias()
	tall, wide := p.cut()
	parts := (rows + tall - 1) / tall * ((m.n + wide - 1) / wide)
	if w.Pool == nil { // without a closure, and so without allocation
		for i := range parts {
			p.partNumber(i, 0, tall, wide)
		}
		return
	}
	shared := p
	w.Pool.Do(parts, func(i, worker int) { shared.partNumber(i, worker, tall, wide) })
}

// partNumber computes part i of those of tall rows and wide columns.
func (p *product[T]) partNumber(i, worker, tall, wide int) {
	across := (p.n + wide - 1) / wide
	i0, j0 := i/across*tall, i%across*wide
	p.part(&p.w.workers[worker], i0, min(i0+tall, p.rows), j0, min(j0+wide, p.n))
}

// product is a product in work.
type product[T Float] struct {
	*Matrix[T]
	c     []T
	a     Left[T]
	rows  int
	o     Output[T]
	w     *Workspace[T]
	added []T // bias, padded to whole panels
}

// bias makes room for a whole panel behind the last column.
func (p *product[T]) bias() {
	if p.o.Add {
		return
	}
	padded := (p.n + p.tier.nr - 1) / p.tier.nr * p.tier.nr
	switch {
	case p.o.Bias == nil:
		p.w.zeros = grow(p.w.zeros, padded)
		p.added = p.w.zeros
	case padded == p.n:
		p.added = p.o.Bias
	default:
		p.w.edges = grow(p.w.edges, padded)
		copy(p.w.edges, p.o.Bias)
		p.added = p.w.edges
	}
}

// work is how many multiply-adds a part of a product should have at least, some
// tens of microseconds.
const work = 1 << 22

// fewRows is how many values of B a part of a product of one tile's rows or less
// reads: that takes as long as the multiply-adds of a few rows, about a microsecond
// and a half from the last cache.
const fewRows = 1 << 15

// cut returns rows and columns of the parts of a product: a few tiles high, so
// that a block of A stays in the second-level cache, and as wide as gives each
// its work. A wide part also makes the copy of A pay.
func (p *product[T]) cut() (tall, wide int) {
	tall = min(p.rows, 4*p.tier.mr)
	if p.rows <= p.tier.mr {
		wide = fewRows / p.k
	} else {
		wide = max(256, work/(p.k*tall))
	}
	nr := p.tier.nr
	return tall, max(1, (wide+nr-1)/nr) * nr
}

// part computes rows i0 … i1 and columns j0 … j1 of C.
func (p *product[T]) part(s *scratch[T], i0, i1, j0, j1 int) {
	mr, nr := p.tier.mr, p.tier.nr
	for k0 := 0; k0 < p.k; k0 += blockK {
		kb := min(blockK, p.k-k0)
		t := tile[T]{kb: kb, row: p.n, add: p.o.Add || k0 > 0}
		block := p.left(s, &t, i0, i1, k0)
		for j := j0; j < j1; j += nr {
			t.b = p.panel(k0, j)
			if !t.add {
				t.bias = p.added[j : j+nr]
			}
			for i := i0; i < i1; i += mr {
				t.a, t.rows = block[(i-i0)*t.aRow:], min(mr, i1-i)
				if j+nr <= p.n {
					t.c = p.c[i*p.n+j:]
					p.tier.tile(t)
				} else {
					p.edge(s, t, i, j)
				}
			}
		}
	}
	if p.o.Then != nil {
		p.o.Then(i0, i1, j0, j1)
	}
}

// edge computes a tile that reaches over the right edge of C.
func (p *product[T]) edge(s *scratch[T], t tile[T], i, j int) {
	nr := p.tier.nr
	s.tile = grow(s.tile, p.tier.mr*nr)
	cols := p.n - j
	if t.add {
		for r := range t.rows {
			copy(s.tile[r*nr:][:nr], p.c[(i+r)*p.n+j:][:cols])
		}
	}
	t.c, t.row = s.tile, nr
	p.tier.tile(t)
	for r := range t.rows {
		copy(p.c[(i+r)*p.n+j:][:cols], s.tile[r*nr:])
	}
}

// left copies rows i0 … i1 and columns k0 … of A, as they are stored, with a
// stride at which their lines do not meet in one set of the cache, and notes
// their strides.
func (p *product[T]) left(s *scratch[T], t *tile[T], i0, i1, k0 int) []T {
	const line = 16
	m := i1 - i0
	if p.a.Transposed {
		t.aRow, t.aCol = 1, m
		s.a = grow(s.a, t.kb*m)
		for k := range t.kb {
			copy(s.a[k*m:][:m], p.a.Data[(k0+k)*p.rows+i0:])
		}
		return s.a
	}
	t.aRow, t.aCol = blockK+line, 1
	s.a = grow(s.a, m*t.aRow)
	for i := range m {
		copy(s.a[i*t.aRow:][:t.kb], p.a.Data[(i0+i)*p.k+k0:])
	}
	return s.a
}

func grow[T Float](x []T, n int) []T {
	if cap(x) < n {
		return aligned[T](n)
	}
	return x[:n]
}
