package sched

import (
	"context"
	"fmt"
	"math"

	"github.com/condmean/condmean/internal/rng"
)

// Step is one move of a reverse chain, from the level From to the cleaner
// level with ᾱ = To (1 in the last step).
type Step struct {
	From Level
	To   float64
	Beta float64 // 1 - From.AlphaBar/To
}

// posteriorVar is σ² = β(1-ᾱ_to)/(1-ᾱ_from), zero in the last step.
func (st Step) posteriorVar() float64 { return st.Beta * (1 - st.To) / (1 - st.From.AlphaBar) }

// TracePoint is the state of a chain at one level. At the end of a chain, At
// is the clean level {-1, 1} and Eps is nil.
type TracePoint struct {
	Chain int       // 0, or the number of the chain under average:M
	Step  int       // steps done so far
	At    Level     // level that X is taken to be at
	X     []float64 // state, valid during the call only
	Eps   []float64 // ε̂(X, At), valid during the call only
}

// Trace observes a chain. It must not change the slices.
type Trace func(TracePoint)

// Noise keys the random numbers of a chain, which are a function of (Seed,
// level, Chain, index of the sample) alone.
type Noise struct {
	Seed  uint64
	Chain int     // distinguishes chains over the same observation
	First int     // index of the first sample of the batch
	Std   float64 // of one real value of ε, see Sigma; 0 means 1
}

func (z Noise) std() float64 {
	if z.Std == 0 {
		return 1
	}
	return z.Std
}

// add adds sigma·z, z ~ N(0, Std²), keyed by the level that is left.
func (z Noise) add(x []float64, dim int, sigma float64, from Level) {
	var r rng.Stream
	draw := make([]float64, dim)
	key := uint64(z.Chain)<<32 | uint64(math.Ceil(from.Index))
	for i := 0; i*dim < len(x); i++ {
		r.Reset(z.Seed, rng.Resample, key, uint64(z.First+i))
		r.Normal(draw)
		for j, v := range draw {
			x[i*dim+j] += sigma * z.std() * v
		}
	}
}

// Steps returns the steps of a chain that starts at t, which may be
// fractional: t → ⌈t⌉-1 → … → 0 → clean. A negative t gives none.
func (s *Schedule) Steps(t float64) []Step {
	if t < 0 {
		return nil
	}
	return s.stepsFrom(s.At(t))
}

func (s *Schedule) stepsFrom(at Level) []Step {
	var steps []Step
	i := int(math.Ceil(at.Index))
	if at.Index != float64(i) {
		i--
		steps = append(steps, Step{From: at, To: s.AlphaBar[i], Beta: 1 - at.AlphaBar/s.AlphaBar[i]})
	}
	for ; i >= 0; i-- {
		steps = append(steps, Step{From: Level{Index: float64(i), AlphaBar: s.AlphaBar[i]}, To: s.AlphaBarPrev[i], Beta: s.Beta[i]})
	}
	return steps
}

// Mean runs the deterministic chain of posterior means (eq. 11 of the paper)
// on x (n·Dim) in place:
//
//	x ← (x - β/√(1-ᾱ)·ε̂)/√α
func Mean(ctx context.Context, p Predictor, x []float64, steps []Step, tr Trace) error {
	return run(ctx, p, x, steps, 0, tr, meanStep)
}

func meanStep(x, eps []float64, st Step) {
	c, r := st.Beta/math.Sqrt(1-st.From.AlphaBar), 1/math.Sqrt(1-st.Beta)
	for i, e := range eps {
		x[i] = (x[i] - c*e) * r
	}
}

// Resample runs the stochastic chain on x in place: Mean with σ·z added after
// every step but the last. It is the generator of the DM; as a denoiser it
// tends to twice the MMSE.
func Resample(ctx context.Context, p Predictor, x []float64, steps []Step, z Noise, tr Trace) error {
	if err := checkNoise(z.Std, z.First); err != nil {
		return err
	}
	return run(ctx, p, x, steps, z.Chain, tr, func(x, eps []float64, st Step) {
		meanStep(x, eps, st)
		if v := st.posteriorVar(); v > 0 {
			z.add(x, p.Dim(), math.Sqrt(v), st.From)
		}
	})
}

// DDIM runs the deterministic chain of x0 predictions (η = 0) on x in place:
//
//	x ← √ᾱ_to·x̂0 + √(1-ᾱ_to)·ε̂,  x̂0 = (x - √(1-ᾱ)·ε̂)/√ᾱ
func DDIM(ctx context.Context, p Predictor, x []float64, steps []Step, tr Trace) error {
	return run(ctx, p, x, steps, 0, tr, func(x, eps []float64, st Step) {
		r := math.Sqrt(st.To / st.From.AlphaBar)
		c := math.Sqrt(1-st.To) - r*math.Sqrt(1-st.From.AlphaBar)
		for i, e := range eps {
			x[i] = r*x[i] + c*e
		}
	})
}

// OneShot replaces x in place by the estimate of x0 at one level (Tweedie's
// formula): x ← (x - √(1-ᾱ)·ε̂)/√ᾱ.
func OneShot(ctx context.Context, p Predictor, x []float64, at Level, tr Trace) error {
	// A DDIM step straight to the clean level.
	return DDIM(ctx, p, x, []Step{{From: at, To: 1, Beta: 1 - at.AlphaBar}}, tr)
}

func run(ctx context.Context, p Predictor, x []float64, steps []Step, chain int, tr Trace, update func(x, eps []float64, st Step)) error {
	eps := make([]float64, len(x))
	for k, st := range steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := p.PredictNoise(ctx, eps, x, st.From); err != nil {
			return fmt.Errorf("predict at level %g: %w", st.From.Index, err)
		}
		if tr != nil {
			tr(TracePoint{Chain: chain, Step: k, At: st.From, X: x, Eps: eps})
		}
		update(x, eps, st)
	}
	if tr != nil {
		tr(TracePoint{Chain: chain, Step: len(steps), At: Level{Index: -1, AlphaBar: 1}, X: x})
	}
	return nil
}
