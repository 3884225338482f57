package eval

import (
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/sched"
)

// calls returns how many predictor calls a method takes at an SNR, as far as
// progress is concerned.
func (r *Request) calls(m sched.Method, db float64) int {
	steps := r.Denoiser.Schedule().Nearest(decibel.Linear(db), r.Match == sched.MatchLinear) + 1
	switch m.Kind {
	case "oneshot":
		return 1
	case "average":
		return steps * m.M
	}
	return steps
}

// costAt returns the cost of all columns at an SNR: one for each, and one for
// each predictor call.
func (r *Request) costAt(db float64) int {
	cost := len(r.Baselines)
	for _, m := range r.Methods {
		cost += 1 + r.calls(m, db)
	}
	return cost
}

func (r *Request) sweepCost() int {
	cost := 0
	for _, db := range r.SNRs {
		cost += r.costAt(db)
	}
	return cost
}

// samples returns how many samples are evaluated.
func (r *Request) samples() int { return len(r.Test) / r.Denoiser.Dim() }

// powers returns ‖x‖² of each sample.
func (r *Request) powers() []float64 {
	power := make([]float64, r.samples())
	squares(power, r.Test, make([]float64, len(r.Test)))
	return power
}
