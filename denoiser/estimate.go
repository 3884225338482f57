package denoiser

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/internal/rng"
)

// modelLevels is how many SNRs, evenly spaced in dB over the schedule, the
// likelihood is compared at.
const modelLevels = 17

// probeLength is that of the steps of numerical derivatives, of the noise.
const probeLength = 0.02

// modelProbes is along how many coordinates the divergence is probed at least: of
// fewer values each sample is looked at several times.
const modelProbes = 4096

// EstimateSNR estimates the SNR in dB of noisy samples y by what the network
// knows of the prior: it is the one of the greatest likelihood. They are of the
// data's units unless they are normalised, and share one noise level.
//
// The density p_v of y = x + n, n ~ N(0, v·I), obeys the heat equation, and its
// score is -ε̂/(s·√v), where s is the standard deviation of a real value of ε.
// With x_t = √ᾱ·y and v = s²(1-ᾱ)/ᾱ,
//
//	∂ log p_v(y)/∂ log v = (‖ε̂‖²/s² - √(1-ᾱ)·div ε̂)/2
//
// which is zero on average at the true v (Stein's identity). The divergence is
// measured along random directions. Were it not for what the prior explains of
// the noise, div ε̂ would be N/√(1-ᾱ), and this would be the level at which the
// predicted ε has the power of ε.
//
// SNRs beyond the ends of the schedule cannot be told from those of its ends.
func (d *Denoiser) EstimateSNR(ctx context.Context, y []float64, normalized bool) (float64, error) {
	if err := d.check(y); err != nil {
		return 0, err
	}
	g := newLikelihood(d, d.normalized(y, normalized))
	s := d.schedule
	top, bottom := s.SNRdB(0), s.SNRdB(s.T-1)
	step := (top - bottom) / (modelLevels - 1)
	at := func(k int) float64 { return top - float64(k)*step }

	slope := make([]float64, modelLevels) // ∂ log p/∂ log v, which rises with k
	best, sum, most := 0, 0.0, 0.0
	for k := range slope {
		var err error
		if slope[k], err = g.slope(ctx, at(k)); err != nil {
			return 0, err
		}
		if k > 0 {
			if sum += slope[k-1] + slope[k]; sum > most { // trapezoidal rule
				best, most = k, sum
			}
		}
	}
	// The slope passes zero near the best level, on its way down.
	for k := max(best-1, 0); k < min(best+1, modelLevels-1); k++ {
		if slope[k] >= 0 && slope[k+1] < 0 {
			return g.zero(ctx, at(k), at(k+1))
		}
	}
	return at(best), nil
}

// likelihood is that of observations, as a function of their SNR.
type likelihood struct {
	d                  *Denoiser
	y, probe           []float64
	x, forth, backward []float64
}

func newLikelihood(d *Denoiser, y []float64) *likelihood {
	if few := len(y); few < modelProbes {
		y = slices.Repeat(y, (modelProbes+few-1)/few)
	}
	n := len(y)
	l := &likelihood{d: d, y: y, probe: make([]float64, n), x: make([]float64, n), forth: make([]float64, n), backward: make([]float64, n)}
	// Signs are the directions of least variance: they are exact for what ε̂ has
	// of a multiple of its argument (Hutchinson 1989).
	var r rng.Stream
	for i := range l.probe {
		if i%d.Dim() == 0 {
			r.Reset(0, rng.Probe, 0, uint64(i/d.Dim()))
		}
		l.probe[i] = float64(1 - 2*r.Rand().IntN(2))
	}
	return l
}

// slope returns ∂ log p_v/∂ log v for each value of a sample, on average.
func (l *likelihood) slope(ctx context.Context, db float64) (float64, error) {
	s := l.d.schedule
	at := s.At(s.Index(decibel.Linear(db)))
	signal, noise := math.Sqrt(at.AlphaBar), l.d.std*math.Sqrt(1-at.AlphaBar)
	for _, side := range []struct {
		h   float64
		eps []float64
	}{{probeLength * noise, l.forth}, {-probeLength * noise, l.backward}} {
		for i, v := range l.y {
			l.x[i] = signal*v + side.h*l.probe[i]
		}
		if err := l.d.predictor.PredictNoise(ctx, side.eps, l.x, at); err != nil {
			return 0, fmt.Errorf("denoiser: estimate the SNR: %w", err)
		}
	}
	power, divergence := 0.0, 0.0
	for i, f := range l.forth {
		mean := (f + l.backward[i]) / 2 / l.d.std
		power += mean * mean
		divergence += l.probe[i] * (f - l.backward[i]) / (2 * probeLength * l.d.std)
	}
	return (power - divergence) / 2 / float64(len(l.y)), nil
}

// zero finds where the slope vanishes between two SNRs, to 0.01 dB.
func (l *likelihood) zero(ctx context.Context, high, low float64) (float64, error) {
	const tolerance = 0.01
	for high-low > tolerance {
		middle := (high + low) / 2
		v, err := l.slope(ctx, middle)
		if err != nil {
			return 0, err
		}
		if v >= 0 {
			high = middle
		} else {
			low = middle
		}
	}
	return (high + low) / 2, nil
}
