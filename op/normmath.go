package op

import (
	"math"

	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/internal/par"
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
	planes   int   // P
	together int   // adjacent channels that share sets
	set      []int // (N,C) -> set
	running  bool  // statistics are constants
	mean, v  []float64
	inv      []float64 // r
	dstats   []float64 // of both of them:
	dmean    []float64
	dv       []float64
	dgamma   []float64 // (C)
	dbeta    []float64
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
	m := normMath{pool: rt.pool, group: rt.group, n: n, c: c, cp: pad16(c), NormAttributes: a, together: 1, set: make([]int, n*c), running: !a.NeedsMoments()}
	if a.Kind == Group {
		m.together = c / a.Groups
	}
	sets := 0
	for i := range m.set {
		switch a.Kind {
		case Batch:
			m.set[i] = i % c
		case Group, Instance:
			m.set[i] = i / m.together
		}
		sets = max(sets, m.set[i]+1)
	}
	m.planes = a.Share.whole(n) * c / sets
	for _, p := range []*[]float64{&m.mean, &m.v, &m.inv} {
		*p = make([]float64, sets)
	}
	m.dstats = make([]float64, 2*sets)
	m.dmean, m.dv = m.dstats[:sets], m.dstats[sets:]
	m.dgamma, m.dbeta = make([]float64, c), make([]float64, c)
	return m
}

// film returns the scale-shift of channel c of sample n as 1+s and b.
func (m *normMath) film(in normInputs, n, c int) (scale, shift float64) {
	switch {
	case in.film == nil:
		return 1, 0
	case m.Shift:
		return 1, float64(in.film[n*m.c+c])
	}
	f := in.film[n*2*m.c:]
	return 1 + float64(f[c]), float64(f[m.c+c])
}

// before returns the scale-shift that is applied to x, after the one of the result.
func (m *normMath) before(in normInputs, n, c int) (scale, shift float64) {
	if m.After {
		return 1, 0
	}
	return m.film(in, n, c)
}

func (m *normMath) after(in normInputs, n, c int) (scale, shift float64) {
	if !m.After {
		return 1, 0
	}
	return m.film(in, n, c)
}

// addFilm adds to the gradients of a scale-shift, if there is one.
func (m *normMath) addFilm(film []float32, n, c int, ds, db float64) {
	switch {
	case film == nil:
	case m.Shift:
		film[n*m.c+c] += float32(db)
	default:
		film[n*2*m.c+c] += float32(ds)
		film[n*2*m.c+m.c+c] += float32(db)
	}
}

// measure computes μ and V of every set.
func (m *normMath) measure(in normInputs) error {
	m.split(func(r channels) {
		r.sets(func(set int) { m.mean[set], m.v[set] = 0, 0 })
		r.each(func(lane, set, n, c int) {
			s, b := m.before(in, n, c)
			m.mean[set] += s*float64(in.mean[lane]) + b
		})
	})
	if err := m.Share.sum(m.group, m.mean); err != nil {
		return err
	}
	m.split(func(r channels) {
		r.sets(func(set int) { m.mean[set] /= float64(m.planes) })
		r.each(func(lane, set, n, c int) {
			s, b := m.before(in, n, c)
			d := s*float64(in.mean[lane]) + b - m.mean[set]
			m.v[set] += s*s*float64(in.m2[lane]) + float64(m.Pixels)*d*d
		})
	})
	if err := m.Share.sum(m.group, m.v); err != nil {
		return err
	}
	m.split(func(r channels) {
		r.sets(func(set int) {
			m.v[set] /= float64(m.planes * m.Pixels)
			m.inv[set] = 1 / math.Sqrt(m.v[set]+m.Eps)
		})
	})
	return nil
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

// affine writes A and B of every plane, zeros in padded lanes.
func (m *normMath) affine(scale, shift []float32, in normInputs) {
	clear(scale)
	clear(shift)
	m.split(func(r channels) {
		r.each(func(lane, set, n, c int) {
			s, b := m.before(in, n, c)
			a := float64(in.gamma[c]) * m.inv[set]
			k, d := m.after(in, n, c)
			scale[lane] = float32(a * s * k)
			shift[lane] = float32((a*(b-m.mean[set])+float64(in.beta[c]))*k + d)
		})
	})
}

// backward computes all gradients from those of A and B.
func (m *normMath) backward(g normGrads, dA, dB []float32, in normInputs) error {
	clear(g.dm)
	clear(g.dM2)
	clear(g.film)
	m.split(func(r channels) {
		r.sets(func(set int) { m.dmean[set], m.dv[set] = 0, 0 })
		clear(m.dgamma[r.first:r.end])
		clear(m.dbeta[r.first:r.end])
		r.each(func(lane, set, n, c int) {
			s, b := m.before(in, n, c)
			gamma, r := float64(in.gamma[c]), m.inv[set]
			da, db := float64(dA[lane]), float64(dB[lane])
			if m.After {
				k, _ := m.after(in, n, c)
				m.addFilm(g.film, n, c, da*gamma*r+db*(float64(in.beta[c])-gamma*r*m.mean[set]), db)
				da, db = da*k, db*k
			} else {
				m.addFilm(g.film, n, c, da*gamma*r, db*gamma*r)
			}
			d := da*s + db*(b-m.mean[set]) // with respect to A'
			m.dbeta[c] += db
			m.dgamma[c] += d * r
			m.dmean[set] -= db * gamma * r
			m.dv[set] -= d * gamma * r * r * r / 2
		})
		for c := r.first; c < r.end; c++ {
			g.gamma[c], g.beta[c] = float32(m.dgamma[c]), float32(m.dbeta[c])
		}
	})
	if m.running {
		return nil
	}
	if err := m.Share.sum(m.group, m.dstats); err != nil {
		return err
	}
	m.split(func(r channels) {
		r.each(func(lane, set, n, c int) {
			s, b := m.before(in, n, c)
			mean, m2 := float64(in.mean[lane]), float64(in.m2[lane])
			dmz := (m.dmean[set] + 2*m.dv[set]*(s*mean+b-m.mean[set])) / float64(m.planes)
			dMz := m.dv[set] / float64(m.planes*m.Pixels)
			g.dm[lane] = float32(dmz * s)
			g.dM2[lane] = float32(dMz * s * s)
			if !m.After {
				m.addFilm(g.film, n, c, dmz*mean+2*dMz*s*m2, dmz)
			}
		})
	})
	return nil
}

// channels are some channels of all samples that share no set with others.
type channels struct {
	m          *normMath
	first, end int
}

// split calls f for ranges of channels that together are all of them.
func (m *normMath) split(f func(channels)) {
	const (
		planes = 1024 // a range is not worth sharing out below so many
		line   = 16   // channels that threads must not share
	)
	size := max(line, planes/m.n/line*line, m.together)
	size -= size % m.together
	m.pool.Do((m.c+size-1)/size, func(i, _ int) {
		f(channels{m, i * size, min((i+1)*size, m.c)})
	})
}

// each visits every plane; lane is where it lies among the padded ones.
func (r channels) each(f func(lane, set, n, c int)) {
	m := r.m
	for n := range m.n {
		for c := r.first; c < r.end; c++ {
			f(n*m.cp+c, m.set[n*m.c+c], n, c)
		}
	}
}

// sets visits the sets of the channels.
func (r channels) sets(f func(set int)) {
	m := r.m
	samples := m.n
	if m.Kind == Batch {
		samples = 1 // they share their sets
	}
	for n := range samples {
		for c := r.first; c < r.end; c += m.together {
			f(m.set[n*m.c+c])
		}
	}
}
