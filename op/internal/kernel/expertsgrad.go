package kernel

import "github.com/condmean/condmean/internal/gemm"

// Backward computes the gradients of all parameters from dy and the y of the last
// Forward, of the same x and p.
func (e *Experts) Backward(grad ExpertWeights, dy, y, x []float32, p ExpertWeights) {
	e.w.pool.Do(e.n, func(n, _ int) {
		sum := 0.0
		for i, v := range y[n*e.d:][:e.d] {
			sum += float64(v) * float64(dy[n*e.d+i])
		}
		e.slope[n] = sum
	})
	e.w.pool.Do(e.k, func(k, worker int) {
		ex := e.expert(p, k, worker)
		ex.backward(grad, dy, x)
	})
}

// backward writes the gradients of one expert's parameters.
//
// With q = dy/√(1-ᾱ), h = g-g0 and p = (1-g0)·q·d - Σ h·z·Uq, so that ε̂·dy of the
// expert is p, its log weight has the gradient v = γ·(p - Σ γ·p), and then
//
//	dz = -γ·h·Uq + v·h·z/(1-ᾱ)    dh = -γ·z·Uq + v·z²/(2(1-ᾱ))    d(1-g0) = γ·q·d - v·|d|²/(2(1-ᾱ))
func (x *expert) backward(grad ExpertWeights, dy, samples []float32) {
	e := x.e
	dU, dm, da := grad.Directions[x.k*e.r*e.d:][:e.r*e.d], grad.Means[x.k*e.d:][:e.d], grad.Variances[x.k*e.r:][:e.r]
	clear(dm)
	clear(da)
	grad.Rest[x.k], grad.Weights[x.k] = 0, 0
	rows := x.find()
	if len(rows) == 0 {
		clear(dU)
		return
	}
	b := len(rows)
	for i, n := range rows {
		noise := e.level[n].noise
		q := x.left[(b+i)*e.d:][:e.d]
		for j, v := range dy[int(n)*e.d:][:e.d] {
			q[j] = v / noise
		}
	}
	x.project(rows, samples)
	x.right.Mul(x.product[b*e.r:], gemm.Left[float32]{Data: x.left[b*e.d:]}, b, gemm.Output[float32]{}, &x.gemm)

	clear(x.pull)
	dRest, dWeight := 0.0, 0.0
	for i, n := range rows {
		l := e.level[n]
		d, q := x.left[i*e.d:][:e.d], x.left[(b+i)*e.d:][:e.d]
		z, uq := x.product[i*e.r:][:e.r], x.product[(b+i)*e.r:][:e.r]
		dz, hz := x.change[i*e.r:][:e.r], x.change[(b+i)*e.r:][:e.r]
		gamma, rest := float32(e.weight[int(n)*e.k+x.k]), x.rest*l.snr
		keep := 1 / (1 + rest)
		g0 := rest * keep
		square, along := 0.0, 0.0
		for j, v := range d {
			square += float64(v) * float64(v)
			along += float64(v) * float64(q[j])
		}
		inner := 0.0
		for j, v := range z {
			s := x.ahead[j] * l.snr
			dz[j] = gain(s, rest, keep) // h, until all gains are used
			hz[j] = dz[j] * v
			inner += float64(hz[j]) * float64(uq[j])
		}
		v := float32(0)
		if gamma < 1 { // one that is alone cannot gain weight: its p is the sum
			v = gamma * float32(float64(keep)*along-inner-e.slope[n])
		}
		half := v * l.precision / 2
		sum := 0.0
		for j, zj := range z {
			s := x.ahead[j] * l.snr
			less := 1 / (1 + s) // 1-g
			dh := zj * (half*zj - gamma*uq[j])
			da[j] += s * less * (dh*less - v/2)
			sum += float64(dh)
			dz[j] = 2*half*hz[j] - gamma*dz[j]*uq[j]
			hz[j] *= -gamma
			x.pull[j] += l.signal * dz[j]
		}
		dKeep := float64(gamma)*along - float64(half)*square
		dRest -= float64(g0) * (float64(keep)*(sum+dKeep) + float64(e.d-e.r)*float64(v)/2)
		dWeight += float64(v)
		cq, cd := -l.signal*gamma*keep, l.signal*2*half*keep
		for j := range dm {
			dm[j] += cq*q[j] + cd*d[j]
		}
	}
	grad.Rest[x.k], grad.Weights[x.k] = float32(dRest), float32(dWeight)
	// dU = dzᵀ·d - (γ·h·z)ᵀ·q, as one product.
	x.right.Resize(2*b, e.d)
	x.right.Set(x.left[:2*b*e.d], &x.gemm)
	x.right.Mul(dU, gemm.Left[float32]{Data: x.change[:2*b*e.r], Transposed: true}, e.r, gemm.Output[float32]{}, &x.gemm)
	for j, c := range x.pull {
		for i, v := range x.directions[j*e.d:][:e.d] {
			dm[i] -= c * v
		}
	}
}
