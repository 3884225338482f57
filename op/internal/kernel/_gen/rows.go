package main

import (
	"math"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// rows writes the inner loops on rows of values, n whole blocks of 16. Numbers
// come in the first block of tmp, sums go to the blocks behind it.
func (v isa) rows() {
	v.row("mul", "y, a, b", 0, 0, func(string) step {
		return func(r row) {
			t := r.load("a")
			VMULPS(r.at("b"), t, t)
			r.store(t, "y")
		}
	})
	v.row("dot", "a, b", 0, 1, func(string) step {
		return func(r row) {
			t := r.load("a")
			VFMADD231PS(r.at("b"), t, r.sums[0])
		}
	})
	v.row("swiglu", "y, a, b", 0, 0, func(name string) step {
		sigmoid, _ := v.sigmoid(name)
		return func(r row) {
			a := r.load("a")
			VMULPS(sigmoid(a)[0], a, a)
			VMULPS(r.at("b"), a, a)
			r.store(a, "y")
		}
	})
	v.row("swigluGrad", "da, db, dy, a, b", 0, 0, func(name string) step {
		sigmoid, one := v.sigmoid(name)
		return func(r row) {
			a, silu, t := r.load("a"), v.new(), v.new()
			s := sigmoid(a)[0]
			VMULPS(s, a, silu)
			VSUBPS(s, one, t)
			VFMADD213PS(one, a, t) // 1 + a(1-s)
			VMULPS(s, t, t)
			VMULPS(r.at("b"), t, t)
			d := r.load("dy")
			VMULPS(d, t, t)
			VMULPS(d, silu, silu)
			r.store(t, "da")
			r.store(silu, "db")
		}
	})
	v.row("normFilm", "y, x, scale, shift", 2, 0, func(string) step {
		return func(r row) {
			z, s := r.normalised(), r.load("scale")
			VFMADD213PS(z, z, s)
			VADDPS(r.at("shift"), s, s)
			r.store(s, "y")
		}
	})
	v.row("normFilmSums", "ds, dy, x, scale", 2, 2, func(string) step {
		return func(r row) {
			z, d, g := r.normalised(), r.load("dy"), r.load("scale")
			VFMADD213PS(d, d, g)
			VMULPS(z, d, d)
			r.store(d, "ds")
			VADDPS(g, r.sums[0], r.sums[0])
			VFMADD231PS(g, z, r.sums[1])
		}
	})
	v.row("normFilmGrad", "dx, dy, x, scale", 4, 0, func(string) step {
		return func(r row) {
			z, d, g := r.normalised(), r.load("dy"), r.load("scale")
			VFMADD213PS(d, d, g)
			VSUBPS(r.numbers[2], g, g)
			VFNMADD231PS(z, r.numbers[3], g)
			VMULPS(r.numbers[1], g, g)
			r.store(g, "dx")
		}
	})
	v.row("gateMax", "q, s", 0, -1, func(string) step {
		return func(r row) {
			u := r.logit()
			VMAXPS(u, r.sums[0], r.sums[0])
		}
	})
	v.row("gateExp", "y, q, s", 1, 1, func(name string) step {
		exp := v.exp(name)
		return func(r row) {
			u := r.logit()
			VSUBPS(r.numbers[0], u, u)
			e := exp(u)[0]
			r.store(e, "y")
			VADDPS(e, r.sums[0], r.sums[0])
		}
	})
	v.row("gateGrad", "dq, ds, dgate, gate, q, s", 1, 0, func(string) step {
		return func(r row) {
			d, s := r.load("dgate"), r.load("s")
			VSUBPS(r.numbers[0], d, d)
			VMULPS(r.at("gate"), d, d)
			VFMADD213PS(d, d, s)
			r.store(s, "dq")
			VMULPS(r.at("q"), d, d)
			r.store(d, "ds")
		}
	})
	v.sumRows()
}

// row is one register's place in a row.
type row struct {
	v       isa
	arrays  map[string]Register
	part    int
	numbers []VecVirtual // given
	sums    block        // of this part
}

// step computes one register.
type step func(r row)

func (r row) at(array string) Mem { return at(r.arrays[array], r.part*r.v.bytes) }

func (r row) load(array string) VecVirtual {
	x := r.v.new()
	VMOVUPS(r.at(array), x)
	return x
}

func (r row) store(x VecVirtual, array string) { VMOVUPS(x, r.at(array)) }

// normalised is (x - mean)·inverse.
func (r row) normalised() VecVirtual {
	z := r.load("x")
	VSUBPS(r.numbers[0], z, z)
	VMULPS(r.numbers[1], z, z)
	return z
}

// logit is q + s·q.
func (r row) logit() VecVirtual {
	q, s := r.load("q"), r.load("s")
	VFMADD213PS(q, q, s)
	return s
}

// row writes a function over arrays, with numbers in the first block of tmp and
// sums, by lane, to the blocks behind it. -1 sums are one maximum.
func (v isa) row(name, arrays string, numbers, sums int, setup func(name string) step) {
	name += v.suffix
	signature := arrays + " *float32, n int"
	maximum := sums < 0
	if maximum {
		sums = 1
	}
	if numbers+sums > 0 {
		signature = arrays + ", tmp *float32, n int"
	}
	TEXT(name, NOSPLIT, "func("+signature+")")
	Pragma("noescape")
	r := row{v: v, arrays: map[string]Register{}}
	names := strings.Split(arrays, ", ")
	for _, a := range names {
		r.arrays[a] = param(a)
	}
	var tmp Register
	if numbers+sums > 0 {
		tmp = param("tmp")
	}
	for i := range numbers {
		x := v.new()
		VBROADCASTSS(at(tmp, 4*i), x)
		r.numbers = append(r.numbers, x)
	}
	acc := make([]block, v.parts)
	for part := range acc {
		for range sums {
			acc[part] = append(acc[part], v.zeroReg())
		}
	}
	if maximum {
		least := v.constants(name+"_least", float32(math.Inf(-1)))[0]
		for _, b := range acc {
			VMOVUPS(least, b[0])
		}
	}
	f := setup(name)
	n := param("n")
	loop(label(name, "block"), n, 1, func() {
		for part := range v.parts {
			r.part, r.sums = part, acc[part]
			f(r)
		}
		for _, a := range names {
			ADDQ(Imm(64), r.arrays[a])
		}
	})
	for part := range acc {
		for i, x := range acc[part] {
			VMOVUPS(x, at(tmp, 64*(1+i)+part*v.bytes))
		}
	}
	VZEROUPPER()
	RET()
}

// sumRows is the sum over rows of four blocks, stride bytes apart.
func (v isa) sumRows() {
	name := "sumRows" + v.suffix
	TEXT(name, NOSPLIT, "func(dst, x *float32, rows, stride int)")
	Pragma("noescape")
	dst, x, rows, stride := param("dst"), param("x"), param("rows"), param("stride")
	acc := make([]VecVirtual, 4*v.parts)
	for i := range acc {
		acc[i] = v.zeroReg()
	}
	loop(label(name, "row"), rows, 1, func() {
		for i, a := range acc {
			VADDPS(at(x, i*v.bytes), a, a)
		}
		ADDQ(stride, x)
	})
	for i, a := range acc {
		VMOVUPS(a, at(dst, i*v.bytes))
	}
	VZEROUPPER()
	RET()
}
