package sched

import (
	"errors"
	"fmt"
	"math"
)

// family maps i = 0…n-1 to β_i, given β's two parameters.
type family func(i, n int, b0, b1 float64) float64

// The kinds without two parameters.
const (
	cosineKind = "cosine"
	customKind = "custom" // a list of β
)

// families are the β families with a start b0 and an end b1. The first seven
// are the paper's; sigmoid is the one of diffusers.
var families = map[string]family{
	"linear":     linspace,
	"quadratic":  func(i, n int, b0, b1 float64) float64 { return sq(linspace(i, n, math.Sqrt(b0), math.Sqrt(b1))) },
	"sqrt":       func(i, n int, b0, b1 float64) float64 { return math.Sqrt(linspace(i, n, b0*b0, b1*b1)) },
	"constant":   func(_, _ int, _, b1 float64) float64 { return b1 },
	"reciprocal": func(i, n int, _, b1 float64) float64 { return b1 / float64(n-i) },
	"log":        func(i, n int, b0, b1 float64) float64 { return math.Exp2(linspace(i, n, math.Log2(b0), math.Log2(b1))) },
	"exp":        func(i, n int, b0, b1 float64) float64 { return math.Log2(linspace(i, n, math.Exp2(b0), math.Exp2(b1))) },
	"sigmoid":    func(i, n int, b0, b1 float64) float64 { return sigmoid(linspace(i, n, -6, 6))*(b1-b0) + b0 },
}

// Kinds lists the names that configs.Schedule.Kind may have.
func Kinds() []string {
	return []string{"linear", "quadratic", "sqrt", "constant", "reciprocal", "log", "exp", cosineKind, "sigmoid", customKind}
}

// PaperBetaEnd returns the end of the paper's linear schedule of T steps.
func PaperBetaEnd(steps int) (b1 float64, ok bool) {
	switch steps {
	case 5:
		return 0.95, true
	case 10:
		return 0.7, true
	case 50:
		return 0.2, true
	case 100:
		return 0.1, true
	case 300:
		return 0.035, true
	case 500:
		return 0.02, true
	case 1000:
		return 0.01, true
	case 10000:
		return 0.001, true
	}
	return 0, false
}

// Family builds a schedule of one of the β families (every kind but cosine and custom)
// from b0 = β's start and b1 = β's end:
//
//	linear      linspace(b0, b1)
//	quadratic   linspace(√b0, √b1)²
//	sqrt        √linspace(b0², b1²)
//	constant    b1
//	reciprocal  b1/(T, T-1, …, 1)
//	log         2^linspace(log2 b0, log2 b1)
//	exp         log2 linspace(2^b0, 2^b1)
//	sigmoid     b0 + (b1-b0)·sigmoid(linspace(-6, 6))
func Family(kind string, steps int, b0, b1 float64) (*Schedule, error) {
	f, ok := families[kind]
	switch {
	case !ok:
		return nil, fmt.Errorf("schedule.kind: %q has no beta_start and beta_end", kind)
	case steps < 1 || steps > maxSteps:
		return nil, fmt.Errorf("schedule.steps: %d is not in [1, %d]", steps, maxSteps)
	case !(b0 > 0 && b0 < 1):
		return nil, fmt.Errorf("schedule.beta_start: %g is not in (0, 1)", b0)
	case !(b1 > 0 && b1 < 1):
		return nil, fmt.Errorf("schedule.beta_end: %g is not in (0, 1)", b1)
	}
	return fromBeta(kind, table(f, steps, b0, b1))
}

// Cosine is the schedule of Nichol and Dhariwal (ICML 2021, eq. 17): ᾱ(u) ∝
// cos²((u+0.008)/1.008·π/2) at u = (i+1)/T, with β at most 0.999.
func Cosine(steps int) (*Schedule, error) {
	if steps < 1 || steps > maxSteps {
		return nil, fmt.Errorf("schedule.steps: %d is not in [1, %d]", steps, maxSteps)
	}
	const offset = 0.008
	bar := func(i int) float64 {
		return sq(math.Cos((float64(i)/float64(steps) + offset) / (1 + offset) * math.Pi / 2))
	}
	beta := make([]float64, steps)
	for i := range beta {
		beta[i] = min(1-bar(i+1)/bar(i), 0.999)
	}
	return fromBeta(cosineKind, beta)
}

// FromSNR builds a schedule whose first level lies at maxDB and whose last at
// minDB. The families with two parameters are solved for b0 and b1; cosine is
// ᾱ(u) = cos²(πu/2) on the stretch of u between the two SNRs. The families
// with one parameter, constant and reciprocal, cannot meet two ends.
func FromSNR(kind string, steps int, maxDB, minDB float64) (*Schedule, error) {
	f, ok := families[kind]
	switch {
	case !ok && kind != cosineKind:
		return nil, fmt.Errorf("schedule.kind: unknown %q", kind)
	case kind == "constant" || kind == "reciprocal":
		return nil, fmt.Errorf("schedule: %q has one free parameter and cannot meet snr_max_db and snr_min_db; give beta_end", kind)
	case steps < 2 || steps > maxSteps:
		return nil, fmt.Errorf("schedule.steps: %d is not in [2, %d]", steps, maxSteps)
	case !(maxDB > minDB) || maxDB > 120 || minDB < -120:
		return nil, fmt.Errorf("schedule: need 120 ≥ snr_max_db > snr_min_db ≥ -120, got %g and %g", maxDB, minDB)
	}
	top, bottom := snrFromDB(maxDB), snrFromDB(minDB)
	if kind == cosineKind {
		u := func(snr float64) float64 { return math.Atan(1 / math.Sqrt(snr)) }
		beta, prev := make([]float64, steps), 1.0
		for i := range beta {
			bar := sq(math.Cos(linspace(i, steps, u(top), u(bottom))))
			beta[i], prev = 1-bar/prev, bar
		}
		return fromBeta(kind, beta)
	}
	first := 1 / (1 + top) // β_0 = 1-ᾱ_0
	start := func(float64) float64 { return first }
	if kind == "sigmoid" { // does not begin at b0
		r := sigmoid(-6)
		start = func(b1 float64) float64 { return (first - r*b1) / (1 - r) }
	}
	b1, err := solveEnd(f, steps, start, bottom)
	if err != nil {
		return nil, fmt.Errorf("schedule: %s of %d steps cannot run from %g to %g dB: %w", kind, steps, maxDB, minDB, err)
	}
	return fromBeta(kind, table(f, steps, start(b1), b1))
}

// solveEnd finds b1 such that the last level has the given SNR, where b0 may
// depend on b1. log ᾱ_{T-1} falls with b1.
func solveEnd(f family, steps int, b0 func(b1 float64) float64, snr float64) (float64, error) {
	goal := -math.Log1p(1 / snr) // log ᾱ
	excess := func(b1 float64) float64 {
		sum := 0.0
		for i := range steps {
			sum += math.Log1p(-f(i, steps, b0(b1), b1))
		}
		return sum - goal
	}
	lo, hi := 1e-12, 1-1e-12
	if !(excess(lo) > 0 && excess(hi) < 0) {
		return 0, errors.New("no beta_end in (0, 1) meets the last level")
	}
	for range 200 {
		mid := (lo + hi) / 2
		if excess(mid) > 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2, nil
}

func table(f family, n int, b0, b1 float64) []float64 {
	beta := make([]float64, n)
	for i := range beta {
		beta[i] = f(i, n, b0, b1)
	}
	return beta
}

// linspace is the i-th of n numbers from a to b, as in numpy.
func linspace(i, n int, a, b float64) float64 {
	switch {
	case n == 1:
		return a
	case i == n-1:
		return b
	}
	return a + float64(i)*((b-a)/float64(n-1))
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
func sq(x float64) float64      { return x * x }
