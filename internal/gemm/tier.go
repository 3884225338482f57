package gemm

import (
	"sync"

	"github.com/condmean/condmean/internal/isa"
)

// Float is what matrices hold.
type Float interface{ float32 | float64 }

// tile is the inner loop: rows of A (rows,kb) times a panel of B (kb,nr) give a
// tile of C (rows,nr). Strides are values.
type tile[T Float] struct {
	a, b, c, bias   []T
	rows, kb        int
	aRow, aCol, row int  // strides of A, and of C from row to row
	add             bool // to C; else the tile replaces it, with bias added
}

// tier is one implementation of the inner loops.
type tier[T Float] struct {
	name   string
	mr, nr int // rows and columns of the largest tile
	tile   func(tile[T])
	// transpose writes the transposes of blocks of side×side values: a row of
	// src becomes a column of dst. Blocks lie side by side in src and below each
	// other in dst. Nil: there is none.
	transpose func(dst, src []T, dstRow, srcRow, blocks int)
	side      int
}

const genericRows, genericCols = 2, 4

// generic is the portable reference.
func generic[T Float]() *tier[T] {
	return &tier[T]{name: isa.Generic, mr: genericRows, nr: genericCols, tile: tileGeneric[T]}
}

// tiers lists the tiers of this machine, fastest first.
func tiers[T Float]() []*tier[T] {
	var ts []*tier[T]
	for _, name := range isa.Available() {
		var t any
		if _, ok := any(T(0)).(float32); ok {
			t = native32[name]
		} else {
			t = native64[name]
		}
		if n, ok := t.(*tier[T]); ok && n != nil {
			ts = append(ts, n)
		}
	}
	return append(ts, generic[T]())
}

var chosen = sync.OnceValues(isa.Chosen)

// Check fails if CONDMEAN_KERNEL asks for kernels that this machine does not
// have.
func Check() error {
	_, err := chosen()
	return err
}

// best returns the tier in use. Callers that can fail Check first; without it
// the portable loops take the place of what is not there.
func best[T Float]() *tier[T] {
	name, err := chosen()
	if err != nil {
		return generic[T]()
	}
	ts := tiers[T]()
	for _, t := range ts {
		if t.name == name {
			return t
		}
	}
	return ts[len(ts)-1]
}

// tileGeneric is the reference of tier.tile.
func tileGeneric[T Float](t tile[T]) {
	for r := 0; r < t.rows; r += genericRows {
		pair := min(1, t.rows-1-r) // 0: a last row without another, taken twice
		var acc [genericRows][genericCols]T
		a0, a1 := t.a[r*t.aRow:], t.a[(r+pair)*t.aRow:]
		b := t.b
		for k := range t.kb {
			x, y, w := a0[k*t.aCol], a1[k*t.aCol], (*[genericCols]T)(b)
			acc[0][0] += x * w[0]
			acc[0][1] += x * w[1]
			acc[0][2] += x * w[2]
			acc[0][3] += x * w[3]
			acc[1][0] += y * w[0]
			acc[1][1] += y * w[1]
			acc[1][2] += y * w[2]
			acc[1][3] += y * w[3]
			b = b[genericCols:]
		}
		for i := range 1 + pair {
			c := t.c[(r+i)*t.row:][:genericCols]
			for j, v := range acc[i] {
				if t.add {
					c[j] += v
				} else {
					c[j] = v + t.bias[j]
				}
			}
		}
	}
}
