package lower

import (
	"github.com/condmean/condmean/lower/hlo"
	"github.com/condmean/condmean/op"
)

// normalisation lowers moments and norms of activations.
func (l *lowering) normalisation(o op.Operation, in []value, shape []int) (value, bool) {
	switch o := o.(type) {
	case *op.PlaneMoments:
		x := in[0].Value
		mean := l.Times(l.Sum(x, 1, 2), 1/float64(x.Shape[1]*x.Shape[2]))
		d := l.Sub(x, l.planes(mean, x))
		return array(l.pair(mean, l.Sum(l.Mul(d, d), 1, 2))), true
	case *op.MomentsGrad:
		dm, dM2 := l.halves(in[0].Value)
		mean, _ := l.halves(in[1].Value)
		coef := l.Times(dM2, 2)
		return array(l.pair(coef, l.Sub(l.Times(dm, 1/float64(o.Pixels)), l.Mul(coef, mean)))), true
	case *op.Norm:
		return l.norm(o, in, shape), true
	case *op.NormGrad:
		return l.normGrad(o.NormAttributes, in, shape), true
	case *op.UnitPlanes:
		u := l.unitPlanes(o.UnitAttributes, in[0].Value)
		return array(l.single(u.scale, l.Num(0, u.scale))), true
	case *op.UnitPlanesGrad:
		u := l.unitPlanes(o.UnitAttributes, in[1].Value)
		da, _ := l.halves(l.Convert(in[0].Value, hlo.F64))
		d := l.Div(l.Times(da, -o.Factor/2), l.Mul(u.length, l.Mul(u.length, u.length)))
		d = l.Select(u.moves, d, l.Num(0, d))
		return array(l.single(l.Mul(l.Times(u.mean, 2*float64(o.Pixels)), d), d)), true
	case *op.Film:
		s, b := l.scaleShift(in[1].Value)
		return activation(l.Add(l.Mul(l.planes(s, in[0].Value), in[0].Value), l.planes(b, in[0].Value))), true
	case *op.FilmGrad:
		dy, x := in[0].Value, in[1].Value
		s, _ := l.scaleShift(in[2].Value)
		df := l.Concat(1, l.Sum(l.Mul(dy, x), 1, 2), l.Sum(dy, 1, 2))
		return activation(l.Mul(l.planes(s, dy), dy)).with("film", array(df)), true
	case *op.Modulation:
		s, b := l.scaleShift(in[0].Value)
		return array(l.pair(s, b)), true
	case *op.ModulationGrad:
		da, db := l.halves(in[0].Value)
		return array(l.Concat(1, da, db)), true
	}
	return value{}, false
}

// scaleShift are 1+s and b (N,C) of (s, b) (N,2C).
func (l *lowering) scaleShift(film hlo.Value) (scale, shift hlo.Value) {
	c := film.Shape[1] / 2
	return l.Plus(l.Cut(film, 1, 0, c), 1), l.Cut(film, 1, c, c)
}

// unitPlanes are the numbers of op.UnitPlanes, (N,C) of float64.
type unitPlanes struct {
	mean, length, scale hlo.Value
	moves               hlo.Value // where the scale depends on the plane
}

func (l *lowering) unitPlanes(a op.UnitAttributes, moments hlo.Value) unitPlanes {
	mean, m2 := l.halves(l.Convert(moments, hlo.F64))
	length := l.Unary("sqrt", l.Add(m2, l.Times(l.Mul(mean, mean), float64(a.Pixels))))
	least := l.Num(1e-12, length)
	first := l.Compare("LT", l.Iota(hlo.F64, 1, length.Shape...), l.Num(float64(a.Channels), length))
	scale := l.Select(first, l.Div(l.Num(a.Factor, length), l.Binary("maximum", length, least)), l.Num(1, length))
	return unitPlanes{mean, length, scale, l.Binary("and", first, l.Compare("GE", length, least))}
}

// norm is a normalisation with its statistics, all (N,C) and, where they are computed
// with, in float64: there are few of them. See op.Norm for the formulas.
type norm struct {
	op.NormAttributes
	gamma, beta      hlo.Value
	m, m2            hlo.Value // moments, if they are needed
	s, b             hlo.Value // the scale-shift before, as 1+s and b
	afterS, afterB   hlo.Value // the one after
	planes           int       // that share statistics
	mean, v, inverse hlo.Value // of the planes that a plane shares them with
}

func (l *lowering) newNorm(a op.NormAttributes, in []value, shape []int) norm {
	n, c := shape[1], shape[2]
	spread := func(v hlo.Value) hlo.Value { return l.Convert(l.Broadcast(v, []int{n, c}, 1), hlo.F64) }
	o := norm{NormAttributes: a, gamma: spread(in[0].Value), beta: spread(in[1].Value)}
	in = in[2:]
	if a.NeedsMoments() {
		m, m2 := l.halves(in[0].Value)
		o.m, o.m2 = l.Convert(m, hlo.F64), l.Convert(m2, hlo.F64)
		in = in[1:]
	}
	one, zero := l.Num(1, o.gamma), l.Num(0, o.gamma)
	s, b := one, zero
	switch {
	case a.Shift:
		b = l.Convert(in[0].Value, hlo.F64)
	case a.Film:
		s, b = l.scaleShift(l.Convert(in[0].Value, hlo.F64))
	}
	o.s, o.b, o.afterS, o.afterB = s, b, one, zero
	if a.After {
		o.s, o.b, o.afterS, o.afterB = one, zero, s, b
	}
	o.planes = 1
	switch a.Kind {
	case op.Batch:
		o.planes = n
	case op.Group:
		o.planes = c / a.Groups
	}
	if !a.NeedsMoments() {
		mean, v := l.source.Running(a.Running)
		o.mean, o.v = spread(mean), spread(v)
	} else {
		z := l.Add(l.Mul(o.s, o.m), o.b)
		o.mean = l.Times(l.together(o, z), 1/float64(o.planes))
		d := l.Sub(z, o.mean)
		sum := l.Add(l.Mul(l.Mul(o.s, o.s), o.m2), l.Times(l.Mul(d, d), float64(a.Pixels)))
		o.v = l.Times(l.together(o, sum), 1/float64(o.planes*a.Pixels))
	}
	o.inverse = l.Unary("rsqrt", l.Plus(o.v, a.Eps))
	return o
}

// together sums (N,C) over the planes that share statistics, and spreads the sums.
func (l *lowering) together(o norm, a hlo.Value) hlo.Value {
	n, c := a.Shape[0], a.Shape[1]
	switch o.Kind {
	case op.Batch:
		return l.Broadcast(l.Sum(a, 0), a.Shape, 1)
	case op.Group:
		g := []int{n, o.Groups, c / o.Groups}
		return l.Reshape(l.Broadcast(l.Sum(l.Reshape(a, g...), 2), g, 0, 1), n, c)
	}
	return a
}

// single rounds a pair of (N,C).
func (l *lowering) single(a, b hlo.Value) hlo.Value { return l.Convert(l.pair(a, b), hlo.F32) }

func (l *lowering) norm(n *op.Norm, in []value, shape []int) value {
	o := l.newNorm(n.NormAttributes, in, shape)
	if o.Kind == op.Batch && o.NeedsMoments() {
		l.moveStatistics(o)
	}
	a := l.Mul(o.gamma, o.inverse)
	b := l.Add(l.Mul(a, l.Sub(o.b, o.mean)), o.beta)
	a = l.Mul(a, o.s)
	if o.After {
		a, b = l.Mul(a, o.afterS), l.Add(l.Mul(b, o.afterS), o.afterB)
	}
	return array(l.single(a, b))
}

// moveStatistics moves running statistics towards those of the batch, of which the
// variance is the unbiased one.
func (l *lowering) moveStatistics(o norm) {
	mean, variance := l.source.Running(o.Running)
	c, count := mean.Shape[0], float64(o.planes*o.Pixels)
	move := func(old, now hlo.Value) hlo.Value {
		now = l.Convert(l.Reshape(l.Cut(now, 0, 0, 1), c), hlo.F32)
		return l.Add(old, l.Times(l.Sub(now, old), float64(o.Running.Momentum)))
	}
	l.moved = append(l.moved, Moved{o.Running, move(mean, o.mean), move(variance, l.Times(o.v, count/max(count-1, 1)))})
}

// normGrad applies the chain rule, plane by plane.
func (l *lowering) normGrad(a op.NormAttributes, in []value, shape []int) value {
	o := l.newNorm(a, in[1:], shape)
	da, db := l.halves(l.Convert(in[0].Value, hlo.F64))
	gain := l.Mul(o.gamma, o.inverse)
	var ds, dshift hlo.Value // of the scale-shift
	if a.After {
		ds = l.Add(l.Mul(da, gain), l.Mul(db, l.Sub(o.beta, l.Mul(gain, o.mean))))
		dshift = db
		da, db = l.Mul(da, o.afterS), l.Mul(db, o.afterS)
	} else {
		ds, dshift = l.Mul(da, gain), l.Mul(db, gain)
	}
	d := l.Add(l.Mul(da, o.s), l.Mul(db, l.Sub(o.b, o.mean))) // with respect to γ/√(V+ε)
	dgamma, dbeta := l.Sum(l.Mul(d, o.inverse), 0), l.Sum(db, 0)
	dm, dM2 := l.Num(0, da), l.Num(0, da)
	if a.NeedsMoments() {
		// The mean and variance that planes share hear of all of them.
		dmean := l.Times(l.together(o, l.Mul(db, gain)), -1)
		dv := l.Times(l.together(o, l.Mul(d, l.Mul(gain, l.Mul(o.inverse, o.inverse)))), -0.5)
		z := l.Sub(l.Add(l.Mul(o.s, o.m), o.b), o.mean)
		dmz := l.Times(l.Add(dmean, l.Times(l.Mul(dv, z), 2)), 1/float64(o.planes))
		dMz := l.Times(dv, 1/float64(o.planes*a.Pixels))
		dm, dM2 = l.Mul(dmz, o.s), l.Mul(dMz, l.Mul(o.s, o.s))
		if !a.After {
			ds = l.Add(ds, l.Add(l.Mul(dmz, o.m), l.Times(l.Mul(dMz, l.Mul(o.s, o.m2)), 2)))
			dshift = l.Add(dshift, dmz)
		}
	}
	y := array(l.single(dm, dM2)).with("gamma", array(l.Convert(dgamma, hlo.F32))).with("beta", array(l.Convert(dbeta, hlo.F32)))
	switch {
	case a.Shift:
		y = y.with("film", array(l.Convert(dshift, hlo.F32)))
	case a.Film:
		y = y.with("film", array(l.Convert(l.Concat(1, ds, dshift), hlo.F32)))
	}
	return y
}
