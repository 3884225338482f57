package sched

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/condmean/condmean/configs"
)

const (
	// DefaultBetaStart is 1/10001, which puts SNR[0] at exactly 40 dB.
	DefaultBetaStart = 1.0 / 10001
	// defaultEndDB is the SNR of the last level, in dB, where neither the
	// configuration nor the paper's table says otherwise.
	defaultEndDB = -22.5
	// maxSteps bounds the tables' memory against absurd configurations.
	maxSteps = 1_000_000
)

// Schedule holds the tables of a forward process of T steps, all float64 and
// indexed from 0. They must not be changed.
type Schedule struct {
	Kind         string    // name of the family, "custom" for FromBeta
	T            int       // number of levels
	Beta         []float64 // β_i
	Alpha        []float64 // α_i = 1-β_i
	AlphaBar     []float64 // ᾱ_i = α_0·…·α_i
	AlphaBarPrev []float64 // ᾱ_{i-1}; 1 at i = 0
	SNR          []float64 // ᾱ_i/(1-ᾱ_i), falling
	PosteriorVar []float64 // σ_i² = β_i(1-ᾱ_{i-1})/(1-ᾱ_i); 0 at i = 0

	logSNR []float64 // log SNR_i
}

// New builds the schedule that a configuration describes.
//
// Left at zero, BetaStart is DefaultBetaStart, and BetaEnd is the paper's
// value for a linear schedule of its step counts (see PaperBetaEnd); for
// every other family or step count it is solved for so that the last level
// lies at -22.5 dB. With SNRMaxDB and SNRMinDB both ends are solved for. A custom
// schedule has the levels of Betas.
func New(c configs.Schedule) (*Schedule, error) {
	f, ok := families[c.Kind]
	switch {
	case !ok && c.Kind != cosineKind && c.Kind != customKind:
		return nil, fmt.Errorf("schedule.kind: unknown %q (one of %s)", c.Kind, strings.Join(Kinds(), ", "))
	case c.Steps < 2 || c.Steps > maxSteps:
		return nil, fmt.Errorf("schedule.steps: %d is not in [2, %d]", c.Steps, maxSteps)
	case c.Kind == customKind && (len(c.Betas) != c.Steps || c.SNRMaxDB != nil || c.SNRMinDB != nil):
		return nil, fmt.Errorf("schedule: %q has the %d levels of betas, %d of them, and nothing else", customKind, c.Steps, len(c.Betas))
	case c.Kind == customKind:
		return FromBeta(c.Betas)
	case (c.SNRMaxDB == nil) != (c.SNRMinDB == nil):
		return nil, fmt.Errorf("schedule: snr_max_db and snr_min_db must be given together")
	}
	if c.SNRMaxDB != nil {
		if c.BetaStart != 0 || c.BetaEnd != 0 {
			return nil, fmt.Errorf("schedule: give either beta_start and beta_end or snr_max_db and snr_min_db, not both")
		}
		return FromSNR(c.Kind, c.Steps, *c.SNRMaxDB, *c.SNRMinDB)
	}
	if c.Kind == cosineKind {
		if c.BetaStart != 0 || c.BetaEnd != 0 {
			return nil, fmt.Errorf("schedule: beta_start and beta_end have no meaning for %q; use snr_max_db and snr_min_db", cosineKind)
		}
		return Cosine(c.Steps)
	}
	b0, b1 := c.BetaStart, c.BetaEnd
	if b0 == 0 {
		b0 = DefaultBetaStart
	}
	if b1 == 0 {
		var err error
		if v, ok := PaperBetaEnd(c.Steps); ok && c.Kind == "linear" {
			b1 = v
		} else if b1, err = solveEnd(f, c.Steps, func(float64) float64 { return b0 }, snrFromDB(defaultEndDB)); err != nil {
			return nil, fmt.Errorf("schedule: %s of %d steps from beta_start %g cannot end at %g dB; give beta_end", c.Kind, c.Steps, b0, defaultEndDB)
		}
	}
	return Family(c.Kind, c.Steps, b0, b1)
}

// Linear is the paper's schedule: β runs linearly from b0 to b1 in steps
// levels.
func Linear(steps int, b0, b1 float64) (*Schedule, error) { return Family("linear", steps, b0, b1) }

// Paper is the paper's linear schedule for one of its step counts, from 40 dB
// down to about -22.5 dB.
func Paper(steps int) (*Schedule, error) {
	b1, ok := PaperBetaEnd(steps)
	if !ok {
		return nil, fmt.Errorf("schedule: the paper has no schedule of %d steps", steps)
	}
	return Linear(steps, DefaultBetaStart, b1)
}

// FromBeta builds the tables of any sequence of β in (0,1); it keeps a copy.
func FromBeta(beta []float64) (*Schedule, error) { return fromBeta(customKind, slices.Clone(beta)) }

func fromBeta(kind string, beta []float64) (*Schedule, error) {
	T := len(beta)
	if T == 0 {
		return nil, fmt.Errorf("schedule: no levels")
	}
	s := &Schedule{Kind: kind, T: T, Beta: beta}
	for _, p := range []*[]float64{&s.Alpha, &s.AlphaBar, &s.AlphaBarPrev, &s.SNR, &s.PosteriorVar, &s.logSNR} {
		*p = make([]float64, T)
	}
	prev := 1.0
	for i, b := range beta {
		if !(b > 0 && b < 1) {
			return nil, fmt.Errorf("schedule: beta[%d] = %g is not in (0, 1)", i, b)
		}
		a := 1 - b
		ab := prev * a
		if ab == 0 || ab == prev || ab == 1 {
			return nil, fmt.Errorf("schedule: beta[%d] = %g leaves level %d at alpha-bar %g, outside of float64's resolution", i, b, i, ab)
		}
		s.Alpha[i], s.AlphaBar[i], s.AlphaBarPrev[i] = a, ab, prev
		s.SNR[i] = ab / (1 - ab)
		s.logSNR[i] = math.Log(s.SNR[i])
		s.PosteriorVar[i] = b * (1 - prev) / (1 - ab)
		prev = ab
	}
	return s, nil
}

// SNRdB returns the SNR of level i in dB.
func (s *Schedule) SNRdB(i int) float64 { return 10 * math.Log10(s.SNR[i]) }

func snrFromDB(db float64) float64 { return math.Pow(10, db/10) }
