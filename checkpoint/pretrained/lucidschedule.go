package pretrained

import (
	"fmt"
	"math"
	"slices"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/sched"
)

// lucidSchedule reads the schedule off the tables beside the network, and the target
// off the weights of the loss.
func lucidSchedule(file *weights.File, prefix string, v version, told LucidrainsTold) (*scheduler, error) {
	s := &scheduler{clip: Clip{true, 1}}
	beta, ok, err := table(file, prefix+"betas")
	if err != nil {
		return nil, err
	}
	if !ok {
		if told.Timesteps > maxLevels {
			return nil, configs.Usagef("timesteps=%d: want at most %d", told.Timesteps, maxLevels)
		}
		s.schedule = told.betas(v)
		if told.BetaSchedule == "" || told.Timesteps == 0 {
			s.notes = append(s.notes, fmt.Sprintf("the file has no schedule: the library's default is taken where nothing is told (beta_schedule, timesteps), of %d levels", s.schedule.Steps))
		}
		if s.target = objectives[told.Objective]; s.target == "" {
			s.target = "epsilon"
			if !v.before(1, 6, 3) {
				s.target = "v"
			}
			s.notes = append(s.notes, "the file does not tell what is predicted (objective): "+objectiveOf(s.target)+" is taken, the library's default")
		}
		return s, s.finish(false)
	}
	if told.BetaSchedule != "" || told.Timesteps != 0 {
		return nil, configs.Usagef("beta_schedule, timesteps: the file has its schedule, of %d levels", len(beta))
	}
	s.schedule = recogniseBeta(beta)
	if err := s.finish(false); err != nil {
		return nil, configs.Usagef("betas: %s", foreign.Line(err.Error(), foreign.Limit))
	}
	levels, err := sched.New(s.schedule)
	if err != nil {
		return nil, err
	}
	weight, ok, err := table(file, prefix+"loss_weight")
	if err != nil {
		return nil, err
	}
	recognised, gamma := "", math.Inf(1)
	if ok && len(weight) >= levels.T {
		recognised, gamma = recogniseTarget(weight, levels)
	}
	if s.target, err = told.target(recognised); err != nil {
		return nil, err
	}
	switch {
	case s.target == "":
		s.target = "epsilon"
		s.notes = append(s.notes, "the file does not tell what is predicted (objective): pred_noise is taken")
	case recognised == "":
	case math.Abs(gamma-minSNRGamma) < 1e-2*minSNRGamma:
		s.weighting = "min-snr"
	case !math.IsInf(gamma, 1):
		s.notes = append(s.notes, fmt.Sprintf("the loss was weighted by min-SNR with γ = %.3g, which is not kept", gamma))
	}
	return s, nil
}

// minSNRGamma is the γ of objective.weighting min-snr, and the library's default.
const minSNRGamma = 5

// maxLevels bounds the levels of a schedule.
const maxLevels = 100_000

// table reads a list of numbers, if it is there.
func table(file *weights.File, name string) (values []float64, ok bool, err error) {
	i := slices.IndexFunc(file.Keys, func(k weights.Key) bool { return k.Name == name })
	if i < 0 {
		return nil, false, nil
	}
	if shape := file.Keys[i].Shape; len(shape) != 1 || shape[0] < 2 || shape[0] > maxLevels {
		return nil, false, configs.Usagef("%s has shape %v, want a list of 2 to %d numbers", name, shape, maxLevels)
	}
	a, err := file.Read(name)
	if err != nil {
		return nil, false, err
	}
	return a.Float64(), true, nil
}

// recogniseBeta returns the formula that gives β, or else their list. Files have them
// rounded to float32.
func recogniseBeta(beta []float64) configs.Schedule {
	n := len(beta)
	list := []configs.Schedule{
		lucidLinear(n),
		{Kind: "cosine", Steps: n},
		{Kind: "custom", Steps: n, Betas: lucidSigmoid(n)},
	}
	for _, c := range list {
		if c.Validate() != nil {
			continue
		}
		if s, err := sched.New(c); err == nil && near(beta, s.Beta) {
			return c
		}
	}
	return configs.Schedule{Kind: "custom", Steps: n, Betas: beta}
}

// near tells whether the first list is the second, rounded to float32.
func near(a, b []float64) bool {
	const rounding = 1e-6
	for i := range a {
		if !(math.Abs(a[i]-b[i]) <= rounding*b[i]) {
			return false
		}
	}
	return true
}

// lucidLinear is the library's linear schedule.
func lucidLinear(n int) configs.Schedule {
	return configs.Schedule{Kind: "linear", Steps: n, BetaStart: 0.1 / float64(n), BetaEnd: 20 / float64(n)}
}

// lucidSigmoid is the library's sigmoid schedule: ᾱ falls as σ(-x) for x in [-3,3],
// scaled to end at 0; β is at most 0.999. The library has σ(3) in float32 there, which
// shows at the last levels.
func lucidSigmoid(n int) []float64 {
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	end := float64(float32(sigmoid(3)))
	bar := func(i int) float64 { return end - sigmoid(6*float64(i)/float64(n)-3) } // but for a factor
	beta := make([]float64, n)
	for i := range beta {
		beta[i] = min(1-bar(i+1)/bar(i), 0.999)
	}
	return beta
}

// recogniseTarget returns the target whose weights of the loss these are, and the γ of
// their min-SNR clamp, infinite without one; "" if there is none.
func recogniseTarget(weight []float64, s *sched.Schedule) (target string, gamma float64) {
	for _, clamped := range []bool{false, true} {
		for _, target := range []string{"epsilon", "v", "x0"} {
			gamma := math.Inf(1)
			if clamped { // the cleanest level is
				gamma = weight[0] / lucidWeight(target, s.SNR[0], gamma) * s.SNR[0]
			}
			fits := true
			for i := range s.T {
				const rounding = 1e-3 // of 1-ᾱ in float32, at the clean end
				w := lucidWeight(target, s.SNR[i], gamma)
				fits = fits && math.Abs(weight[i]-w) <= rounding*w
			}
			if fits {
				return target, gamma
			}
		}
	}
	return "", 0
}

// lucidWeight is the weight of a level's loss: with clamp = min(SNR, γ) that is
// clamp/SNR for the noise, clamp for the sample and clamp/(SNR+1) for v.
func lucidWeight(target string, snr, gamma float64) float64 {
	clamp := min(snr, gamma)
	switch target {
	case "epsilon":
		return clamp / snr
	case "x0":
		return clamp
	case "v":
		return clamp / (snr + 1)
	}
	panic(fmt.Sprintf("pretrained: target %q", target))
}
