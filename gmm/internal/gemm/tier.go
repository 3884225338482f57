package gemm

import (
	"os"
	"unsafe"
)

// tier is one micro-kernel. It adds the product of a strip of A (kb columns of
// mr values) and a panel of B (kb rows of nr values) to a tile of C whose rows
// are stride values apart.
type tier struct {
	name   string
	mr, nr int
	kernel func(kb int, a, b, c *float64, stride int)
}

// generic is the reference, in Go.
var generic = &tier{name: "generic", mr: 2, nr: 4, kernel: kernelGeneric}

// best is the fastest tier of this machine, or the one that CONDMEAN_KERNEL
// names if it has it.
var best = choose(os.Getenv("CONDMEAN_KERNEL"), tiers())

func choose(name string, available []*tier) *tier {
	for _, t := range available {
		if t.name == name {
			return t
		}
	}
	return available[0]
}

func kernelGeneric(kb int, a, b, c *float64, stride int) {
	as, bs := unsafe.Slice(a, 2*kb), unsafe.Slice(b, 4*kb)
	var c00, c01, c02, c03, c10, c11, c12, c13 float64
	for len(as) >= 2 && len(bs) >= 4 {
		a0, a1 := as[0], as[1]
		b0, b1, b2, b3 := bs[0], bs[1], bs[2], bs[3]
		c00 += a0 * b0
		c01 += a0 * b1
		c02 += a0 * b2
		c03 += a0 * b3
		c10 += a1 * b0
		c11 += a1 * b1
		c12 += a1 * b2
		c13 += a1 * b3
		as, bs = as[2:], bs[4:]
	}
	cs := unsafe.Slice(c, stride+4)
	cs[0] += c00
	cs[1] += c01
	cs[2] += c02
	cs[3] += c03
	cs = cs[stride:]
	cs[0] += c10
	cs[1] += c11
	cs[2] += c12
	cs[3] += c13
}
