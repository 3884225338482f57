package gmm

import "math"

// inverse is one component's S⁻¹ = (ᾱC + (1-ᾱ)I)⁻¹ at a level.
type inverse struct {
	onU  []float64 // (r) eigenvalues on U
	iso  float64   // eigenvalue on its complement
	logc float64   // log w - ½ log det(2πS)
}

func (e *Estimator) inverses(ab float64) []inverse {
	m := e.m
	inv := make([]inverse, len(m.comps))
	for k, c := range m.comps {
		tau := ab*c.iso + 1 - ab
		logdet := float64(m.n) * math.Log(2*math.Pi)
		if c.r < m.n {
			logdet += float64(m.n-c.r) * math.Log(tau)
		}
		on := make([]float64, c.r)
		for j, v := range c.lambda {
			s := ab*v + 1 - ab
			on[j] = 1 / s
			logdet += math.Log(s)
		}
		inv[k] = inverse{onU: on, iso: 1 / tau, logc: math.Log(m.weights[k]) - logdet/2}
	}
	return inv
}

// responsibilities fills s.z, s.resp and s.logp for b samples x.
func (e *Estimator) responsibilities(s *scratch, x []float64, b int, ab float64, inv []inverse) {
	m, root := e.m, math.Sqrt(ab)
	if e.all != nil {
		cols := len(e.meanU)
		for i := range b {
			z := s.z[i*cols : (i+1)*cols]
			for j, v := range e.meanU {
				z[j] = -root * v
			}
		}
		e.all.Add(s.z, x, b, &s.gemm)
	}
	for i := range b {
		row := x[i*m.n : (i+1)*m.n]
		for k := range m.comps {
			s.resp[k*chunk+i] = inv[k].logc - e.quadratic(s, row, i, k, root, &inv[k])/2
		}
	}
	for i := range b {
		top := math.Inf(-1)
		for k := range m.comps {
			top = max(top, s.resp[k*chunk+i])
		}
		sum := 0.0
		for k := range m.comps {
			r := math.Exp(s.resp[k*chunk+i] - top)
			s.resp[k*chunk+i] = r
			sum += r
		}
		for k := range m.comps {
			s.resp[k*chunk+i] /= sum
		}
		s.logp[i] = top + math.Log(sum)
	}
}

// quadratic returns dᵀS⁻¹d, d = x - √ᾱ·m_k, of sample i of the chunk.
func (e *Estimator) quadratic(s *scratch, x []float64, i, k int, root float64, inv *inverse) float64 {
	c, mean := &e.m.comps[k], e.m.mean(k)
	q := 0.0
	if c.u == nil {
		for j, v := range mean {
			d := x[j] - root*v
			q += d * d * inv.onU[j]
		}
		return q
	}
	z := e.projection(s, i, k)
	for j, w := range inv.onU {
		q += z[j] * z[j] * w
	}
	if c.r < e.m.n { // what U leaves of d
		d2 := 0.0
		for j, v := range mean {
			d := x[j] - root*v
			d2 += d * d
		}
		for _, v := range z {
			d2 -= v * v
		}
		q += max(d2, 0) * inv.iso
	}
	return q
}

// projection returns U_kᵀd of sample i of the chunk.
func (e *Estimator) projection(s *scratch, i, k int) []float64 {
	row := s.z[i*len(e.meanU):]
	return row[e.offset[k]:e.offset[k+1]]
}
