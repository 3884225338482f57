package kernel

import "math"

// SoftmaxGate computes g (N,S) = c·softmax(q·(1+s)) over each row of q and s
// (N,S).
func SoftmaxGate(w *Workspace, g, q, s []float32, n int, c float32) {
	slots := len(g) / n
	w.rows(n, slots, func(lo, hi int, t tmp) {
		for i := lo; i < hi; i++ {
			row, q, s := g[i*slots:][:slots], q[i*slots:][:slots], s[i*slots:][:slots]
			sum := w.tier.gateExp(row, q, s, w.tier.gateMax(q, s, t), t)
			w.scale(row, c/sum, t)
		}
	})
}

// SoftmaxGateGrad computes dq and ds from dg and g. With u = q·(1+s),
//
//	du = g·(dg - Σ g·dg/c)   dq = du·(1+s)   ds = du·q
func SoftmaxGateGrad(w *Workspace, dq, ds, dg, g, q, s []float32, n int, c float32) {
	slots := len(g) / n
	w.rows(n, slots, func(lo, hi int, t tmp) {
		for i := lo; i < hi; i++ {
			at := i * slots
			gate, d := g[at:][:slots], dg[at:][:slots]
			mean := w.tier.dot(gate, d, t) / c
			w.tier.gateGrad(dq[at:][:slots], ds[at:][:slots], d, gate, q[at:][:slots], s[at:][:slots], mean, t)
		}
	})
}

// gateMaxGeneric is the reference of tier.gateMax: the largest q·(1+s).
func gateMaxGeneric(q, s []float32, _ tmp) float32 {
	top := float32(math.Inf(-1))
	for i, v := range q {
		top = max(top, v+s[i]*v)
	}
	return top
}

// gateExpGeneric is the reference of tier.gateExp: y = e^(q·(1+s)-top), and its
// sum.
func gateExpGeneric(y, q, s []float32, top float32, _ tmp) float32 {
	var sum float32
	for i, v := range q {
		y[i] = float32(math.Exp(float64(v + s[i]*v - top)))
		sum += y[i]
	}
	return sum
}

// gateGradGeneric is the reference of tier.gateGrad.
func gateGradGeneric(dq, ds, dg, g, q, s []float32, mean float32, _ tmp) {
	for i, v := range g {
		d := v * (dg[i] - mean)
		dq[i] = d + s[i]*d
		ds[i] = d * q[i]
	}
}
