package lower

import "github.com/condmean/condmean/lower/hlo"

// mixture is what Experts and its gradient have in common, with arrays over experts,
// samples, and directions or values: (K,N), (K,N,R), (K,N,D). All experts are computed
// for all samples. Products whose results go through exponentials of the SNR's size are
// exact.
type mixture struct {
	*lowering
	x, rho, u, m, a, b, w hlo.Value
	signal, power         hlo.Value // √ᾱ and 1-ᾱ (N)
	d, z                  hlo.Value // x - √ᾱ·m, U·d
	g, less, h            hlo.Value // σ(a+ρ), 1-g, g-g0
	g0, keep              hlo.Value // σ(b+ρ), 1-g0
	hz, square            hlo.Value // h·z, |d|²
	weight                hlo.Value // γ
}

// mixtureOf takes the inputs of op.Experts.
func (l *lowering) mixtureOf(in []value) *mixture {
	e := &mixture{lowering: l, x: l.matrix(in[0].Value), rho: in[1].Value, u: in[2].Value, m: in[3].Value, a: in[4].Value, b: in[5].Value, w: in[6].Value}
	e.signal = l.Unary("sqrt", l.Unary("logistic", e.rho))
	e.power = l.Unary("logistic", l.Times(e.rho, -1))
	k, n, r, d := e.u.Shape[0], e.x.Shape[0], e.u.Shape[1], e.u.Shape[2]
	e.d = l.Sub(l.Broadcast(e.x, []int{k, n, d}, 1, 2), l.Mul(l.Broadcast(e.signal, []int{k, n, d}, 1), l.Broadcast(e.m, []int{k, n, d}, 0, 2)))
	e.z = l.exactly(func() hlo.Value {
		return l.Dot(e.d, e.u, hlo.Axes{A: []int{0}, B: []int{0}}, hlo.Axes{A: []int{2}, B: []int{2}})
	})
	along := l.Add(l.Broadcast(e.a, e.z.Shape, 0, 2), l.Broadcast(e.rho, e.z.Shape, 1)) // a+ρ
	other := l.Add(l.Broadcast(e.b, []int{k, n}, 0), l.Broadcast(e.rho, []int{k, n}, 1))
	e.g, e.g0 = l.Unary("logistic", along), l.Unary("logistic", other)
	e.keep = l.Unary("logistic", l.Times(other, -1))
	e.less = l.Unary("logistic", l.Times(along, -1))
	// Both gains are near 1 at high SNRs, where their difference would be rounding.
	e.h = l.Sub(l.Mul(e.g, e.overDirections(e.keep)), l.Mul(e.overDirections(e.g0), e.less))
	e.hz, e.square = l.Mul(e.h, e.z), l.Sum(l.Mul(e.d, e.d), 2)
	distance := l.Div(l.Sub(l.Mul(e.keep, e.square), l.Sum(l.Mul(e.hz, e.z), 2)), e.bySample(e.power))
	spread := l.Add(l.Sum(l.softplus(along), 2), l.Times(l.softplus(other), float64(d-r)))
	e.weight = l.softmax(l.Sub(l.Broadcast(e.w, []int{k, n}, 0), l.Times(l.Add(spread, distance), 0.5)), 0)
	return e
}

// softplus is log(1+e^x).
func (l *lowering) softplus(x hlo.Value) hlo.Value {
	return l.Unary("log_plus_one", l.Unary("exponential", x))
}

// bySample spreads numbers (N) over the experts, overDirections and overValues numbers
// (K,N) over a third axis.
func (e *mixture) bySample(v hlo.Value) hlo.Value { return e.Broadcast(v, e.g0.Shape, 1) }
func (e *mixture) overDirections(v hlo.Value) hlo.Value {
	return e.Broadcast(v, e.z.Shape, 0, 1)
}
func (e *mixture) overValues(v hlo.Value) hlo.Value { return e.Broadcast(v, e.d.Shape, 0, 1) }

// experts is the prediction of op.Experts.
func (l *lowering) experts(in []value, shape []int) value {
	e := l.mixtureOf(in)
	c := l.Div(e.weight, e.bySample(l.Unary("sqrt", e.power)))
	kept := l.Sum(l.Mul(e.overValues(l.Mul(c, e.keep)), e.d), 0)
	taken := l.Dot(l.Mul(e.overDirections(c), e.hz), e.u, hlo.Axes{}, hlo.Axes{A: []int{0, 2}, B: []int{0, 1}})
	return array(l.Reshape(l.Sub(kept, taken), shape...))
}

// expertsGrad is the gradient of op.Experts: of the directions, and the others beside
// it. In the words of the formulas at the kernel, v is the gradient of a log weight and
// dz that of a projection.
func (l *lowering) expertsGrad(in []value) value {
	e := l.mixtureOf(in[2:])
	n, k, r, d := e.x.Shape[0], e.u.Shape[0], e.u.Shape[1], e.u.Shape[2]
	q := l.Div(l.matrix(in[0].Value), l.Broadcast(l.Unary("sqrt", e.power), []int{n, d}, 0))
	uq := l.Transpose(l.Dot(e.u, q, hlo.Axes{}, hlo.Axes{A: []int{2}, B: []int{1}}), 0, 2, 1)
	along := l.Sum(l.Mul(l.Broadcast(q, []int{k, n, d}, 1, 2), e.d), 2)
	p := l.Sub(l.Mul(e.keep, along), l.Sum(l.Mul(e.hz, uq), 2))
	v := l.Mul(e.weight, l.Sub(p, e.bySample(l.Sum(l.Mul(e.weight, p), 0))))
	half := l.Div(l.Times(v, 0.5), e.bySample(e.power))

	gamma, halves := e.overDirections(e.weight), e.overDirections(half)
	dh := l.Mul(e.z, l.Sub(l.Mul(halves, e.z), l.Mul(gamma, uq)))
	dz := l.Sub(l.Times(l.Mul(halves, e.hz), 2), l.Mul(l.Mul(gamma, e.h), uq))
	dKeep := l.Sub(l.Mul(e.weight, along), l.Mul(half, e.square))
	da := l.Mul(e.g, l.Sub(l.Mul(dh, e.less), l.Times(e.overDirections(v), 0.5)))
	db := l.Mul(e.g0, l.Add(l.Mul(e.keep, l.Add(l.Sum(dh, 2), dKeep)), l.Times(v, float64(d-r)/2)))

	// Sums over the samples of one expert, and over the samples for each expert.
	each := func(a, b hlo.Value) hlo.Value {
		return l.Dot(a, b, hlo.Axes{A: []int{0}, B: []int{0}}, hlo.Axes{A: []int{1}, B: []int{1}})
	}
	all := func(a hlo.Value) hlo.Value { return l.Dot(a, q, hlo.Axes{}, hlo.Axes{A: []int{1}, B: []int{0}}) }
	du := l.Sub(each(dz, e.d), all(l.Mul(gamma, e.hz)))
	signal := e.bySample(e.signal)
	pull := l.Sum(l.Mul(e.overDirections(signal), dz), 1)
	dm := l.Add(all(l.Mul(signal, l.Mul(e.weight, e.keep))), l.Dot(pull, e.u, hlo.Axes{A: []int{0}, B: []int{0}}, hlo.Axes{A: []int{1}, B: []int{1}}))
	dm = l.Sub(each(l.Times(l.Mul(signal, l.Mul(half, e.keep)), 2), e.d), dm)
	return array(du).with("means", array(dm)).with("variances", array(l.Sum(da, 1))).
		with("rest", array(l.Times(l.Sum(db, 1), -1))).with("weights", array(l.Sum(v, 1)))
}

// interpolate reads a table (T) at positions (N): each entry counts by how near it is.
func (l *lowering) interpolate(table, at hlo.Value) hlo.Value {
	t, n := table.Shape[0], at.Shape[0]
	at = l.Binary("minimum", l.Binary("maximum", at, l.Num(0, at)), l.Num(float64(t-1), at))
	apart := l.Unary("abs", l.Sub(l.Broadcast(at, []int{n, t}, 0), l.Iota(hlo.F32, 1, n, t)))
	near := l.Plus(l.Times(apart, -1), 1)
	near = l.Binary("maximum", near, l.Num(0, near))
	return l.exactly(func() hlo.Value { return l.MatMul(near, l.Reshape(table, t, 1), 1, 0) })
}
