package checkpoint

import (
	"fmt"
	"math"
	"path/filepath"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/atomicfile"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/sched"
)

// Recommendation is the method that a run found to denoise best, of two that it
// compared on its validation split.
type Recommendation struct {
	Method  string  `json:"method"`
	Other   string  `json:"other"`   // what it was compared with
	Gain    float64 `json:"gain_db"` // how far the other's NMSE is above it, averaged over the SNRs
	SNR     string  `json:"snr"`     // of the comparison, dB
	Samples int     `json:"samples"`
}

// maxGain bounds what one method can be better than another, dB.
const maxGain = 1000

// check refuses methods that there are not, and those that draw noise, which nothing
// compares and which may take a thousand chains: what a manifest says is done where
// nobody asks for a method, and printed.
func (r *Recommendation) check() error {
	if r == nil {
		return nil
	}
	for _, name := range []string{r.Method, r.Other} {
		m, err := sched.ParseMethod(name)
		if err != nil {
			return fmt.Errorf("recommended: %s", foreign.Line(err.Error(), foreign.Limit))
		}
		if m.Stochastic() {
			return fmt.Errorf("recommended: method %s draws noise", m)
		}
	}
	if !(math.Abs(r.Gain) <= maxGain) {
		return fmt.Errorf("recommended: a gain of %g dB", r.Gain)
	}
	if r.Samples < 0 {
		return fmt.Errorf("recommended: compared on %d samples", r.Samples)
	}
	return nil
}

// Reason says in words why the method is recommended.
func (r *Recommendation) Reason() string {
	if r.Gain < 0 {
		return fmt.Sprintf("within %.2f dB of %s on %d validation samples, and faster", -r.Gain, r.Other, r.Samples)
	}
	return fmt.Sprintf("%.2f dB better than %s on %d validation samples", r.Gain, r.Other, r.Samples)
}

// Recommend notes in the manifest of a checkpoint which method denoises best with
// it. Nothing else of the checkpoint changes.
func Recommend(dir string, r Recommendation) error {
	if err := r.check(); err != nil {
		return configs.Usagef("%w", err)
	}
	m, err := ReadManifest(dir)
	if err != nil {
		return err
	}
	m.Recommended = &r
	b, err := m.encode()
	if err != nil {
		return err
	}
	return atomicfile.WriteOwn(filepath.Join(dir, manifestFile), b)
}
