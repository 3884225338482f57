package sched

import "math"

// Lipschitz returns A_i = √α_i(1-ᾱ_{i-1})/(1-ᾱ_i), the part of the step's
// Jacobian that depends on hyper-parameters alone:
//
//	∂mean/∂x_i = A_i·I + CovFactor(i)·Cov(x0 | x_i)
//
// It is a contraction (A_i < 1) at every level, and 0 at i = 0.
func (s *Schedule) Lipschitz(i int) float64 {
	return math.Sqrt(s.Alpha[i]) * (1 - s.AlphaBarPrev[i]) / (1 - s.AlphaBar[i])
}

// CovFactor returns √(ᾱ_{i-1}ᾱ_i)·β_i/(1-ᾱ_i)², the factor of Cov(x0 | x_i)
// in the step's Jacobian.
func (s *Schedule) CovFactor(i int) float64 {
	return math.Sqrt(s.AlphaBarPrev[i]*s.AlphaBar[i]) * s.Beta[i] / sq(1-s.AlphaBar[i])
}

// LipschitzProduct returns A_from·…·A_to in closed form (the product
// telescopes): √(ᾱ_to/ᾱ_{from-1})·(1-ᾱ_{from-1})/(1-ᾱ_to).
func (s *Schedule) LipschitzProduct(from, to int) float64 {
	prev, ab := s.AlphaBarPrev[from], s.AlphaBar[to]
	return math.Sqrt(ab/prev) * (1 - prev) / (1 - ab)
}
