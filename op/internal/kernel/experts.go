package kernel

import (
	"fmt"
	"math"

	"github.com/condmean/condmean/internal/gemm"
)

// Experts predicts the noise of x (N,D) at log SNRs ρ (N) under a mixture of K
// Gaussians, each with R directions of its own variance and one for all others; see
// op.Experts for the formulas. An expert whose weight for a sample is below what
// float32 can tell from none is left out: its filter is not run, and it learns nothing.
type Experts struct {
	w          *Workspace
	n, d, k, r int
	packed     []gemm.Matrix[float32] // Uᵀ (D,R) of each expert, of Pack; nil: they change
	level      []expertLevel          // of each sample
	weight     []float64              // γ (N,K): log densities, then weights
	sums       []float32              // (groups,N,D) of ε̂
	slope      []float64              // ε̂·dε̂ of each sample
	workers    []expertMemory
}

// expertMemory is what a worker needs for one expert.
type expertMemory struct {
	gemm          gemm.Workspace[float32]
	right         gemm.Matrix[float32]
	rows          []int32   // samples that the expert has a weight for
	left, product []float32 // (2N,D), (2N,R)
	change, pull  []float32 // (2N,R), (R)
	ahead         []float32 // e^a (R)
}

// ExpertWeights are the parameters, or their gradients: U (K,R,D), means m (K,D), log
// variances a (K,R), those of the other directions (K), and log weights (K).
type ExpertWeights struct{ Directions, Means, Variances, Rest, Weights []float32 }

// expertGroups is into how many sums, that different workers can add to, a prediction
// is split.
const expertGroups = 16

// leastWeight is that below which an expert is left out.
const leastWeight = 1.0 / (1 << 26)

// NewExperts prepares n samples of d values, and k experts of r directions.
func NewExperts(w *Workspace, n, d, k, r int) (*Experts, error) {
	if n < 1 || d < 1 || k < 1 || r < 1 || r > d || d > maxLinear/k/r || n > maxLinear/max(d, k)/expertGroups {
		return nil, fmt.Errorf("kernel: experts: %d samples of %d values and %d experts of %d directions are out of range", n, d, k, r)
	}
	return &Experts{w: w, n: n, d: d, k: k, r: r}, nil
}

// Pack keeps directions (K,R,D) packed for Forward, which packs them itself if this is
// never called; after a change it must be called again.
func (e *Experts) Pack(directions []float32) {
	if e.packed == nil {
		e.packed = make([]gemm.Matrix[float32], e.k)
	}
	e.prepare()
	e.w.pool.Do(e.k, func(k, worker int) {
		e.packed[k].Resize(e.d, e.r)
		e.packed[k].SetTransposed(directions[k*e.r*e.d:][:e.r*e.d], &e.workers[worker].gemm)
	})
}

// expertLevel is what the noise level of a sample makes of the formulas.
type expertLevel struct {
	signal, noise, precision float32 // √ᾱ, √(1-ᾱ), 1/(1-ᾱ)
	snr                      float32 // ᾱ/(1-ᾱ)
}

func levelOf(rho float32) expertLevel {
	snr := math.Exp(float64(rho))
	noise := 1 / (1 + snr)
	return expertLevel{float32(math.Sqrt(snr * noise)), float32(math.Sqrt(noise)), float32(1 / noise), float32(snr)}
}

// prepare makes the memory that does not depend on the samples.
func (e *Experts) prepare() {
	if e.workers != nil {
		return
	}
	e.workers = make([]expertMemory, e.w.pool.Threads())
	e.level = make([]expertLevel, e.n)
	e.weight = make([]float64, e.n*e.k)
	e.sums = Alloc(min(expertGroups, e.k) * e.n * e.d)
	e.slope = make([]float64, e.n)
	for i := range e.workers {
		m := &e.workers[i]
		m.rows = make([]int32, e.n)
		m.left, m.product, m.change = Alloc(2*e.n*e.d), Alloc(2*e.n*e.r), Alloc(2*e.n*e.r)
		m.pull, m.ahead = Alloc(e.r), Alloc(e.r)
	}
}

// expert is one of them, seen by the worker that works on it.
type expert struct {
	*expertMemory
	e                           *Experts
	k                           int
	directions, mean, variances []float32
	rest                        float32 // e^a of the other directions
}

func (e *Experts) expert(p ExpertWeights, k, worker int) expert {
	x := expert{expertMemory: &e.workers[worker], e: e, k: k, directions: p.Directions[k*e.r*e.d:][:e.r*e.d],
		mean: p.Means[k*e.d:][:e.d], variances: p.Variances[k*e.r:][:e.r], rest: exp32(p.Rest[k])}
	for i, a := range x.variances {
		x.ahead[i] = exp32(a)
	}
	return x
}

func exp32(a float32) float32 { return float32(math.Exp(float64(a))) }

// centre writes x - √ᾱ·m of a sample.
func (x *expert) centre(dst, sample []float32, signal float32) {
	for i, m := range x.mean {
		dst[i] = sample[i] - signal*m
	}
}

// Forward computes ε̂ (N,D) of x at log SNRs rho.
func (e *Experts) Forward(y, x, rho []float32, p ExpertWeights) {
	e.prepare()
	for n, v := range rho {
		e.level[n] = levelOf(v)
	}
	e.weigh(x, p)
	groups := min(expertGroups, e.k)
	e.w.pool.Do(groups, func(g, worker int) {
		sum := e.sums[g*e.n*e.d:][:e.n*e.d]
		clear(sum)
		for k := g * e.k / groups; k < (g+1)*e.k/groups; k++ {
			ex := e.expert(p, k, worker)
			ex.predict(sum, x)
		}
	})
	e.w.pool.Do(e.n, func(n, _ int) {
		row := y[n*e.d:][:e.d]
		copy(row, e.sums[n*e.d:])
		for g := 1; g < groups; g++ {
			for i, v := range e.sums[(g*e.n+n)*e.d:][:e.d] {
				row[i] += v
			}
		}
	})
}

// weigh computes the posterior weights of the experts.
func (e *Experts) weigh(x []float32, p ExpertWeights) {
	e.w.pool.Do(e.k, func(k, worker int) {
		ex := e.expert(p, k, worker)
		for n := range e.n {
			ex.centre(ex.left[n*e.d:][:e.d], x[n*e.d:], e.level[n].signal)
		}
		u := &ex.right
		if e.packed == nil {
			u.Resize(e.d, e.r)
			u.SetTransposed(ex.directions, &ex.gemm)
		} else {
			u = &e.packed[k]
		}
		u.Mul(ex.product, gemm.Left[float32]{Data: ex.left}, e.n, gemm.Output[float32]{}, &ex.gemm)
		for n := range e.n {
			e.weight[n*e.k+k] = float64(p.Weights[k]) + ex.logDensity(ex.left[n*e.d:][:e.d], ex.product[n*e.r:][:e.r], e.level[n])
		}
	})
	e.w.pool.Do(e.n, func(n, _ int) {
		row := e.weight[n*e.k:][:e.k]
		top, sum := math.Inf(-1), 0.0
		for _, v := range row {
			top = max(top, v)
		}
		for k, v := range row {
			row[k] = math.Exp(v - top)
			sum += row[k]
		}
		kept := 0.0
		for k, v := range row {
			if v < leastWeight*sum {
				row[k] = 0
			}
			kept += row[k]
		}
		for k := range row {
			row[k] /= kept
		}
	})
}

// gain is h = g-g0 of the SNRs s along a direction and rest along the others, with
// keep = 1-g0. At high SNRs both gains are near 1: their difference would be rounding.
func gain(s, rest, keep float32) float32 { return (s - rest) / (1 + s) * keep }

// logDensity is that of a centred sample d with projections z, but for a constant that
// all experts share.
func (x *expert) logDensity(d, z []float32, l expertLevel) float64 {
	rest := x.rest * l.snr
	keep := 1 / (1 + rest)
	square := 0.0
	for _, v := range d {
		square += float64(v) * float64(v)
	}
	kept, product, log := 0.0, 1.0, 0.0
	for i, v := range z {
		s := x.ahead[i] * l.snr
		kept += float64(gain(s, rest, keep) * v * v)
		if product *= 1 + float64(s); product > 1e200 {
			log += math.Log(product)
			product = 1
		}
	}
	log += math.Log(product) + float64(len(d)-len(z))*math.Log1p(float64(rest))
	return -(log + (float64(keep)*square-kept)*float64(l.precision)) / 2
}

// find lists the samples that the expert has a weight for.
func (x *expert) find() []int32 {
	rows := x.rows[:0]
	for n := range x.e.n {
		if x.e.weight[n*x.e.k+x.k] > 0 {
			rows = append(rows, int32(n))
		}
	}
	return rows
}

// predict adds γ·ε̂ of the expert to sum, with ε̂ = ((1-g0)·d - Uᵀ((g-g0)·Ud))/√(1-ᾱ).
func (x *expert) predict(sum, samples []float32) {
	e, rows := x.e, x.find()
	if len(rows) == 0 {
		return
	}
	x.project(rows, samples)
	for i, n := range rows {
		l, z := e.level[n], x.product[i*e.r:][:e.r]
		c := float32(e.weight[int(n)*e.k+x.k]) / l.noise
		rest := x.rest * l.snr
		keep := 1 / (1 + rest)
		for j, v := range z {
			s := x.ahead[j] * l.snr
			z[j] = -c * gain(s, rest, keep) * v
		}
		row := sum[int(n)*e.d:][:e.d]
		for j, v := range x.left[i*e.d:][:e.d] {
			row[j] += c * keep * v
		}
	}
	x.right.Resize(e.r, e.d)
	x.right.Set(x.directions, &x.gemm)
	x.right.Mul(x.left, gemm.Left[float32]{Data: x.product}, len(rows), gemm.Output[float32]{}, &x.gemm)
	for i, n := range rows {
		row := sum[int(n)*e.d:][:e.d]
		for j, v := range x.left[i*e.d:][:e.d] {
			row[j] += v
		}
	}
}

// project centres the rows and multiplies them by U.
func (x *expert) project(rows []int32, samples []float32) {
	e := x.e
	for i, n := range rows {
		x.centre(x.left[i*e.d:][:e.d], samples[int(n)*e.d:], e.level[n].signal)
	}
	x.right.Resize(e.d, e.r)
	x.right.SetTransposed(x.directions, &x.gemm)
	x.right.Mul(x.product, gemm.Left[float32]{Data: x.left}, len(rows), gemm.Output[float32]{}, &x.gemm)
}
