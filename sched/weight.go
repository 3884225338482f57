package sched

import "fmt"

// Weighting is how a sample's loss is weighted by its level.
type Weighting string

const (
	WeightNone   Weighting = "none"    // 1
	WeightPaper  Weighting = "paper"   // that of the variational bound, clamped to [1e-5, 10]
	WeightMinSNR Weighting = "min-snr" // min(SNR, 5) on the x0 error (Hang et al., ICCV 2023)
)

// minSNRGamma is the bound that Hang et al. recommend.
const minSNRGamma = 5

// ParseWeighting reads a Weighting; "" is WeightNone.
func ParseWeighting(s string) (Weighting, error) {
	return parse("weighting", s, WeightNone, WeightPaper, WeightMinSNR)
}

// Weight returns the factor of the squared error of the target at level i.
//
// The paper's weights turn every squared error into that of the posterior
// mean over 2σ² (up to the constant): mean 1/σ², epsilon β²/(σ²α(1-ᾱ)), x0
// ᾱ₋₁β²/(σ²(1-ᾱ)²), and for v the weight of epsilon times ᾱ. min-snr weights
// the x0 error by min(SNR, 5), expressed in the target at hand.
func (s *Schedule) Weight(w Weighting, target Target, i int) float64 {
	switch w {
	case WeightNone:
		return 1
	case WeightPaper:
		d := s.errorScale(target, i)
		return min(max(d*d/s.PosteriorVar[i], 1e-5), 10) // +Inf at i = 0, where σ² = 0
	case WeightMinSNR:
		// Errors of x0 are errors of the mean over errorScale(x0).
		d := s.errorScale(target, i) / s.errorScale(TargetX0, i)
		return d * d * min(s.SNR[i], minSNRGamma)
	}
	panic(fmt.Sprintf("sched: unknown weighting %q", w))
}

// errorScale is |∂mean/∂target| at level i: what an error of the target makes
// of the posterior mean.
func (s *Schedule) errorScale(target Target, i int) float64 {
	at := Level{Index: float64(i), AlphaBar: s.AlphaBar[i]}
	_, mean := s.coef(TargetMean, at)
	_, d := s.coef(target, at)
	return mean / d
}
