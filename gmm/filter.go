package gmm

import (
	"math"

	"gonum.org/v1/gonum/blas/blas64"
)

// filter is, for one component, a vector of the form
//
//	U·diag(onU - iso)·Uᵀd + iso·d + shift·m_k,  d = x - √ᾱ·m_k
type filter struct {
	onU   []float64
	iso   float64
	shift float64
	trace float64 // tr Cov(x0 | x_t, k)
}

// scoreFilter gives ∇log p_k = -S⁻¹d.
func (e *Estimator) scoreFilter(ab float64) []filter {
	return e.filters(ab, 0, func(_, inv float64) float64 { return -inv })
}

// meanFilter gives E[x0 | x_t, k] = m_k + √ᾱ·C·S⁻¹d.
func (e *Estimator) meanFilter(ab float64) []filter {
	root := math.Sqrt(ab)
	return e.filters(ab, 1, func(lambda, inv float64) float64 { return root * lambda * inv })
}

func (e *Estimator) filters(ab, shift float64, f func(lambda, inv float64) float64) []filter {
	inv := e.inverses(ab)
	fs := make([]filter, len(inv))
	for k := range fs {
		c := &e.m.comps[k]
		fs[k] = filter{onU: make([]float64, c.r), shift: shift}
		for j, v := range c.lambda {
			fs[k].onU[j] = f(v, inv[k].onU[j])
			fs[k].trace += v * (1 - ab) * inv[k].onU[j]
		}
		if c.r < e.m.n {
			fs[k].iso = f(c.iso, inv[k].iso)
			fs[k].trace += float64(e.m.n-c.r) * c.iso * (1 - ab) * inv[k].iso
		}
	}
	return fs
}

// combine fills s.acc with Σ_k r_k·filter_k and, if asked, s.sq with
// Σ_k r_k(trace_k + ‖filter_k‖²). A component is evaluated on those samples
// alone for which its responsibility is not negligible.
func (e *Estimator) combine(s *scratch, x []float64, b int, ab float64, fs []filter, squares bool) {
	m := e.m
	clear(s.acc[:b*m.n])
	clear(s.sq[:b])
	for k := range m.comps {
		c, f := &m.comps[k], &fs[k]
		s.rows = s.rows[:0]
		for i := range b {
			if s.resp[k*chunk+i] > negligible {
				s.rows = append(s.rows, i)
			}
		}
		if len(s.rows) == 0 {
			continue
		}
		e.apply(s, x, ab, k, c, f)
		for p, i := range s.rows {
			r := s.resp[k*chunk+i]
			out := vector(s.out[p*m.n : (p+1)*m.n])
			blas64.Axpy(r, out, vector(s.acc[i*m.n:(i+1)*m.n]))
			if squares {
				s.sq[i] += r * (f.trace + blas64.Dot(out, out))
			}
		}
	}
}

// apply writes filter_k of the samples s.rows into s.out.
func (e *Estimator) apply(s *scratch, x []float64, ab float64, k int, c *component, f *filter) {
	n, root := e.m.n, math.Sqrt(ab)
	mean := e.m.mean(k)
	for p, i := range s.rows {
		out, row := s.out[p*n:(p+1)*n], x[i*n:(i+1)*n]
		if c.u == nil {
			for j, g := range f.onU {
				out[j] = g*(row[j]-root*mean[j]) + f.shift*mean[j]
			}
			continue
		}
		for j := range out {
			out[j] = f.iso*(row[j]-root*mean[j]) + f.shift*mean[j]
		}
		fz := s.fz[p*c.r : (p+1)*c.r]
		for j, v := range e.projection(s, i, k) {
			fz[j] = (f.onU[j] - f.iso) * v
		}
	}
	if c.u != nil {
		e.back[k].Add(s.out, s.fz, len(s.rows), &s.gemm)
	}
}
