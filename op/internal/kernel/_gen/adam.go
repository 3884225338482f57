package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// adam is a step of Adam on n blocks of 16 parameters p with gradients g and
// moments m and v, without fused operations, as the portable loop computes it;
// c holds the fields of AdamCoefs in their order.
func (v isa) adam() {
	name := "adam" + v.suffix
	TEXT(name, NOSPLIT, "func(params, grads, m, v, c *float32, n int)")
	p, g, m, v2, c, n := param("params"), param("grads"), param("m"), param("v"), param("c"), param("n")
	coef := make([]VecVirtual, 9)
	for i := range coef {
		coef[i] = v.new()
		VBROADCASTSS(at(c, 4*i), coef[i])
	}
	by, l2, keep, rest1, beta2, rest2, rate, root2, eps := coef[0], coef[1], coef[2], coef[3], coef[4], coef[5], coef[6], coef[7], coef[8]
	loop(label(name, "block"), n, 1, func() {
		for i := range v.parts {
			w, x, t, u := v.new(), v.new(), v.new(), v.new()
			VMULPS(at(p, i*v.bytes), keep, w)
			VMULPS(at(g, i*v.bytes), by, x)
			VMULPS(w, l2, t)
			VADDPS(t, x, x)
			VMOVUPS(at(m, i*v.bytes), t)
			VSUBPS(t, x, u)
			VMULPS(u, rest1, u)
			VADDPS(u, t, t) // m
			VMOVUPS(t, at(m, i*v.bytes))
			VMULPS(t, rate, t)
			VMULPS(x, rest2, u)
			VMULPS(x, u, u)
			VMULPS(at(v2, i*v.bytes), beta2, x)
			VADDPS(u, x, x) // v
			VMOVUPS(x, at(v2, i*v.bytes))
			VSQRTPS(x, x)
			VDIVPS(root2, x, x)
			VADDPS(eps, x, x)
			VDIVPS(x, t, t)
			VSUBPS(t, w, w)
			VMOVUPS(w, at(p, i*v.bytes))
		}
		for _, r := range []Register{p, g, m, v2} {
			ADDQ(U32(64), r)
		}
	})
	VZEROUPPER()
	RET()
}
