package pretrained

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/sched"
)

// Clip is what the library's sampler does to x̂0 in every step: clamp it to ±Range.
// That is another denoiser than the mean chain.
type Clip struct {
	Sample bool
	Range  float64
}

// scheduler is what scheduler_config.json tells.
type scheduler struct {
	schedule  configs.Schedule
	target    string // of configs.Objective
	clip      Clip
	weighting string // of configs.Objective; "": none
	variance  string // variance_type; "": not said
	notes     []string
}

// family is what the classes of schedulers that share a forward process differ in.
type family struct {
	start, end float64 // β where the file has none
	clips      bool    // x̂0 is clamped where the file does not say
}

// familyOf knows the classes of schedulers that have the forward process of DDPM;
// what they do beyond it concerns samplers alone.
func familyOf(class string) (f family, ok bool) {
	name, ok := strings.CutSuffix(class, "Scheduler")
	switch name {
	case "DDPM", "DDPMParallel", "DDIM", "DDIMInverse", "DDIMParallel", "RePaint", "DMSE":
		return family{1e-4, 0.02, true}, ok
	case "PNDM", "DPMSolverMultistep", "DPMSolverMultistepInverse", "DPMSolverSinglestep", "DEISMultistep",
		"UniPCMultistep", "SASolver", "EulerDiscrete", "EulerAncestralDiscrete", "LMSDiscrete":
		return family{1e-4, 0.02, false}, ok
	case "HeunDiscrete", "KDPM2Discrete", "KDPM2AncestralDiscrete", "DPMSolverSDE":
		return family{0.00085, 0.012, false}, ok
	}
	return family{}, false
}

// betaSchedules are the kinds of configs.Schedule by their names in the library.
var betaSchedules = map[string]string{"linear": "linear", "scaled_linear": "quadratic", "squaredcos_cap_v2": "cosine", "sigmoid": "sigmoid"}

var targets = map[string]string{"epsilon": "epsilon", "sample": "x0", "v_prediction": "v"}

// defaultScheduler is that of a network without scheduler_config.json.
func defaultScheduler() *scheduler {
	return &scheduler{
		schedule: configs.Schedule{Kind: "linear", Steps: 1000, BetaStart: 1e-4, BetaEnd: 0.02},
		target:   "epsilon", clip: Clip{true, 1},
		notes: []string{"no scheduler_config.json: β is taken as linear from 0.0001 to 0.02 in 1000 levels, and the noise as what is predicted"},
	}
}

// parseScheduler reads scheduler_config.json.
func parseScheduler(o *object) (*scheduler, error) {
	class := o.text("_class_name", "DDPMScheduler")
	f, ok := familyOf(class)
	if !ok {
		o.refuse("_class_name", "not a scheduler with the forward process of DDPM")
	}
	s := &scheduler{schedule: configs.Schedule{Steps: o.integer("num_train_timesteps", 1000)}}
	s.clip = Clip{o.boolean("clip_sample", f.clips), o.number("clip_sample_range", 1)}
	if !(s.clip.Range > 0) {
		o.refuse("clip_sample_range", "want a positive number")
	}
	prediction := "epsilon"
	if !o.has("prediction_type") && !o.boolean("predict_epsilon", true) { // of version 0.8
		prediction = "sample"
	}
	if s.target = targets[o.text("prediction_type", prediction)]; s.target == "" {
		o.refuse("prediction_type", "want epsilon, sample or v_prediction")
	}
	if o.given("variance_type") {
		s.variance = o.text("variance_type", "")
	} else if f.clips && strings.HasPrefix(class, "DDPM") {
		s.variance = "fixed_small"
	}
	if o.boolean("thresholding", false) {
		s.notes = append(s.notes, "thresholding, the sampler's dynamic clamp, is not done")
	}
	s.levels(o, f)
	if o.err != nil {
		return nil, o.err
	}
	if err := s.finish(o.boolean("rescale_betas_zero_snr", false)); err != nil {
		return nil, configs.Usagef("%s: %s", o.file, foreign.Line(strings.ReplaceAll(err.Error(), "\n", "; "), foreign.Limit))
	}
	return s, o.err
}

// levels reads β.
func (s *scheduler) levels(o *object, f family) {
	if o.given("trained_betas") {
		s.schedule.Kind, s.schedule.Betas = "custom", o.numbers("trained_betas")
		if n := len(s.schedule.Betas); n != s.schedule.Steps {
			o.refuse("num_train_timesteps", "want the number of trained_betas, %d", n)
		}
		return
	}
	s.schedule.Kind = betaSchedules[o.text("beta_schedule", "linear")]
	switch s.schedule.Kind {
	case "":
		o.refuse("beta_schedule", "want linear, scaled_linear, squaredcos_cap_v2 or sigmoid; others can be written as trained_betas")
	case "cosine": // has no ends
	default:
		s.schedule.BetaStart, s.schedule.BetaEnd = o.number("beta_start", f.start), o.number("beta_end", f.end)
		for _, key := range []string{"beta_start", "beta_end"} {
			if b := o.number(key, f.start); !(b > 0 && b < 1) {
				o.refuse(key, "want a number in (0,1)")
			}
		}
	}
}

// finish rescales the levels to a last one of pure noise if asked to, cuts such a
// level, which no observation is at, and checks the rest.
func (s *scheduler) finish(zeroSNR bool) error {
	if n := len(s.schedule.Betas); n > 2 && s.schedule.Betas[n-1] == 1 {
		s.cut(s.schedule.Betas[:n-1])
	}
	if err := s.schedule.Validate(); err != nil {
		return err
	}
	table, err := sched.New(s.schedule)
	if err != nil {
		return err
	}
	if !zeroSNR {
		return nil
	}
	if table.T < 3 {
		return fmt.Errorf("rescale_betas_zero_snr leaves one level of %d", table.T)
	}
	s.cut(zeroTerminal(table.AlphaBar)[:table.T-1])
	if err := s.schedule.Validate(); err != nil {
		return err
	}
	_, err = sched.New(s.schedule)
	return err
}

// cut leaves the levels of beta, without the last one there was.
func (s *scheduler) cut(beta []float64) {
	s.schedule = configs.Schedule{Kind: "custom", Steps: len(beta), Betas: slices.Clone(beta)}
	s.notes = append(s.notes, fmt.Sprintf("the last of %d levels is pure noise (zero terminal SNR) and left out", len(beta)+1))
}

// zeroTerminal returns β for √ᾱ shifted to end at 0 and scaled to begin where it
// did (Lin et al., WACV 2024, algorithm 1).
func zeroTerminal(alphaBar []float64) []float64 {
	first, last := math.Sqrt(alphaBar[0]), math.Sqrt(alphaBar[len(alphaBar)-1])
	beta, prev := make([]float64, len(alphaBar)), 1.0
	for i, ab := range alphaBar {
		r := (math.Sqrt(ab) - last) * first / (first - last)
		beta[i], prev = 1-r*r/prev, r*r
	}
	return beta
}
