package kernel

import "math"

// PixelNorm is a normalisation over the channels of each pixel, with a factor g of
// each channel,
//
//	y = g·(x - m)/√(v + Eps), or, of the kind RMS, y = g·√C·x/max(‖x‖, Eps).
type PixelNorm struct {
	RMS bool
	Eps float64
}

// pixelChunk is how many pixels of a sample are normalised at a time: some blocks
// of them stay in cache.
const pixelChunk = 128

// pixels is a chunk of pixels of a sample: from float at of each block on, so many
// floats.
type pixels struct{ at, n int }

// eachPixels runs f for chunks of pixels of all samples; which counts them.
func (w *Workspace) eachPixels(s Shape, f func(which, worker, sample int, p pixels)) {
	hw := s.H * s.W
	chunks := (hw + pixelChunk - 1) / pixelChunk
	w.pool.Do(s.N*chunks, func(i, worker int) {
		p0 := i % chunks * pixelChunk
		f(i, worker, i/chunks, pixels{at: p0 * lane, n: min(pixelChunk, hw-p0) * lane})
	})
}

// channelSum replaces the 16 lanes of each pixel by f of their sum.
func channelSum(x []float32, f func(sum float32) float32) {
	for ; len(x) >= lane; x = x[lane:] {
		v := (*[lane]float32)(x)
		s := ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7])) +
			(((v[8] + v[9]) + (v[10] + v[11])) + ((v[12] + v[13]) + (v[14] + v[15])))
		s = f(s)
		for k := range v {
			v[k] = s
		}
	}
}

// statistics writes the mean, unless it is an RMS norm, and 1/√(v+ε) or √C/‖x‖ of
// each pixel to all of its lanes. tmp is of their size.
func (p PixelNorm) statistics(w *Workspace, mean, inverse, tmp, x []float32, s Shape, q pixels) {
	c := float32(s.C)
	if !p.RMS {
		for b := range s.Blocks() {
			w.tier.linearTerm(linearTerm{dst: mean, x: x[b*s.plane()+q.at:][:q.n], add: b > 0})
		}
		channelSum(mean, func(sum float32) float32 { return sum / c })
	}
	for b := range s.Blocks() {
		v := x[b*s.plane()+q.at:][:q.n]
		if !p.RMS {
			v = p.centred(w, tmp, v, mean, s, b)
		}
		w.tier.mul(tmp, v, v)
		w.tier.linearTerm(linearTerm{dst: inverse, x: tmp, add: b > 0})
	}
	channelSum(inverse, func(sum float32) float32 {
		if p.RMS {
			return float32(math.Sqrt(float64(c)) / max(math.Sqrt(float64(sum)), p.Eps))
		}
		return float32(1 / math.Sqrt(float64(sum/c)+p.Eps))
	})
}

// centred writes x - mean to tmp, zeros in the lanes beyond the channels.
func (p PixelNorm) centred(w *Workspace, tmp, x, mean []float32, s Shape, b int) []float32 {
	copy(tmp, x)
	w.tier.linearTerm(linearTerm{dst: tmp, x: mean, coef: minus[lane-min(lane, s.C-b*lane):][:lane], add: true})
	return tmp
}

// minus has windows of 16 that are -1 for so many lanes, then 0: from float 16-n on
// for n lanes.
var minus = [2 * lane]float32{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}

// normalised writes the normalised block b of x to tmp.
func (p PixelNorm) normalised(w *Workspace, tmp, x, mean, inverse []float32, s Shape, b int, q pixels) {
	v := x[b*s.plane()+q.at:][:q.n]
	if !p.RMS {
		v = p.centred(w, tmp, v, mean, s, b)
	}
	w.tier.mul(tmp, v, inverse)
}

// memory returns so many scratch arrays of the size of a chunk.
func (p PixelNorm) memory(w *Workspace, worker int, q pixels, arrays ...*[]float32) {
	all := w.of(worker, usePlane, len(arrays)*pixelChunk*lane)
	for i, a := range arrays {
		*a = all[i*pixelChunk*lane:][:q.n]
	}
}

// Forward computes y; gain has g of each channel, 16·Blocks, zeros beyond.
func (p PixelNorm) Forward(w *Workspace, y, x, gain []float32, s Shape) {
	w.eachPixels(s, func(_, worker, n int, q pixels) {
		var mean, inverse, tmp []float32
		p.memory(w, worker, q, &mean, &inverse, &tmp)
		sample, out := x[n*s.sample():][:s.sample()], y[n*s.sample():][:s.sample()]
		p.statistics(w, mean, inverse, tmp, sample, s, q)
		for b := range s.Blocks() {
			p.normalised(w, tmp, sample, mean, inverse, s, b, q)
			w.tier.linearTerm(linearTerm{dst: out[b*s.plane()+q.at:][:q.n], x: tmp, coef: gain[b*lane:][:lane]})
		}
	})
}

// Backward computes dx, and dgain (16·Blocks), from dy. With z = x̂ the normalised
// pixel, u = g·dy and means over the channels,
//
//	dx = (u - mean(u) - z·mean(u·z))·r, without the first mean for an RMS norm;
//
// where ‖x‖ is below Eps, r is a constant and dx = u·r.
func (p PixelNorm) Backward(w *Workspace, dx, dgain, dy, x, gain []float32, s Shape) {
	hw, size := s.H*s.W, s.Blocks()*lane
	chunks := s.N * ((hw + pixelChunk - 1) / pixelChunk)
	partial := w.partial.get(0, chunks*size)
	w.eachPixels(s, func(which, worker, n int, q pixels) {
		var mean, inverse, tmp, u, sum, sumZ []float32
		p.memory(w, worker, q, &mean, &inverse, &tmp, &u, &sum, &sumZ)
		sample, d, out := x[n*s.sample():][:s.sample()], dy[n*s.sample():][:s.sample()], dx[n*s.sample():][:s.sample()]
		p.statistics(w, mean, inverse, tmp, sample, s, q)
		dg := partial[which*size:][:size]
		clear(dg)
		for b := range s.Blocks() {
			p.normalised(w, tmp, sample, mean, inverse, s, b, q)
			dyb := d[b*s.plane()+q.at:][:q.n]
			w.tier.mul(tmp, tmp, dyb)
			w.tier.sum(dg[b*lane:][:lane], tmp)
			w.tier.linearTerm(linearTerm{dst: sumZ, x: tmp, coef: gain[b*lane:][:lane], add: b > 0})
			if !p.RMS {
				w.tier.linearTerm(linearTerm{dst: sum, x: dyb, coef: gain[b*lane:][:lane], add: b > 0})
			}
		}
		c := float32(s.C)
		channelSum(sum[:p.centredLen(q)], func(v float32) float32 { return v / c })
		channelSum(sumZ, func(v float32) float32 { return v / c })
		p.dropFloor(sumZ, inverse, c)
		for b := range s.Blocks() {
			at := b*s.plane() + q.at
			p.normalised(w, tmp, sample, mean, inverse, s, b, q)
			w.tier.mul(tmp, tmp, sumZ)
			w.tier.linearTerm(linearTerm{dst: u, x: d[at:][:q.n], coef: gain[b*lane:][:lane]})
			w.tier.linearTerm(linearTerm{dst: u, x: tmp, coef: minus[:lane], add: true})
			if !p.RMS {
				w.tier.linearTerm(linearTerm{dst: u, x: sum, coef: minus[lane-min(lane, s.C-b*lane):][:lane], add: true})
			}
			w.tier.mul(out[at:][:q.n], u, inverse)
		}
	})
	for i := range dgain {
		v := float32(0)
		for k := range chunks {
			v += partial[k*size+i]
		}
		dgain[i] = v
	}
}

// centredLen is how much of a chunk the mean of the gradient takes: all, or nothing.
func (p PixelNorm) centredLen(q pixels) int {
	if p.RMS {
		return 0
	}
	return q.n
}

// dropFloor clears what pixels whose norm is at the floor, where r is a constant,
// would have of z's mean.
func (p PixelNorm) dropFloor(sumZ, inverse []float32, c float32) {
	if !p.RMS {
		return
	}
	floor := float32(math.Sqrt(float64(c)) / p.Eps)
	for i, r := range inverse {
		if r >= floor {
			sumZ[i] = 0
		}
	}
}
