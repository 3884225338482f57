package op

import (
	"math"

	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/op/internal/kernel"
)

// normMath is the arithmetic of a normalisation, in float64, over the plane
// moments alone. Planes (n,c) that share statistics form a set: all samples of
// a channel (batch), the channels of a group of a sample (group), one plane
// (instance). With P planes of S pixels in a set, plane moments m and M₂,
// and the scale-shift z = (1+s)·x + b,
//
//	m_z = (1+s)m + b          μ = Σ m_z / P
//	M_z = (1+s)²M₂            V = (Σ M_z + S·Σ(m_z-μ)²) / (P·S)
//	r = 1/√(V+ε)   A' = γr   A = A'(1+s)   B = A'b + β - A'μ.
//
// A scale-shift after the norm leaves s = b = 0 here and makes (1+s)A of A and
// (1+s)B + b of B. The sets of a batch norm hold the planes of all samples of the
// batch, whoever has them: sums over a set are added up over the group.
type normMath struct {
	pool     *par.Pool
	group    dist.Group
	n, c, cp int // samples, channels, channels padded to 16
	NormAttributes
	planes  int   // P
	sets    int   // of one sample
	set     []int // (C), the set of a channel among them
	running bool  // statistics are constants
	mean, v []float64
	inv     []float64 // r
	dstats  []float64 // of both of them:
	dmean   []float64
	dv      []float64
	dgamma  []float64 // (C)
	dbeta   []float64
	one     []float64 // (C), where there is no scale
	zero    []float64 // or no shift
	scale   []float64 // (C), of the sample in work
	shift   []float64
	columns []kernel.NormColumns // of each block of channels; nil: of no batch norm
}

// normInputs are the values a Norm reads.
type normInputs struct {
	gamma, beta []float32
	mean, m2    []float32 // lanes
	film        []float32 // (N,2C), or (N,C) of shifts, or nil
}

// normGrads are the gradients a Norm hands back; moments in lanes.
type normGrads struct {
	dm, dM2           []float32
	gamma, beta, film []float32
}

func newNormMath(rt *Runtime, a NormAttributes, n, c int) normMath {
	if a.Kind != Batch || a.Mode != Train {
		a.Share = Share{} // statistics of samples of their own, or of none
	}
	m := normMath{pool: rt.pool, group: rt.group, n: n, c: c, cp: pad16(c), NormAttributes: a, sets: c, set: make([]int, c), running: !a.NeedsMoments()}
	if a.Kind == Group {
		m.sets = a.Groups
	}
	for i := range m.set {
		m.set[i] = i / (c / m.sets)
	}
	sets := n * m.sets
	if a.Kind == Batch {
		sets = m.sets
	}
	m.planes = a.Share.whole(n) * c / sets
	for _, p := range []*[]float64{&m.mean, &m.v, &m.inv} {
		*p = make([]float64, sets)
	}
	m.dstats = make([]float64, 2*sets)
	m.dmean, m.dv = m.dstats[:sets], m.dstats[sets:]
	for _, p := range []*[]float64{&m.dgamma, &m.dbeta, &m.one, &m.zero, &m.scale, &m.shift} {
		*p = make([]float64, c)
	}
	for i := range m.one {
		m.one[i] = 1
	}
	m.newColumns(rt.ws)
	return m
}

// stage is work on all channels. What it adds up is added up over the ranks as well
// before the next one.
type stage struct {
	work func(channels)
	sum  []float64 // nil: none
}

// run runs stages one after the other, of a batch that no others share without
// waiting for all channels in between.
func (m *normMath) run(stages ...stage) error {
	if m.Share.Of == 0 {
		m.split(func(r channels) {
			for _, s := range stages {
				s.work(r)
			}
		})
		return nil
	}
	for _, s := range stages {
		m.split(s.work)
		if s.sum == nil {
			continue
		}
		if err := m.Share.sum(m.group, s.sum); err != nil {
			return err
		}
	}
	return nil
}

// forward computes μ and V of every set, and writes A and B of every plane, zeros in
// padded lanes.
func (m *normMath) forward(scale, shift []float32, in normInputs) error {
	if m.cp > m.c {
		clear(scale)
		clear(shift)
	}
	return m.run(
		stage{func(r channels) { r.means(in) }, m.mean},
		stage{func(r channels) { r.squares(in) }, m.v},
		stage{channels.invert, nil},
		stage{func(r channels) { r.affine(scale, shift, in) }, nil})
}

// means sums up what each set has of its mean.
func (r channels) means(in normInputs) {
	m := r.m
	if m.columns != nil {
		r.columnMeans(in)
		return
	}
	r.eachSets(func(lo, hi int) { clear(m.mean[lo:hi]) })
	r.each(func(n int) {
		s, b := r.before(in, n)
		mean, mu := r.lanes(in.mean, n), r.of(m.mean, n)
		for c, x := range mean {
			mu[r.set[c]] += s[c]*float64(x) + b[c]
		}
	})
}

// squares turns sums into means, and sums up the squares about them.
func (r channels) squares(in normInputs) {
	m := r.m
	r.eachSets(func(lo, hi int) {
		for i := lo; i < hi; i++ {
			m.mean[i] /= float64(m.planes)
		}
	})
	if m.columns != nil {
		r.columnSquares()
		return
	}
	r.eachSets(func(lo, hi int) { clear(m.v[lo:hi]) })
	r.each(func(n int) {
		s, b := r.before(in, n)
		mean, m2, mu, v := r.lanes(in.mean, n), r.lanes(in.m2, n), r.of(m.mean, n), r.of(m.v, n)
		pixels := float64(m.Pixels)
		for c, x := range mean {
			d := s[c]*float64(x) + b[c] - mu[r.set[c]]
			v[r.set[c]] += s[c]*s[c]*float64(m2[c]) + pixels*d*d
		}
	})
}

// invert turns sums of squares into V and r.
func (r channels) invert() {
	m := r.m
	r.eachSets(func(lo, hi int) {
		for i := lo; i < hi; i++ {
			m.v[i] /= float64(m.planes * m.Pixels)
			m.inv[i] = 1 / math.Sqrt(m.v[i]+m.Eps)
		}
	})
}

// use takes the running statistics of a batch norm.
func (m *normMath) use(r *Running) {
	for c := range m.mean {
		m.mean[c] = float64(r.Mean[c])
		m.v[c] = float64(r.Var[c])
		m.inv[c] = 1 / math.Sqrt(m.v[c]+m.Eps)
	}
}

// update moves the running statistics towards the batch, with the unbiased
// variance, as PyTorch does.
func (m *normMath) update(r *Running) {
	count := float64(m.planes * m.Pixels)
	for c := range m.mean {
		r.Mean[c] += r.Momentum * (float32(m.mean[c]) - r.Mean[c])
		r.Var[c] += r.Momentum * (float32(m.v[c]*count/max(count-1, 1)) - r.Var[c])
	}
}

// affine writes A and B of every plane.
func (r channels) affine(scale, shift []float32, in normInputs) {
	m := r.m
	if m.columns != nil {
		r.columnAffine(scale, shift, in)
		return
	}
	gamma, beta := in.gamma[r.first:r.end], in.beta[r.first:r.end]
	r.each(func(n int) {
		s, b := r.before(in, n)
		k, d := r.after(in, n)
		mu, inv := r.of(m.mean, n), r.of(m.inv, n)
		scale, shift := r.lanes(scale, n), r.lanes(shift, n)
		for c := range scale {
			a := float64(gamma[c]) * inv[r.set[c]]
			scale[c] = float32(a * s[c] * k[c])
			shift[c] = float32((a*(b[c]-mu[r.set[c]])+float64(beta[c]))*k[c] + d[c])
		}
	})
}
