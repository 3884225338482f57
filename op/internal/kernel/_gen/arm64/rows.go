package main

import (
	"fmt"
	"math"
	"strings"
)

// rows writes the inner loops on rows of values, n whole blocks of 16. Numbers
// come in the first block of tmp, sums go to the blocks behind it.
func (a *asm) rows() {
	a.row("mul", "y, a, b", 0, 0, func() step {
		return func(r row) {
			t, u := r.load("a"), r.load("b")
			a.fmul(t, t, u)
			r.store(t, "y")
		}
	})
	a.row("dot", "a, b", 0, 1, func() step {
		return func(r row) { a.fmla(r.sums[0], r.load("a"), r.load("b")) }
	})
	a.row("swiglu", "y, a, b", 0, 0, func() step {
		_, sigmoid := a.sigmoid()
		return func(r row) {
			x := r.load("a")
			a.fmul(x, x, sigmoid(x))
			a.fmul(x, x, r.load("b"))
			r.store(x, "y")
		}
	})
	a.row("swigluGrad", "da, db, dy, a, b", 0, 0, func() step {
		one, sigmoid := a.sigmoid()
		return func(r row) {
			x := r.load("a")
			s, silu, t, u := sigmoid(x), a.vec(), a.vec(), a.vec()
			a.fmul(silu, x, s)
			a.fsub(t, one, s)
			a.mov(u, one)
			a.fmla(u, x, t) // 1 + a(1-s)
			a.fmul(u, u, s)
			d := r.load("dy")
			a.fmul(silu, silu, d)
			r.store(silu, "db")
			a.fmul(u, u, d)
			a.fmul(u, u, r.load("b"))
			r.store(u, "da")
		}
	})
	a.row("normFilm", "y, x, scale, shift", 2, 0, func() step {
		return func(r row) {
			z, y := r.normalised(), r.load("shift")
			a.fmla(z, z, r.load("scale"))
			a.fadd(y, y, z)
			r.store(y, "y")
		}
	})
	a.row("normFilmSums", "ds, dy, x, scale", 2, 2, func() step {
		return func(r row) {
			z, d, ds := r.normalised(), r.load("dy"), a.vec()
			a.fmul(ds, d, z)
			r.store(ds, "ds")
			a.fmla(d, d, r.load("scale"))
			a.fadd(r.sums[0], r.sums[0], d)
			a.fmla(r.sums[1], d, z)
		}
	})
	a.row("normFilmGrad", "dx, dy, x, scale", 4, 0, func() step {
		return func(r row) {
			z, d := r.normalised(), r.load("dy")
			a.fmla(d, d, r.load("scale"))
			a.fsub(d, d, r.numbers[2])
			a.fmls(d, z, r.numbers[3])
			a.fmul(d, d, r.numbers[1])
			r.store(d, "dx")
		}
	})
	a.row("gateMax", "q, s", 0, -1, func() step {
		return func(r row) { a.fmax(r.sums[0], r.sums[0], r.logit()) }
	})
	a.row("gateExp", "y, q, s", 1, 1, func() step {
		_, exp := a.power(1)
		return func(r row) {
			u := r.logit()
			a.fsub(u, u, r.numbers[0])
			e := exp(u)
			r.store(e, "y")
			a.fadd(r.sums[0], r.sums[0], e)
		}
	})
	a.row("gateGrad", "dq, ds, dgate, gate, q, s", 1, 0, func() step {
		return func(r row) {
			d, t := r.load("dgate"), a.vec()
			a.fsub(d, d, r.numbers[0])
			a.fmul(d, d, r.load("gate"))
			a.mov(t, d)
			a.fmla(t, d, r.load("s"))
			r.store(t, "dq")
			a.fmul(d, d, r.load("q"))
			r.store(d, "ds")
		}
	})
	a.sumRows()
}

// row is one register's place in a row.
type row struct {
	a       *asm
	arrays  map[string]gp
	part    int
	numbers []vec // given
	sums    []vec // of this part
}

// step computes one register.
type step func(r row)

func (r row) load(array string) vec {
	v := r.a.vec()
	r.a.load(v, r.arrays[array], 16*r.part)
	return v
}

func (r row) store(v vec, array string) { r.a.store(v, r.arrays[array], 16*r.part) }

// normalised is (x - mean)·inverse.
func (r row) normalised() vec {
	z := r.load("x")
	r.a.fsub(z, z, r.numbers[0])
	r.a.fmul(z, z, r.numbers[1])
	return z
}

// logit is q + s·q.
func (r row) logit() vec {
	q, u := r.load("q"), r.a.vec()
	r.a.mov(u, q)
	r.a.fmla(u, q, r.load("s"))
	return u
}

// row writes a function over arrays, with numbers in the first block of tmp and
// sums, by lane, to the blocks behind it. -1 sums are one maximum.
func (a *asm) row(name, arrays string, numbers, sums int, setup func() step) {
	signature := arrays + " *float32, n int"
	maximum := sums < 0
	if maximum {
		sums = 1
	}
	if numbers+sums > 0 {
		signature = arrays + ", tmp *float32, n int"
	}
	a.function(name+"NEON", signature, 0, func() {
		r := row{a: a, arrays: map[string]gp{}}
		names := strings.Split(arrays, ", ")
		for _, x := range names {
			r.arrays[x] = a.param(x)
		}
		var tmp gp
		if numbers+sums > 0 {
			tmp = a.param("tmp")
		}
		for i := range numbers {
			x := a.vec()
			a.broadcast(x, fmt.Sprintf("%d(%s)", 4*i, tmp))
			r.numbers = append(r.numbers, x)
		}
		acc := make([][]vec, 4)
		for part := range acc {
			for range sums {
				if maximum {
					acc[part] = append(acc[part], a.constants(float32(math.Inf(-1)))[0])
				} else {
					x := a.vec()
					a.zero(x)
					acc[part] = append(acc[part], x)
				}
			}
		}
		f := setup()
		n := a.param("n")
		a.loop("block", n, 1, func() {
			for part := range 4 {
				a.scope(func() {
					r.part, r.sums = part, acc[part]
					f(r)
				})
			}
			for _, x := range names {
				a.addImm(r.arrays[x], 64)
			}
		})
		for part := range acc {
			for i, x := range acc[part] {
				a.store(x, tmp, 64*(1+i)+16*part)
			}
		}
	})
}

// sumRows is the sum over rows of four blocks, stride bytes apart.
func (a *asm) sumRows() {
	a.function("sumRowsNEON", "dst, x *float32, rows, stride int", 0, func() {
		dst, x, rows, stride := a.param("dst"), a.param("x"), a.param("rows"), a.param("stride")
		acc := make([]block, 4)
		for i := range acc {
			acc[i] = a.block()
			for _, v := range acc[i] {
				a.zero(v)
			}
		}
		t := a.block()
		a.loop("row", rows, 1, func() {
			for i, b := range acc {
				a.loadBlock(t, x, 64*i)
				for k, v := range b {
					a.fadd(v, v, t[k])
				}
			}
			a.add(x, stride)
		})
		for i, b := range acc {
			a.storeBlock(b, dst, 64*i)
		}
	})
}
