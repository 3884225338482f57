//go:build amd64 || arm64

package gemm

import (
	"fmt"
	"unsafe"
)

// The assembly checks no bounds: each call here does, once, for all that it
// will touch. Strides in assembly are bytes.

type tileFunc[T Float] = func(kb int, a *T, aRow, aCol int, b, c *T, cRow int, bias *T, add int)

type transposeFunc = func(dst, src *float32, srcRow, dstRow, blocks int)

// call computes a tile of nr columns; functions are listed by rows.
func call[T Float](t tile[T], nr int, functions []tileFunc[T]) {
	size := int(unsafe.Sizeof(T(0)))
	add := 0
	if t.add {
		add = 1
	} else {
		need(t.bias, nr)
	}
	functions[t.rows-1](t.kb, need(t.a, (t.rows-1)*t.aRow+(t.kb-1)*t.aCol+1), size*t.aRow, size*t.aCol, need(t.b, t.kb*nr),
		need(t.c, (t.rows-1)*t.row+nr), size*t.row, unsafe.SliceData(t.bias), add)
}

func callTranspose(dst, src []float32, dstRow, srcRow, blocks, side int, f transposeFunc) {
	f(need(dst, (blocks*side-1)*dstRow+side), need(src, (side-1)*srcRow+blocks*side), 4*srcRow, 4*dstRow, blocks)
}

// need panics unless x holds at least n values.
func need[T Float](x []T, n int) *T {
	if len(x) < n || n < 1 {
		panic(fmt.Sprintf("gemm: %d values where %d are needed", len(x), n))
	}
	return &x[0]
}
