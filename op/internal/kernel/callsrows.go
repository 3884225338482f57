//go:build amd64 || arm64

package kernel

// Inner loops on rows: the assembly takes whole blocks of 16, and the portable
// loops what is left. Sums come by lane.

// whole returns how many values of x fill blocks.
func whole(x []float32) int { return len(x) &^ (lane - 1) }

func callMul(y, a, b []float32, f func(y, a, b *float32, n int)) {
	n := whole(y)
	if n > 0 {
		f(need(y, n), need(a, n), need(b, n), n/lane)
	}
	mulGeneric(y[n:], a[n:], b[n:])
}

func callDot(a, b []float32, t tmp, f func(a, b, tmp *float32, n int)) float32 {
	n, sum := whole(a), float32(0)
	if n > 0 {
		f(need(a, n), need(b, n), &t[0], n/lane)
		sum = total(sums(t, 0))
	}
	return sum + dotGeneric(a[n:], b[n:], t)
}

// total adds the lanes of a sum in pairs.
func total(x *[lane]float32) float32 {
	for n := lane / 2; n > 0; n /= 2 {
		for k := range n {
			x[k] += x[n+k]
		}
	}
	return x[0]
}

// callSumRows takes four blocks at a time, and leaves what is narrower to the
// portable loop.
func callSumRows(dst, x []float32, stride int, f func(dst, x *float32, rows, stride int)) {
	if len(dst) != 4*lane {
		sumRowsGeneric(dst, x, stride)
		return
	}
	rows := (len(x)-len(dst))/stride + 1
	f(need(dst, 4*lane), need(x, (rows-1)*stride+4*lane), rows, 4*stride)
}

func callSwiGLU(y, a, b []float32, f func(y, a, b *float32, n int)) {
	n := whole(y)
	if n > 0 {
		f(need(y, n), need(a, n), need(b, n), n/lane)
	}
	swigluGeneric(y[n:], a[n:], b[n:])
}

func callSwiGLUGrad(da, db, dy, a, b []float32, f func(da, db, dy, a, b *float32, n int)) {
	n := whole(da)
	if n > 0 {
		f(need(da, n), need(db, n), need(dy, n), need(a, n), need(b, n), n/lane)
	}
	swigluGradGeneric(da[n:], db[n:], dy[n:], a[n:], b[n:])
}

func callNormFilm(y, x, scale, shift []float32, a affine, t tmp, f func(y, x, scale, shift, tmp *float32, n int)) {
	n := whole(y)
	if n > 0 {
		t[0], t[1] = a.mean, a.inverse
		f(need(y, n), need(x, n), need(scale, n), need(shift, n), &t[0], n/lane)
	}
	normFilmGeneric(y[n:], x[n:], scale[n:], shift[n:], a, t)
}

func callNormFilmSums(ds, dy, x, scale []float32, a affine, t tmp, f func(ds, dy, x, scale, tmp *float32, n int)) (sum, sumX float32) {
	n := whole(ds)
	sum, sumX = normFilmSumsGeneric(ds[n:], dy[n:], x[n:], scale[n:], a, t)
	if n > 0 {
		t[0], t[1] = a.mean, a.inverse
		f(need(ds, n), need(dy, n), need(x, n), need(scale, n), &t[0], n/lane)
		sum += total(sums(t, 0))
		sumX += total(sums(t, 1))
	}
	return sum, sumX
}

func callNormFilmGrad(dx, dy, x, scale []float32, a affine, mean, meanX float32, t tmp, f func(dx, dy, x, scale, tmp *float32, n int)) {
	n := whole(dx)
	if n > 0 {
		t[0], t[1], t[2], t[3] = a.mean, a.inverse, mean, meanX
		f(need(dx, n), need(dy, n), need(x, n), need(scale, n), &t[0], n/lane)
	}
	normFilmGradGeneric(dx[n:], dy[n:], x[n:], scale[n:], a, mean, meanX, t)
}

func callGateMax(q, s []float32, t tmp, f func(q, s, tmp *float32, n int)) float32 {
	n := whole(q)
	most := gateMaxGeneric(q[n:], s[n:], t)
	if n > 0 {
		f(need(q, n), need(s, n), &t[0], n/lane)
		for _, v := range sums(t, 0) {
			most = max(most, v)
		}
	}
	return most
}

func callGateExp(y, q, s []float32, top float32, t tmp, f func(y, q, s, tmp *float32, n int)) float32 {
	n, sum := whole(y), float32(0)
	if n > 0 {
		t[0] = top
		f(need(y, n), need(q, n), need(s, n), &t[0], n/lane)
		sum = total(sums(t, 0))
	}
	return sum + gateExpGeneric(y[n:], q[n:], s[n:], top, t)
}

func callGateGrad(dq, ds, dg, g, q, s []float32, mean float32, t tmp, f func(dq, ds, dg, g, q, s, tmp *float32, n int)) {
	n := whole(dq)
	if n > 0 {
		t[0] = mean
		f(need(dq, n), need(ds, n), need(dg, n), need(g, n), need(q, n), need(s, n), &t[0], n/lane)
	}
	gateGradGeneric(dq[n:], ds[n:], dg[n:], g[n:], q[n:], s[n:], mean, t)
}
